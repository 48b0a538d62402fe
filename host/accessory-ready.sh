#!/bin/sh
# accessory-ready container=NAME timeout=SECONDS [secrets=NAMES] -- COMMAND...
#
# Waits until the command succeeds inside an accessory twice, a moment apart: database images start a server for their
# first set-up, stop it and start it again, and must not count as ready in between.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/evidence.sh
. "${0%/*}/lib/evidence"

container='' timeout=120
while [ $# -gt 0 ]; do
    case $1 in
    container=*) container=${1#*=} ;;
    secrets=*) secret_names=${1#*=} ;; # names, for the evidence
    timeout=*) timeout=${1#*=} ;;
    --)
        shift
        break
        ;;
    *) fail "accessory-ready: unknown word $1" ;;
    esac
    shift
done
if [ -z "$container" ] || [ $# -eq 0 ]; then fail "accessory-ready: container= or the command is missing"; fi

started=$(date +%s)
good=0
said=$(mktemp) || exit 1
trap 'rm -f "$said"' EXIT
running "$container" || docker start "$container" >/dev/null 2>"$said" ||
    { evidence start start-failed "container=$container" "error=$(cat "$said")" && exit 1; }
while [ "$good" -lt 2 ]; do
    if timeout 10 docker exec "$container" "$@" >"$said" 2>&1; then
        good=$((good + 1))
        sleep 0.3
        continue
    fi
    good=0
    elapsed=$(($(date +%s) - started))
    if [ "$elapsed" -ge "$timeout" ]; then
        evidence ready timeout "container=$container" "elapsed=$elapsed" "timeout=$timeout" \
            "command=$*" "error=$(tail -n 5 "$said" | cut -c1-300)"
        exit 1
    fi
    sleep 0.2
done
exit 0
