# Shared by the verbs: reading words, giving up, and asking Docker short questions.
# shellcheck shell=sh

proxy=kamal-proxy
# Where locks are, and what goes with the processes that it is of: a reboot forgets it.
until_boot=${SEXTANT_RUN:-/run/sextant}
# CPU shares, of 1024, of what only prepares a release: a fifth beside a container that serves.
boot_shares=256

# fail MESSAGE: the verb ends with this sentence.
fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# doing TEXT: what the verb is at, for the status line of whoever waits for it: a line of its own on the stream of errors, that begins with
# a character that no message has. In a shell of its own, since nobody may read the stream any more.
doing() {
    (printf '\036%s\n' "$1" >&2) || true
}

# inspect FORMAT CONTAINER...: facts of containers, a line each; nothing for one that is not there.
inspect() {
    [ $# -gt 1 ] || return 1
    format=$1
    shift
    docker inspect --type container --format "$format" "$@" 2>/dev/null
}

# state CONTAINER: what Docker knows of a container, on a line; false (1) for one that is not there, and (2) where Docker does not
# answer, as while it starts: RUNNING ID SHARES STATUS EXIT-CODE
# RESTARTS OOM-KILLED PID HEALTH ADDRESS, the last one its address on the shared network, where it has one. Asked of Docker's API,
# since its command line takes four times as long. Of the answer the parts between two commas are looked at: quotes inside of values
# are escaped, so that nothing else looks like a key.
state() (
    running=false id='' shares=0 status='' exit_code='' restarts=0 oom=false pid=0 health=none ip='' network=''
    json=$(engine GET "/containers/$1/json" 2>/dev/null)
    case $json in '{"message":"No such container'*) return 1 ;; esac
    set -f
    IFS=,
    for part in $json; do
        case $part in
        '{"Id":"'*) id=${part#*:\"} ;;
        '"State":{"Status":"'*) status=${part##*:\"} ;;
        *'"Running":'*) running=${part##*:} ;;
        *'"Pid":'*) pid=${part##*:} ;;
        # Each look of a health check has one, too, behind the container's.
        *'"ExitCode":'*) exit_code=${exit_code:-${part##*:}} ;;
        *'"OOMKilled":'*) oom=${part##*:} ;;
        *'"RestartCount":'*) restarts=${part##*:} ;;
        '"Health":{"Status":"'*) health=${part##*:\"} ;;
        *'"CpuShares":'*) shares=${part##*:} ;;
        *'"sextant":{'*) network=here ;;
        '"IPAddress":"'*) [ "$network" != here ] || network=seen ip=${part#*:\"} ;;
        esac
    done
    [ -n "$status" ] || return 2
    printf '%s %s %s %s %s %s %s %s %s %s\n' \
        "$running" "${id%\"}" "$shares" "${status%\"}" "$exit_code" "$restarts" "$oom" "$pid" "${health%\"}" "${ip%\"}"
)

# roles: the containers of all roles on this host, a line each: NAME ROLE STATE.
roles() {
    engine GET /containers/json --get --data all=true --data-urlencode 'filters={"label":["sextant.role"]}' 2>/dev/null |
        sed 's/},{"Id":"/},\n{"Id":"/g' |
        sed -n 's/.*"Names":\["\/\([^"]*\)".*"sextant\.role":"\([^"]*\)".*"State":"\([^"]*\)".*/\1 \2 \3/p'
}

# running CONTAINER: true while it runs.
running() {
    case $(state "$1") in 'true '*) ;; *) return 1 ;; esac
}

# address CONTAINER: where the host reaches it on the shared network.
address() {
    inspect '{{with index .NetworkSettings.Networks "sextant"}}{{.IPAddress}}{{end}}' "$1"
}

# cpu_share ID boot|whole: what a container gets of a CPU that others want too. A release that boots takes a fifth, so that
# what serves goes on as fast as before; when the CPU is idle it takes all. The files of the kernel, not `docker update`: the
# container's settings are Pulumi's. They are looked for once: a verb is about one container.
cgroups=''
cpu_share() {
    case $2 in boot) weight=25 part=$boot_shares ;; *) weight=100 part=1024 ;; esac
    [ -n "$cgroups" ] || cgroups=$(find /sys/fs/cgroup -maxdepth 6 -type d -name "*$1*" 2>/dev/null)
    for cgroup in $cgroups; do
        [ ! -w "$cgroup/cpu.weight" ] || echo "$weight" >"$cgroup/cpu.weight"
        [ ! -w "$cgroup/cpu.shares" ] || echo "$part" >"$cgroup/cpu.shares"
    done
}

# last_lines CONTAINER COUNT: the end of its log, each line cut, indented.
last_lines() {
    docker logs --tail "$2" "$1" 2>&1 | cut -c1-300 | sed 's/^/  | /'
}

# log_of CONTAINER: the end of its log, at most 60 lines. Of a stack of calls the first three are kept, so that the exception
# in front of it is still there when the process has been started again since. NUL bytes end a line for some awks. Where Docker
# knows no such container, or does not answer, its own words are no log.
log_of() (
    log=$(mktemp) || exit 1
    trap 'rm -f "$log"' EXIT
    docker logs --tail 400 "$1" >"$log" 2>&1 || exit 0
    tr -d '\000' <"$log" |
        LC_ALL=C awk '/^[[:space:]]+(from|at) / { if (++calls > 3) next; print; next } { calls = 0; print }' | tail -n 60
)

# in_proxy CONTAINER COMMAND...: runs kamal-proxy's command in the proxy's container, by Docker: with the user, the limits and the
# environment that Docker has given to the container. Nothing out of its files or its memory is run or believed with rights of the host,
# so that whoever has taken over the proxy, which the whole world talks to, gains nothing by it. Joining its mounts would take a tenth
# of the time, and run its program as root of the host.
in_proxy() (
    name=$1
    shift
    exec docker exec "$name" "$@"
)

# listed CONTAINER: what a proxy says that it serves, below a line of titles; false where it does not answer. It is the proxy's word, and so
# data: there is an end to it, and it has no control characters.
listed() (
    said=$({ timeout 20 docker exec "$1" kamal-proxy list 2>/dev/null && echo ok; } | head -c 1000000)
    said=$(printf '%s\n' "$said" | sed "s/$(printf '\033')\[[0-9;]*m//g" | tr -d '\000-\010\013-\037\177')
    case $said in *"
ok") printf '%s\n' "${said%?ok}" ;; *) return 1 ;; esac
)

# routes: what the proxy serves, a line a service: SERVICE HOST PATH TARGET STATE TLS.
routes() {
    listed "$proxy"
}

# target_of SERVICE: the targets that the proxy serves for it.
target_of() {
    routes | targets_in "$1"
}

# targets_in SERVICE: the same, of a list of routes on standard input.
targets_in() {
    awk -v service="$1" 'NR > 1 && $1 == service { print $4 }'
}

# stranger_of ROLE TARGETS [ROLES]: whose the first container is, of these targets of the proxy, that is not of this role; empty where all
# are, or are gone. An accessory with a route is a role by the label of its owner. It says "another program" where no label does. With what
# `roles` says, Docker is asked less.
stranger_of() {
    printf '%s\n' "$2" | tr ',' '\n' | while read -r target; do
        case $target in '' | -*) continue ;; esac
        case "
${3:-}" in *"
${target%:*} $1 "*) continue ;; esac
        owner=$(inspect '{{or (index .Config.Labels "sextant.role") (index .Config.Labels "sextant.owner") "another program"}}' "${target%:*}") || continue
        if [ "$owner" != "$1" ]; then
            printf '%s' "$owner"
            break
        fi
    done
}

# without CONTAINERS...: the names on standard input less these.
without() {
    grep -Fxv "$(printf '%s\n' "$@")" || true
}

# switching ROLE: the file that is locked while something of a switch of the role goes on; its directory is made.
switching() {
    mkdir -p "$until_boot"
    printf '%s/switching-%s' "$until_boot" "$(printf '%s' "$1" | tr -c 'a-zA-Z0-9._-' -)"
}

# engine METHOD PATH [CURL-OPTION...]: one request to Docker's API, in a third of the time of its command line.
socket=''
engine() {
    if [ -z "$socket" ]; then
        socket=${DOCKER_HOST:-unix:///var/run/docker.sock}
        socket=${socket#unix://}
        # Rootless, or somewhere else.
        [ -w "$socket" ] || socket=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null)
        socket=${socket#unix://}
    fi
    method=$1 path=$2
    shift 2
    curl --silent --show-error --unix-socket "$socket" --request "$method" "$@" "http://docker$path"
}
