#!/bin/sh
# ready container=NAME timeout=SECONDS [port= path= host= proto=] [delay=SECONDS] [lease=SECONDS] [probe=SECONDS] [-- COMMAND...]
#
# Waits until a new container is fit to take traffic, and says why when it is not. With a port it asks the container
# directly, not through the proxy, with the route's own Host header, and never follows a redirect. With a command it
# waits until that succeeds inside the container. With neither, the container has to keep running for `delay` seconds
# and its own HEALTHCHECK, where the image has one, has to pass.
# Ends at once on what time cannot cure. A container that fails is stopped and kept, with its log.
set -u
# shellcheck source=common.sh
. "${0%/*}/common"

container='' role='' port='' path=/up host='' proto=http timeout=60 delay=3 lease=0 probe=5
while [ $# -gt 0 ]; do
    case $1 in
    container=*) container=${1#*=} ;;
    role=*) role=${1#*=} ;;
    port=*) port=${1#*=} ;;
    path=*) path=${1#*=} ;;
    host=*) host=${1#*=} ;;
    proto=*) proto=${1#*=} ;;
    instance=*) ;; # names the instance that this is for, so that a new one means a new run
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
[ -n "$container" ] || fail "ready: container= is missing"

started=$(date +%s)
elapsed() { echo $(($(date +%s) - started)); }
asked="http://${host:-$container}$path"
trace='' # the run of distinct answers, oldest first
last=''

note() {
    [ "$1" = "$last" ] && return
    last=$1
    trace="$trace
  $(elapsed)s: $1"
}

# not_ready CAUSE CURE: what the user sees; the container is kept, stopped.
not_ready() {
    {
        printf '%s is not ready after %ss: %s\n' "$container" "$(elapsed)" "$1"
        [ -z "$2" ] || printf 'cure: %s\n' "$2"
        [ -z "$trace" ] || printf 'seen:%s\n' "$(printf '%s' "$trace" | tail -n 4)"
        printf 'its last log lines (all of them: docker logs %s):\n' "$container"
        last_lines "$container" 8
    } >&2
    docker stop --time 10 "$container" >/dev/null 2>&1
    exit 1
}

died() {
    state=$(inspect '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}} {{.State.OOMKilled}}' "$container") ||
        fail "$container is gone: someone removed it while it was being checked"
    # shellcheck disable=SC2086 # four words
    set -- $state
    if [ "$4" = true ]; then
        not_ready "it was killed for memory (exit $2, OOMKilled)" "give the role more memory in resources.memory, or use less"
    fi
    case $1 in
    exited | dead) not_ready "its process ended with exit code $2" "read the log below; if it ended without a word, the image may have no CMD: set command" ;;
    esac
    if [ "$3" -ge 3 ]; then
        not_ready "it crashed $3 times (last exit code $2)" "read the log below"
    fi
}

# asks once; ends the verb on a cause that time cannot cure.
ask() {
    ip=$(address "$container")
    if [ -z "$ip" ]; then
        note "no address on the network sextant"
        return 1
    fi
    answer=$(curl --silent --output /dev/null --max-time "$probe" --noproxy '*' --max-redirs 0 \
        --header "Host: ${host:-$container}" --header "X-Forwarded-Proto: $proto" --header "X-Forwarded-For: 127.0.0.1" \
        --user-agent sextant-ready --write-out '%{http_code} %{redirect_url}' "http://$ip:$port$path" 2>/dev/null)
    curl_exit=$?
    code=${answer%% *}
    location=${answer#* }
    case $curl_exit in
    0) ;;
    7)
        note "connection refused on port $port"
        return 1
        ;;
    28)
        note "connected, but no answer within ${probe}s"
        return 1
        ;;
    *)
        note "no HTTP answer on port $port (curl exit $curl_exit)"
        return 1
        ;;
    esac
    case $code in
    2??) return 0 ;;
    30[12378])
        case $location in
        https://*) not_ready "GET $asked was answered $code to $location" "leave the health path out of force_ssl (config.ssl_options), or set route.health.proto to https" ;;
        *) not_ready "GET $asked was answered $code to $location" "answer the health path itself with 2xx" ;;
        esac
        ;;
    403) not_ready "GET $asked was answered 403" "allow the host ${host:-$container} (config.hosts) and leave $path out of blocklists, or set route.health.host" ;;
    429) not_ready "GET $asked was answered 429" "leave $path out of the rate limits" ;;
    esac
    note "GET $asked was answered $code"
    return 1
}

healthy() {
    case $(inspect '{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}' "$container") in
    healthy) return 0 ;;
    none) [ "$(elapsed)" -ge "$delay" ] ;;
    *)
        note "its own HEALTHCHECK has not passed"
        return 1
        ;;
    esac
}

if [ -z "$(inspect '{{.Id}}' "$container")" ]; then
    fail "$container is not there: it was removed by hand; run pulumi up --refresh"
fi
# What an earlier release left ready and never switched goes first, so that a host never carries three generations.
if [ -n "$role" ]; then
    docker ps --filter "label=sextant.role=$role" --format '{{.Names}}' | while read -r name; do
        [ "$name" = "$container" ] || [ ! -e "/run/sextant/lease-$name" ] || docker stop --time 10 "$name" >/dev/null 2>&1
    done
fi
if ! running "$container"; then
    said=$(docker start "$container" 2>&1 >/dev/null) || not_ready "it does not start: $said" ""
fi

step=0.05
while :; do
    died
    if [ -n "$port" ]; then
        ask && break
    elif [ $# -gt 0 ]; then
        if timeout "$probe" docker exec "$container" "$@" >/dev/null 2>&1; then break; fi
        note "$1 does not succeed in it"
    elif running "$container" && healthy; then
        break
    fi
    if [ "$(elapsed)" -ge "$timeout" ]; then
        case $last in
        'connection refused'*)
            listens=$(ss -Hltn -N "$(inspect '{{.State.Pid}}' "$container")" 2>/dev/null | awk '{print $4}' | tr '\n' ' ')
            [ -n "$listens" ] || listens=$(nsenter -t "$(inspect '{{.State.Pid}}' "$container")" -n ss -Hltn 2>/dev/null | awk '{print $4}' | tr '\n' ' ')
            not_ready "$last; it listens on: ${listens:-nothing}" "set route.port to the port it listens on, and bind 0.0.0.0"
            ;;
        *) not_ready "${last:-it does not run}" "" ;;
        esac
    fi
    sleep "$step"
    case $step in 0.05) step=0.1 ;; 0.1) step=0.2 ;; *) step=0.5 ;; esac
done

# Ready without traffic is a state of passage: when no switch follows (another host failed), the lease stops it, so that
# small servers do not carry two generations for long. The switch ends the lease.
if [ "$lease" -gt 0 ]; then
    mkdir -p /run/sextant
    : >"/run/sextant/lease-$container"
    # shellcheck disable=SC2016 # expanded by the inner shell
    setsid sh -c 'sleep "$2"; [ -e "/run/sextant/lease-$1" ] && rm -f "/run/sextant/lease-$1" && docker stop "$1"' \
        lease "$container" "$lease" </dev/null >/dev/null 2>&1 &
fi
exit 0
