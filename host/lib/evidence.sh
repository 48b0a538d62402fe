# Gathers what is known about a deploy that failed and prints it as one line of JSON: provider/diagnosis/evidence.ts is its
# type. Nothing is changed on the host. It takes well under a second, two where a network does not answer.
# shellcheck shell=sh
# shellcheck source=common.sh
. "${0%/*}/lib/common"
# shellcheck source=probe.sh
. "${0%/*}/lib/probe"
# shellcheck source=evidence-json.sh
. "${0%/*}/lib/evidence-json"
# shellcheck source=evidence-network.sh
. "${0%/*}/lib/evidence-network"

# fact GROUP KEY TYPE VALUE: one fact, as a record of the file that becomes the document. TYPE is s (text), n (number),
# b (true or false) or l (a list with \035 between its items).
fact() {
    [ -z "$4" ] || printf '%s\037%s\037%s\037%s\036' "$1" "$2" "$3" "$4"
}

# evidence STAGE ENDING [WORD=VALUE ...]: prints the document. The words, all optional:
#   container=NAME image=REFERENCE elapsed=SECONDS timeout=SECONDS   what it is about
#   since=MOMENT oom=BOOLEAN                                         its ends from then on count; whether one was for memory
#   port= path= host= proto= probe=SECONDS trace=FILE                the health question; FILE is what ask_once wrote
#   network=DIRECTORY                                                what network_facts has found there just now
#   error=TEXT                                                       what docker, or the command that failed, said
#   command=TEXT code=NUMBER                                         a command that was run in it
#   service=NAME answer=TEXT                                         the proxy's service, and what it said to the deploy
# What the program declares secret is in the container's label sextant.secrets, or for one without in $secret_names.
evidence() (
    stage=$1 ending=$2
    shift 2
    container='' image='' trace='' port='' path='' host='' proto='' error='' service='' since=1h killed='' found=''
    dir=$(mktemp -d /run/sextant-evidence.XXXXXX 2>/dev/null || mktemp -d) || exit 1
    trap 'rm -rf "$dir"' EXIT
    umask 077
    {
        fact '' stage s "$stage"
        fact '' ending s "$ending"
        for word; do
            value=${word#*=}
            case $word in
            container=*) container=$value && fact '' container s "$value" ;;
            image=*) image=$value ;;
            since=*) since=$value ;;
            oom=*) killed=$value ;;
            network=*) found=$value ;;
            elapsed=* | timeout=*) fact '' "${word%%=*}" n "$value" ;;
            port=*) port=$value && fact probe port n "$value" ;;
            path=*) path=$value && fact probe path s "$value" ;;
            host=*) host=$value && fact probe host s "$value" ;;
            proto=*) proto=$value && fact probe proto s "$value" ;;
            probe=*) fact probe timeout n "$value" ;;
            trace=*) trace=$value ;;
            error=*) error=$value ;;
            command=*) fact command words s "$value" ;;
            code=*) fact command exitCode n "$value" ;;
            service=*) service=$value ;;
            answer=*) fact proxy answer s "$value" ;;
            esac
        done
        fact '' error s "$error"
    } >"$dir/facts.words"

    pid='' restarts='' oom='' made='' secrets='' names='' hosts='' variables=''
    if [ -n "$container" ]; then
        known=$(container_facts "$container")
        read -r pid restarts oom made secrets names hosts <<END
$known
END
        printf '%s,%s\n' "${secrets#,}" "${secret_names-}" >"$dir/secrets"
        known=${known#*"$newline"}
        variables=${known#*"$separator"}
        printf '%s' "${known%%"$separator"*}" >"$dir/facts.container"
        fact state oomKilled b "${killed:-$oom}" >>"$dir/facts.container"
        # Where the words do not say it, Docker does.
        [ -n "$image" ] || image=$made
        [ "${restarts:-0}" = 0 ] || ends_facts "$container" "$since" >"$dir/facts.ends"
        log_of "$container" >"$dir/log"
        program_facts "$container" "$dir/log" >"$dir/facts.program"
    fi
    fact '' image s "$image" >"$dir/facts.image"
    [ -z "$image" ] || image_facts "$image" >>"$dir/facts.image" &
    proxy_facts "$service" "$container" >"$dir/facts.proxy" 2>"$dir/proxylog" &
    host_facts >"$dir/facts.host" &
    if [ "${pid:-0}" -gt 0 ]; then
        processes "$pid" >"$dir/processes"
        memory_facts "$pid" >"$dir/facts.memory"
        listening "$pid" >"$dir/sockets"
        fact state unixSockets l "$(sockets_of_files "$pid" | tr '\n' '\035')" >"$dir/facts.unix"
        fact state processorSeconds n "$(processor_seconds "$pid")" >"$dir/facts.processor"
        if [ -n "$port" ]; then
            answers_elsewhere "$pid" "$port" "$path" "${host:-$container}" "${proto:-http}" >"$dir/elsewhere" &
            last=$(tail -n 1 "${trace:-/dev/null}" | cut -f 2)
            case $last in
            0 | 400) fact probe tls b "$(speaks_tls "$pid" "$port" "${host:-$container}")" >"$dir/facts.tls" & ;;
            esac
            case $last in
            40[0345] | 410 | 421) answers_besides "$pid" "$port" "$path" "${host:-$container}" "${proto:-http}" >"$dir/besides" & ;;
            esac
        fi
    fi
    case $error in
    *'no space left'* | *'disk quota'*) docker system df >"$dir/usage" 2>/dev/null & ;;
    *'port is already allocated'* | *'address already in use'* | *'failed to bind'*) owners "$error" >"$dir/ports" & ;;
    esac
    if [ -n "$found" ]; then
        cp "$found/named" "$found/inside" "$found/outside" "$found/neighbours" "$found/facts.network" "$dir" 2>/dev/null
    elif [ -n "$container" ]; then
        network_facts "$container" "${pid:-0}" "$names" "$hosts" "$image" "$variables" "$dir" >"$dir/facts.network"
    fi
    [ -z "$trace" ] || cp "$trace" "$dir/trace" 2>/dev/null
    wait
    # The environment goes by a pipe: it is what has to be hidden in the texts.
    printf '%s' "$variables" | document "$dir" | kept "${container:-$stage}"
)

# kept NAME: passes the document on, and keeps it for `doctor`; values are masked in it already.
kept() {
    at=${SEXTANT_STATE:-/var/lib/sextant}/evidence
    mkdir -p "$at" 2>/dev/null
    if [ -w "$at" ]; then tee "$at/$1.json"; else cat; fi
}

# container_facts CONTAINER: all that is asked of Docker about it, in one question: a line with its process, restarts, whether it
# was killed for memory, image, the names of its secrets after a comma and the files with its names, then its state and what it was
# made with, as facts; after the separator its environment.
separator=$(printf '\034') newline='
'
container_facts() {
    # shellcheck disable=SC2016 # Docker's own
    inspect '{{.State.Pid}} {{.RestartCount}} {{.State.OOMKilled}} {{.Config.Image}} ,{{index .Config.Labels "sextant.secrets"}} {{.ResolvConfPath}} {{.HostsPath}}{{printf "\n"}}'\
'{{with .State}}{{printf "state\x1fstatus\x1fs\x1f%s\x1estate\x1fexitCode\x1fn\x1f%d\x1estate\x1ferror\x1fs\x1f%s\x1estate\x1fstartedAt\x1fs\x1f%s\x1estate\x1ffinishedAt\x1fs\x1f%s\x1e" .Status .ExitCode .Error .StartedAt .FinishedAt}}{{if .Health}}{{printf "state\x1fhealth\x1fs\x1f%s\x1estate\x1fhealthLog\x1fl\x1f" .Health.Status}}{{range .Health.Log}}{{printf "%d %s\x1d" .ExitCode .Output}}{{end}}{{printf "\x1e"}}{{end}}{{end}}{{printf "state\x1frestarts\x1fn\x1f%d\x1e" .RestartCount}}{{with .Config}}{{printf "configured\x1fuser\x1fs\x1f%s\x1econfigured\x1fcommand\x1fl\x1f" .User}}{{range .Cmd}}{{printf "%s\x1d" .}}{{end}}{{printf "\x1econfigured\x1fentrypoint\x1fl\x1f"}}{{range .Entrypoint}}{{printf "%s\x1d" .}}{{end}}{{printf "\x1e"}}{{end}}{{with .HostConfig}}{{printf "configured\x1fmemory\x1fn\x1f%d\x1econfigured\x1freadOnly\x1fb\x1f%t\x1econfigured\x1fsharedMemory\x1fn\x1f%d\x1e" .Memory .ReadonlyRootfs .ShmSize}}{{printf "configured\x1ftmpfs\x1fl\x1f"}}{{range $path, $_ := .Tmpfs}}{{printf "%s\x1d" $path}}{{end}}{{printf "\x1e"}}{{end}}{{printf "configured\x1fmounts\x1fl\x1f"}}{{range .Mounts}}{{printf "%s\x1d" .Destination}}{{end}}{{printf "\x1e"}}'\
'{{printf "\x1c"}}{{range .Config.Env}}{{printf "%s\x1e" .}}{{end}}' "$1"
}

# ends_facts CONTAINER SINCE: with which codes it ended so far, how many seconds it ran each time, and when it was first started.
ends_facts() {
    ends "$1" "$2" | tail -n 10 | awk '
        NR == 1 { first = $3 }
        { codes = codes $1 "\035"; ran = ran $2 "\035" }
        END { if (NR) printf "state\037exitCodes\037p\037%s\036state\037ranFor\037p\037%s\036state\037firstStart\037n\037%s\036", codes, ran, first }'
}

# ends CONTAINER SINCE: its ends since then, as far as Docker remembers, a line each: its exit code, the seconds that it ran, and
# when it was started, in ms since 1970.
ends() {
    docker events --since "$2" --until "$(moment)" --filter "container=$1" --filter event=start --filter event=die \
        --format '{{.Action}} {{.TimeNano}} {{index .Actor.Attributes "exitCode"}}' | awk '
        $1 == "start" { start = $2 }
        $1 == "die" && start { printf "%d %.2f %.0f\n", $3, ($2 - start) / 1e9, start / 1e6 }'
}

# memory_facts PID: what the kernel counts for its control group, in MB. With version 2 of control groups also the highest
# pressure of it and those that it is in; version 1 knows the host's alone.
memory_facts() {
    group=$(sed -n 's/^0:://p' "/proc/$1/cgroup" 2>/dev/null)
    at=/sys/fs/cgroup$group
    if [ -n "$group" ] && [ -r "$at/memory.current" ]; then
        megabytes used "$(cat "$at/memory.current")"
        megabytes limit "$(cat "$at/memory.max" 2>/dev/null)"
        megabytes swapped "$(cat "$at/memory.swap.current" 2>/dev/null)"
        fact memory kills n "$(sed -n 's/^oom_kill //p' "$at/memory.events" 2>/dev/null)"
        pressures=''
        while [ "$at" != /sys/fs/cgroup ] && [ -n "$at" ]; do
            pressures="$pressures $at/memory.pressure"
            at=${at%/*}
        done
        # shellcheck disable=SC2086 # paths without blanks
        cat $pressures 2>/dev/null | awk '
            { sub(/^avg10=/, "", $2) }
            $2 + 0 > most[$1] + 0 { most[$1] = $2 }
            END { for (key in most) printf "memory\037%s\037n\037%.1f\036", key, most[key] }'
        return 0
    fi
    at=/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' "/proc/$1/cgroup" 2>/dev/null)
    [ -r "$at/memory.usage_in_bytes" ] || return 0
    megabytes used "$(cat "$at/memory.usage_in_bytes")"
    megabytes limit "$(cat "$at/memory.limit_in_bytes")"
    megabytes swapped "$(sed -n 's/^swap //p' "$at/memory.stat")"
    fact memory kills n "$(sed -n 's/^oom_kill //p' "$at/memory.oom_control" 2>/dev/null)"
}

# megabytes KEY BYTES: a fact of memory; "max", and the number that stands for it, are none.
megabytes() {
    case $2 in '' | *[!0-9]* | ?????????????????*) return 0 ;; esac
    fact memory "$1" n $(($2 / 1048576))
}

# image_facts IMAGE: what the image was built with.
image_facts() {
    docker image inspect --format '{{printf "imageFacts\x1farchitecture\x1fs\x1f%s\x1e" .Architecture}}{{with .Config}}{{printf "imageFacts\x1fuser\x1fs\x1f%s\x1eimageFacts\x1fworkdir\x1fs\x1f%s\x1eimageFacts\x1fcmd\x1fl\x1f" .User .WorkingDir}}{{range .Cmd}}{{printf "%s\x1d" .}}{{end}}{{printf "\x1eimageFacts\x1fentrypoint\x1fl\x1f"}}{{range .Entrypoint}}{{printf "%s\x1d" .}}{{end}}{{printf "\x1eimageFacts\x1fexposed\x1fp\x1f"}}{{range $port, $_ := .ExposedPorts}}{{printf "%s\x1d" $port}}{{end}}{{printf "\x1e"}}{{end}}' "$1" 2>/dev/null
}

# proxy_facts SERVICE CONTAINER: whether the proxy runs, what it is and what it serves; its last lines on the service or the
# container go to standard error. Without a service only its version is said.
proxy_facts() {
    read -r runs version <<END
$(inspect '{{.State.Running}} {{.Config.Image}}' "$proxy")
END
    if [ "$runs" != true ]; then
        [ -z "$1" ] || fact proxy running b false
        return 0
    fi
    fact proxy running b true
    fact proxy version s "${version##*:}"
    [ -n "$1" ] || return 0
    fact proxy services l "$(routes | sed 1d | awk 'NF >= 4 { printf "%s %s %s\035", $1, $2, $4 }')"
    docker logs --tail 300 "$proxy" 2>&1 | grep -F -e "$1" -e "${2:-$1}" -e '"level":"ERROR"' | tail -n 12 >&2
}

# host_facts: the machine. Sizes in MB.
host_facts() {
    case $(uname -m) in x86_64) fact host architecture s amd64 ;; aarch64) fact host architecture s arm64 ;; *) fact host architecture s "$(uname -m)" ;; esac
    fact host cores n "$(nproc 2>/dev/null)"
    read -r load _ </proc/loadavg && fact host load n "$load"
    awk '
        { size[$1] = int($2 / 1024) }
        function fact(key, value) { printf "host\037%s\037n\037%d\036", key, value }
        END {
            fact("memory", size["MemTotal:"]); fact("available", size["MemAvailable:"])
            fact("swap", size["SwapTotal:"]); fact("swapUsed", size["SwapTotal:"] - size["SwapFree:"])
        }' /proc/meminfo
    [ ! -r /proc/pressure/memory ] ||
        awk '{ sub(/^avg10=/, "", $2); printf "host.pressure\037%s\037n\037%s\036", $1, $2 }' /proc/pressure/memory 2>/dev/null
    info=$(docker info --format '{{.DockerRootDir}} {{printf "host\x1fdocker\x1fs\x1f%s\x1ehost\x1fcontainers\x1fn\x1f%d\x1ehost.disk\x1fpath\x1fs\x1f%s\x1e" .ServerVersion .ContainersRunning .DockerRootDir}}' 2>/dev/null)
    root=${info%% *}
    printf '%s' "${info#* }"
    df -Pk "${root:-/}" 2>/dev/null | awk 'NR == 2 { printf "host.disk\037total\037n\037%d\036host.disk\037free\037n\037%d\036", $2 / 1024, $4 / 1024 }'
    df -Pi "${root:-/}" 2>/dev/null | awk 'NR == 2 && $4 ~ /^[0-9]+$/ && $2 > 0 { printf "host.disk\037inodesFree\037n\037%d\036", $4 }'
    fact host clock s "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
}

# processes PID: the processes below this one, a line each: NUMBER-INSIDE COMMAND.
processes() {
    todo=$1 count=0
    while [ -n "$todo" ] && [ "$count" -lt 20 ]; do
        one=${todo%% *}
        case $todo in *' '*) todo=${todo#* } ;; *) todo='' ;; esac
        inside=$(awk '/^NSpid:/ { print $NF }' "/proc/$one/status" 2>/dev/null)
        [ -z "$inside" ] || printf '%s %s\n' "$inside" "$(tr '\000\n' '  ' <"/proc/$one/cmdline" 2>/dev/null | cut -c1-300)"
        children=$(cat "/proc/$one/task/"*/children 2>/dev/null | tr -s '\n ' '  ')
        children=${children# }
        children=${children% }
        todo="$todo${todo:+${children:+ }}$children"
        count=$((count + 1))
    done
}

# processor_seconds PID: what it and the processes below have used of the processors since they began, to a tenth of a second.
processor_seconds() {
    ticks=$(getconf CLK_TCK 2>/dev/null)
    todo=$1 count=0
    while [ -n "$todo" ] && [ "$count" -lt 60 ]; do
        one=${todo%% *}
        case $todo in *' '*) todo=${todo#* } ;; *) todo='' ;; esac
        # What stands in brackets is the program's name, with anything in it.
        sed 's/^.*) //' "/proc/$one/stat" 2>/dev/null
        children=$(cat "/proc/$one/task/"*/children 2>/dev/null | tr -s '\n ' '  ')
        children=${children# }
        children=${children% }
        todo="$todo${todo:+${children:+ }}$children"
        count=$((count + 1))
    done | awk -v ticks="${ticks:-100}" '{ sum += $12 + $13 + $14 + $15 } END { if (NR) printf "%.1f", sum / ticks }'
}

# program_facts CONTAINER LOG: what the file is that the container starts, where the kernel or Docker did not start it: LOG is a file
# with the end of its log. Its first bytes are read, by Docker, as data.
program_facts() {
    {
        read -r code
        read -r program
        read -r directory
        read -r refusal
    } <<END
$(inspect '{{.State.ExitCode}}{{printf "\n"}}{{.Path}}{{printf "\n"}}{{.Config.WorkingDir}}{{printf "\n"}}{{.State.Error}}' "$1")
END
    case ${code:-0}:$refusal in
    126:* | 127:* | *:?*) ;;
    *) tail -n 2 "$2" | grep -qE '^(exec |standard_init|\[FATAL tini)' || return 0 ;;
    esac
    case $program in
    /*) ;;
    */*) program=$directory/${program#./} ;;
    # One that is looked for in PATH.
    *) return 0 ;;
    esac
    fact program path s "$program"
    at=$(mktemp -d /run/sextant-program.XXXXXX 2>/dev/null || mktemp -d) || return 0
    # An archive that is cut off says enough.
    docker cp --follow-link "$1:$program" - 2>"$at/said" | head -c 20000 >"$at/tar"
    mode=$(tar -tv -f "$at/tar" 2>/dev/null | awk 'NR == 1 { print $1 }')
    case $mode in
    '')
        ! grep -qiE 'no such (file|container:path)|could not find' "$at/said" || fact program there b false
        rm -rf "$at"
        return 0
        ;;
    esac
    fact program there b true
    case $mode in d*) fact program kind s directory ;; -*x*) fact program executable b true ;; *) fact program executable b false ;; esac
    tar -xO -f "$at/tar" 2>/dev/null | head -c 8192 >"$at/head"
    interpreter=''
    case $(head -c 4 "$at/head" | od -An -c | tr -d ' \n') in
    '#!'*)
        fact program kind s script
        first=$(head -n 1 "$at/head" | tr -d '\000')
        case $first in *"$(printf '\r')"*) fact program windowsLineEnds b true ;; esac
        interpreter=$(printf '%s' "$first" | tr -d '\r' | sed 's/^#! *//; s/[ \t].*//')
        ;;
    '177ELF')
        fact program kind s binary
        interpreter=$(tr '\000' '\n' <"$at/head" | LC_ALL=C grep -a -m 1 -E '^/[A-Za-z0-9_/.-]*/ld[A-Za-z0-9_.-]*\.so[.0-9]*$')
        ;;
    ?*) fact program kind s other ;;
    esac
    case $interpreter in
    /*)
        fact program interpreter s "$interpreter"
        if docker cp --follow-link "$1:$interpreter" - 2>"$at/said" | head -c 512 | grep -q .; then fact program interpreterThere b true
        elif grep -qiE 'no such (file|container:path)|could not find' "$at/said"; then fact program interpreterThere b false
        fi
        ;;
    esac
    rm -rf "$at"
}

# owners TEXT: who listens on the ports of the host that a text of Docker's names, a line each: PORT OWNER.
owners() {
    printf '%s\n' "$1" | grep -oE '(:|port )[0-9]+' | grep -oE '[0-9]+' | sort -un | while read -r number; do
        held=$(docker ps --filter "publish=$number" --format 'the container {{.Names}}' 2>/dev/null | head -n 1)
        [ -n "$held" ] || held=$(ss -Hltnp "sport = :$number" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (process \2)/p' | head -n 1)
        [ -z "$held" ] || printf '%s %s\n' "$number" "$held"
    done
}
