#!/bin/sh
# ready container=NAME timeout=SECONDS [role=LABEL] [beside=NAME ...] [port= path= host= proto=] [delay=SECONDS] [lease=SECONDS]
#     [probe=SECONDS] [kamal=SERVICE/ROLE/DESTINATION] [-- COMMAND...]
#
# Starts a new container and waits until it is fit to take traffic; where it is not, prints the evidence of why. With a port
# it asks the container directly, not through the proxy, with the route's own Host header, and never follows a redirect. With
# a command it waits until that succeeds inside the container. With neither, the container has to keep running for `delay`
# seconds and its own HEALTHCHECK, where the image has one, has to pass. With a port, the proxy has to run as well.
# Ends at once on what time cannot cure. A container that fails is stopped and kept, with its log.
#
# Before it starts anything it stops what earlier releases, that failed or were cut off, left running without traffic. What is checked
# `beside` it is of the same release, and goes on. A second check of the same container takes over from the first, which ends without a word to it. With kamal= it stops the containers of that role of Kamal's,
# too, as the container must not run beside them, and prints stops=NAME for each.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/rollout.sh
. "${0%/*}/lib/rollout"
# shellcheck source=lib/probe.sh
. "${0%/*}/lib/probe"
# shellcheck source=lib/evidence.sh
. "${0%/*}/lib/evidence"
# shellcheck source=lib/redirect.sh
. "${0%/*}/lib/redirect"
# shellcheck source=lib/kamal.sh
. "${0%/*}/lib/kamal"

container='' role='' kamal='' beside='' port='' path=/up host='' proto=http timeout=60 delay=3 lease=0 probe=5
for word; do
    case $word in --) break ;; container=*) container=${word#*=} ;; esac
done
[ -n "$container" ] || fail "ready: container= is missing"
# For a switch that finds it stopped.
mkdir -p "$kept/gates"
printf '%s\0' "$@" >"$(words_of "$container").$$" && mv "$(words_of "$container").$$" "$(words_of "$container")"
while [ $# -gt 0 ]; do
    case $1 in
    container=*) container=${1#*=} ;;
    role=*) role=${1#*=} ;;
    kamal=*) kamal=${1#*=} ;;
    beside=*) beside="$beside ${1#*=}" ;;
    port=*) port=${1#*=} ;;
    path=*) path=${1#*=} ;;
    host=*) host=${1#*=} ;;
    proto=*) proto=${1#*=} ;;
    secrets=*) secret_names=${1#*=} ;; # names, for the evidence
    timeout=*) timeout=${1#*=} ;;
    delay=*) delay=${1#*=} ;;
    lease=*) lease=${1#*=} ;;
    probe=*) probe=${1#*=} ;;
    --)
        shift
        break
        ;;
    *) fail "ready: unknown word $1" ;;
    esac
    shift
done
command=$*

# What serves on this host goes before what looks at the new.
renice -n 10 -p $$ >/dev/null 2>&1
dir=$(mktemp -d /run/sextant-ready.XXXXXX) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
trace=$dir/trace
: >"$trace"
begun=$(milliseconds)
# The same as Docker wants it.
since_then=${begun%???}.${begun#"${begun%???}"}

# uptime: hundredths of a second since the boot, in $now; by the shell itself, since it is asked for all the time.
uptime() {
    read -r now _ </proc/uptime
    now=${now%.*}${now#*.}
}
uptime
began=$now
# past SECONDS: true when so much time has gone by.
past() {
    uptime
    [ $((now - began)) -ge $(($1 * 100)) ]
}

# lasted SECONDS: true when it has run for so long without an end.
starts=0 since=$began
lasted() {
    uptime
    [ $((now - since)) -ge $(($1 * 100)) ]
}

# give_up STAGE ENDING [WORD=VALUE...]: prints the evidence; the container is kept, stopped. One that has the traffic, or its
# work, goes on: a new port or health path that does not fit is no reason to end what serves.
give_up() {
    uptime
    set -- "$@" "container=$container" "since=$since_then" "elapsed=$(((now - began) / 100))" "timeout=$timeout"
    # Once more: the kernel's event may come after the end.
    [ "$stale" != true ] || set -- "$@" "oom=$(killed)"
    [ -z "$cut" ] || set -- "$@" "network=$cut"
    [ -z "$port" ] || set -- "$@" "port=$port" "path=$path" "host=$host" "proto=$proto" "probe=$probe" "trace=$trace"
    evidence "$@"
    [ -n "$waiting" ] || exit 1
    # Behind the proxy it has not served anybody, so that a request which hangs in it is not waited for; a worker may have begun
    # something. What was found is said meanwhile. A check that has begun since has it now.
    # shellcheck disable=SC2016 # expanded by the inner shell
    setsid flock "$turn_of" sh -c '. "$1/lib/common"; . "$1/lib/rollout"
        ! watched "$2" "$3" || docker stop --time "$4" "$2"' \
        stop "${0%/*}" "$container" "$dir" "$([ -n "$port" ] && echo 2 || echo 10)" </dev/null >/dev/null 2>&1 7>&- &
    exit 1
}

# lease: ready without traffic is a state of passage: when no switch follows (another host failed), the lease stops it, so that
# small servers do not carry two generations for long. The switch ends the lease; what has the traffic is never stopped.
lease() {
    if [ "$lease" -eq 0 ] || [ -z "$waiting" ]; then return 0; fi
    printf '%s\n' "$dir" >"$until_boot/lease-$container"
    # shellcheck disable=SC2016 # expanded by the inner shell
    setsid sh -c '. "$1/lib/common"; . "$1/lib/rollout"
        file=$until_boot/lease-$2 holder=""
        sleep "$5"
        exec 7>"$6"
        flock 7
        # Ended by the switch, or taken over by another check.
        { read -r holder <"$file"; } 2>/dev/null
        [ "$holder" = "$4" ] || exit 0
        rm -f "$file"
        at_work "$3" | grep -qFx "$2" || docker stop "$2" 7>&-' \
        lease "${0%/*}" "$container" "$role" "$dir" "$lease" "$turn_of" </dev/null >/dev/null 2>&1 &
}

# attended: false when another check of the container has begun meanwhile, which has it now; and when nobody waits for this one any
# more, as far as its own output tells: a closed pipe cannot be written to, and empty lines are nothing to who reads.
written=0
attended() {
    if ! watched "$container" "$dir"; then
        printf '%s\n' "another check of $container has begun meanwhile, and this one has ended" >&2
        return 1
    fi
    uptime
    [ $((now - written)) -ge 200 ] || return 0
    written=$now
    if [ -t 1 ] || (echo) 2>/dev/null; then
        doing "waits $(((now - began) / 100)) s of $timeout s $(for_what)"
        return 0
    fi
    lease
    return 1
}

# for_what: what it waits for, and how that stands.
# shellcheck disable=SC2031 # what it reads here is set by look
for_what() {
    if [ -n "$port" ]; then
        stands="nothing listens there yet"
        [ -z "$unfit" ] || stands="the last answer was ${status:-none}"
        [ "$state" = running ] || stands="the container is $state"
        echo "for $path on port $port: $stands"
    elif [ -n "$command" ]; then
        echo "for $(printf '%s' "$command" | cut -c1-60) to succeed in the container"
    elif [ "$health" != none ]; then
        echo "for the image's own health check, which says $health"
    else
        echo "to see whether it keeps running"
    fi
}

# killed: whether the kernel has killed it for memory since this gate began: Docker's own word for it stays true when a container
# is started again.
killed() {
    said=$(docker events --since "$since_then" --until "$(moment)" --filter "container=$container" --filter event=oom)
    if [ -n "$said" ]; then echo true; else echo false; fi
}

# look: what Docker knows of the container, in one question. While Docker is restarted it does not answer, which says nothing of the
# container.
look() {
    turns=0
    until known=$(state "$container"); do
        [ $? -ne 1 ] || give_up ready gone
        turns=$((turns + 1))
        [ "$turns" -le 20 ] || give_up ready engine-away "error=$(engine GET /_ping 2>&1 >/dev/null)"
        sleep 1
    done
    uptime
    looked=$now
    # The address may be missing, and is the last word.
    read -r _ id shares state exit_code restarts oom pid health ip <<END
$known
END
    restarts=$((restarts - earlier))
    [ "$stale" != true ] || oom=$(killed)
    [ "$restarts" = "$starts" ] || starts=$restarts since=$now
}

# look_again: the same, when there may be something new: Docker's answer costs the host twenty times a look at the process.
# Gives up when the container has ended for good.
look_again() {
    uptime
    if [ "$state" = running ] && [ -e "/proc/$pid" ] && [ $((now - looked)) -lt 100 ]; then return 0; fi
    look
    ended
}

# ended: gives up when the container has ended in a way that time cannot cure.
counted=0 last_exit=''
ended() {
    if [ "$state" = running ] && [ "$restarts" = 0 ] && [ "$oom" != true ]; then return 0; fi
    ending=$state
    if [ "$state" = running ]; then
        # Docker has started it again meanwhile, and its record tells how it ended.
        [ "$restarts" = "$counted" ] || last_exit=$(ends "$container" "$since_then" | awk 'END { print $1 }')
        counted=$restarts ending=restarting exit_code=$last_exit
    fi
    log_of "$container" >"$dir/log"
    final_state "$ending" "$exit_code" "$restarts" "$oom" "$dir/log" || apart || return 0
    [ "$oom" != true ] || give_up ready oom
    case $state in
    exited | dead) give_up ready exited ;;
    *) give_up ready restarting ;;
    esac
}

# apart: whether its log speaks of a server that is cut off from it; asked once an end, when it runs again: its name server is
# its own. What was found goes into the evidence.
asked='' cut=''
apart() {
    if [ -z "$passes" ] || [ "$state" != running ] || [ "$asked" = "$restarts" ]; then return 1; fi
    asked=$restarts
    rm -rf "$dir/network"
    mkdir "$dir/network"
    cp "$dir/log" "$dir/network/log"
    (
        known=$(container_facts "$container")
        read -r process _ _ made names hosts <<END
$known
END
        network_facts "$container" "${process:-0}" "$names" "$hosts" "$made" "${known#*"$separator"}" "$dir/network"
        wait
    ) >"$dir/network/facts.network"
    cut_off "$dir/network" || return 1
    cut=$dir/network
}

# listens: whether something takes connections on the port; far cheaper than asking. Sets others when there are sockets on other
# ports, less that of Docker's own name server.
others=''
listens() {
    others='' here=''
    [ "$pid" -gt 0 ] || return 1
    sockets=$(grep -h ' 0A ' "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" 2>/dev/null)
    while read -r _ socket _; do
        case $socket in *":$hex") here=yes ;; '' | 0B00007F:*) ;; *) others=yes ;; esac
    done <<END
$sockets
END
    [ -n "$here" ]
}

# elsewhere: gives up when the health path answers well, but where the proxy does not reach it: on the loopback address, or on
# another port, seen again after a second, since an app may open others before its own. Time cures neither.
found='' asking=0
elsewhere() {
    uptime
    [ "$now" -ge "$asking" ] || return 0
    before=$found
    found=$(answers_elsewhere "$pid" "$port" "$path" "${host:-$container}" "$proto" | awk '$3 >= 200 && $3 < 300')
    uptime
    asking=$((now + 50))
    [ -n "$found" ] || return 0
    if [ "$found" = "$before" ] || printf '%s\n' "$found" | grep -qE "^(127\.|::1).* $port "; then give_up ready answer; fi
    asking=$((now + 100))
}

# patience: the seconds that one question may take: those of the probe, as far as the gate's own time has them left.
patience() {
    uptime
    left=$((timeout - (now - began) / 100))
    [ "$left" -ge 1 ] || left=1
    echo "$((left < probe ? left : probe))"
}

# pace: the pause before the next look whether something listens: a fortieth of the time gone by, from a tenth of a second to
# half a one. Each look costs the host two processes, which a slow boot would otherwise have by the hundred.
pace() {
    pause=$(((now - began) / 40))
    [ "$pause" -ge 10 ] || pause=10
    [ "$pause" -le 50 ] || pause=50
    pause=0.$pause
}

# fit: whether the container is ready by now. What answers, but not well, is asked less and less often: a question costs
# the host more than a look whether something listens.
pause=0.1 unfit=''
fit() {
    if [ -n "$port" ]; then
        asks=$ip
        if listens; then
            case $unfit in '') unfit=0.2 ;; 0.2) unfit=0.5 ;; *) unfit=1 ;; esac
            pause=$unfit
        else
            unfit=''
            pace
            # Asked every tenth time, for the trace.
            [ "$((turn % 10))" -eq 0 ] || asks=''
            [ -z "$others" ] || elsewhere
        fi
        if [ -n "$asks" ]; then
            if ask_once "$trace" "$begun" "$ip" "$port" "$path" "${host:-$container}" "$proto" "$(patience)"; then return 0; fi
            ! final_answer "$status" "$framework" || give_up ready answer
            [ "$curl_exit" -ne 7 ] || elsewhere
        fi
    elif [ -n "$command" ]; then
        if [ "$state" = running ] && timeout "$probe" docker exec "$container" "$@" >"$dir/said" 2>&1; then return 0; fi
        pause=0.5
    elif [ "$state" = running ]; then
        case $health in
        healthy) return 0 ;;
        none) ! lasted "$delay" || return 0 ;;
        esac
    fi
    look_again
    return 1
}

# Nothing of the role is stopped, or put to work, by anybody else until it runs.
earlier=0 stale=false waiting=''
turn_of=$(passing "${role:-$container}")
exec 7>"$turn_of"
flock --timeout "$((timeout + 60))" 7 ||
    fail "another check or switch of ${role:-$container} holds its turn for $((timeout + 60))s; see sextant doctor, and run pulumi up again"
known=$(state "$container")
case $? in
0) ;;
1) fail "$container is not there: it was removed by hand; run pulumi up --refresh" ;;
*) look ;;
esac
read -r runs _ _ _ _ earlier stale _ <<END
$known
END
# Only the ends that are seen from here on count. Docker counts from 0 when it is started, and keeps that it was once killed.
[ "$runs" = true ] || earlier=0
# What has the traffic, or its work, is only looked at again: a check that fails is no reason to end it.
waiting=yes work='' sure=''
if [ -n "$role" ]; then work=$(at_work "$role" "$port") && sure=yes; fi
if [ "$runs" = true ]; then
    if printf '%s\n' "$work" | grep -qFx "$container"; then
        waiting=''
    elif [ -z "$sure" ] && [ ! -e "$(gate_of "$container")" ]; then
        # Put to work by older verbs, for all that is known.
        waiting=''
    fi
fi
# routed: gives up where the proxy that is to send requests does not run: found by the gates, it splits no fleet. One that its program
# replaces now has a bridge in front, and is waited for by the switch.
routed() {
    [ -n "$port" ] || return 0
    case $(state "$proxy") in 'true '*' running '*) ;; *) redirected || give_up switch proxy-gone ;; esac
}
# From here on it is this check that has it.
printf '%s\n' "$dir" >"$(gate_of "$container")"
rm -f "$until_boot/lease-$container"
# A host carries two generations of a role at most: the one at work, and the one that is checked.
if [ -n "$role" ]; then
    others=$(roles | awk -v role="$role" -v own="$container" '$2 == role && $1 != own && $3 != "exited" && $3 != "created" && $3 != "dead" { print $1 }')
    if [ -n "$others" ]; then
        stay="$work $(ending "$role") $beside"
        # Else the oldest one is at work, if any is. Docker lists it last.
        [ -n "$sure" ] || stay="$stay $(printf '%s\n' "$others" | tail -n 1)"
        # shellcheck disable=SC2086 # names have no blanks
        idle=$(printf '%s\n' $others | without $stay)
        # shellcheck disable=SC2086 # names have no blanks
        [ -z "$idle" ] || docker stop --time 10 $idle >/dev/null 2>&1 7>&-
    fi
fi
routed
replaced=''
if [ -n "$kamal" ]; then
    replaced=$(kamal_running "$kamal" | cut -d ' ' -f 2)
    # Kamal's own time for a role without a route (lib/kamal/configuration/docs/configuration.yml drain_timeout).
    # shellcheck disable=SC2086 # names have no blanks
    [ -z "$replaced" ] || said=$(docker stop --time 30 $replaced 2>&1 >/dev/null 7>&-) ||
        fail "Kamal's $(printf '%s' "$replaced" | tr '\n' ' ')could not be stopped, and $container was not started: $said"
fi
# An earlier check may have stopped it; the same version can be tried again.
if [ "$runs" != true ]; then
    # Docker's command line says best why it does not start.
    case $(engine POST "/containers/$container/start" --output /dev/null --write-out '%{http_code}' 2>/dev/null) in
    204 | 304) ;;
    *) said=$(docker start "$container" 2>&1 >/dev/null) || give_up start start-failed "error=$said" ;;
    esac
    uptime
    since=$now
fi
exec 7>&-
# Its time begins now: it has not waited for what was stopped first.
begun=$(milliseconds)
uptime
began=$now
look
ended
# Where the program has set shares, those count.
[ "$runs" = true ] || [ "$shares" != 0 ] || cpu_share "$id" boot

[ -z "$port" ] || hex=$(printf '%04X' "$port")
turn=0
until fit "$@"; do
    attended || exit 1
    if past "$timeout"; then
        [ -z "$command" ] || give_up ready timeout "command=$command" "error=$(tail -n 5 "$dir/said" 2>/dev/null | cut -c1-300)"
        give_up ready timeout
    fi
    turn=$((turn + 1))
    sleep "$pause"
done
routed
[ "$shares" != 0 ] || cpu_share "$id" whole

lease
# Without a lease no switch follows: what must not run twice is at work now.
if [ "$lease" -eq 0 ] && [ -n "$role" ]; then
    put_to_work "$role" "$container"
    rm -f "$(gate_of "$container")"
fi
[ -z "$replaced" ] || printf '%s\n' "$replaced" | sed 's/^/stops=/'
exit 0
