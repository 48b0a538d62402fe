#!/bin/sh
# settle timeout=SECONDS
#
# After the proxy's container was made or replaced: waits until it answers with all its routes, then sends new connections
# to it again and ends the bridging proxy, which drains first. Without a bridge it only waits.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/redirect.sh
. "${0%/*}/lib/redirect"

timeout=60
for word; do
    case $word in
    timeout=*) timeout=${word#*=} ;;
    *) fail "settle: unknown word $word" ;;
    esac
done

started=$(date +%s)
if ! unbridge "$timeout"; then
    printf 'the proxy does not answer with its routes after %ss (%s)%s. Its last lines:\n' "$(($(date +%s) - started))" \
        "$(inspect 'status {{.State.Status}}, exit code {{.State.ExitCode}} {{.State.Error}}' "$proxy")" \
        "$(! redirected || echo '; the bridging proxy serves all that it served before')" >&2
    last_lines "$proxy" 10 >&2
    exit 1
fi
