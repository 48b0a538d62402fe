#!/bin/sh
# settle timeout=SECONDS
#
# After the proxy's container was made or replaced: waits until it answers with all its routes, then sends new connections
# to it again and ends the bridging proxy, which drains first. Without a bridge it only waits.
set -u
# shellcheck source=common.sh
. "${0%/*}/common"
# shellcheck source=redirect.sh
. "${0%/*}/redirect"

timeout=60
for word; do
    case $word in
    timeout=*) timeout=${word#*=} ;;
    container=*) ;; # names the container that this is for, so that a new one means a new run
    *) fail "settle: unknown word $word" ;;
    esac
done

bridge=$proxy-bridge
started=$(date +%s)
until in_proxy "$proxy" kamal-proxy list >/dev/null 2>&1 &&
    { ! running "$bridge" || [ "$(services "$proxy")" -ge "$(services "$bridge")" ]; }; do
    if [ $(($(date +%s) - started)) -ge "$timeout" ]; then
        printf 'the proxy does not answer with its routes after %ss (%s). Its last lines:\n' "$timeout" \
            "$(inspect 'status {{.State.Status}}, exit code {{.State.ExitCode}} {{.State.Error}}' "$proxy")" >&2
        last_lines "$proxy" 10 >&2
        exit 1
    fi
    sleep 0.1
done

unsend "$bridging"
if [ -n "$(inspect '{{.Id}}' "$bridge")" ]; then
    docker stop --time 30 "$bridge" >/dev/null 2>&1
    docker rm --force --volumes "$bridge" >/dev/null 2>&1
fi
# The bridge's connections are over: the kernel need not track them any more.
unsend "$tracking"
exit 0
