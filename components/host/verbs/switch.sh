#!/bin/sh
# switch role=LABEL container=NAME [container=NAME ...] stop=SECONDS [keep=old] [service=NAME port=PORT] [-- KAMAL-PROXY DEPLOY FLAGS...]
#
# Puts the traffic of a role on this host on new containers, then stops the old ones. With a service the proxy deploys and
# drains; without one (workers) the old ones are just stopped. Running it again, or after it was cut anywhere, ends in the
# same state. With keep=old the old ones go on: another route of the role is still to be switched.
set -u
# shellcheck source=common.sh
. "${0%/*}/common"
# shellcheck source=evidence.sh
. "${0%/*}/evidence"

role='' stop=10 keep='' service='' port='' containers=''
while [ $# -gt 0 ]; do
    case $1 in
    role=*) role=${1#*=} ;;
    container=*) containers="$containers ${1#*=}" ;;
    stop=*) stop=${1#*=} ;;
    keep=*) keep=${1#*=} ;;
    service=*) service=${1#*=} ;;
    port=*) port=${1#*=} ;;
    --)
        shift
        break
        ;;
    *) fail "switch: unknown word $1" ;;
    esac
    shift
done
if [ -z "$containers" ] || [ -z "$role" ]; then fail "switch: role= or container= is missing"; fi

for container in $containers; do
    rm -f "/run/sextant/lease-$container"
    running "$container" || docker start "$container" >/dev/null 2>&1 ||
        fail "$container is not there to take traffic: it was removed; run pulumi up --refresh"
done

if [ -n "$service" ]; then
    running "$proxy" || {
        evidence switch proxy-gone "container=${containers##* }" "service=$service"
        exit 1
    }

    # Another stack may use the same service name; its route is not ours to take.
    for target in $(target_of "$service" | tr ',' ' '); do
        owner=$(inspect '{{index .Config.Labels "sextant.role"}}' "${target%:*}")
        if [ -n "$owner" ] && [ "$owner" != "$role" ]; then
            fail "the proxy route $service belongs to $owner, not to $role: give one of the two apps another name"
        fi
    done

    targets=''
    for container in $containers; do targets="$targets --target=$container:$port"; done
    # shellcheck disable=SC2086 # one word a target
    answer=$(docker exec "$proxy" kamal-proxy deploy "$service" $targets "$@" 2>&1) || {
        evidence switch proxy-refused "container=${containers##* }" "service=$service" "answer=$(printf '%s' "$answer" | tail -n 3 | cut -c1-300)"
        exit 1
    }
    # A deploy whose client was killed goes on, and the last one that becomes healthy wins: look what is served now.
    for container in $containers; do
        case ",$(target_of "$service")," in
        *"$container:$port"*) ;;
        *) fail "the proxy serves $(target_of "$service") for $service, not $container:$port: another deploy ran at the same time; run pulumi up again" ;;
        esac
    done
fi

[ -z "$keep" ] || exit 0
# shellcheck disable=SC2086 # names have no blanks
old=$(docker ps --filter "label=sextant.role=$role" --format '{{.Names}}' | without $containers)
# shellcheck disable=SC2086
[ -z "$old" ] || docker stop --time "$stop" $old >/dev/null || fail "could not stop the old containers: $old"
exit 0
