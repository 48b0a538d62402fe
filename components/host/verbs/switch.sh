#!/bin/sh
# switch role=LABEL container=NAME [container=NAME ...] stop=SECONDS [keep=old] [service=NAME port=PORT] [-- KAMAL-PROXY DEPLOY FLAGS...]
#
# Puts the traffic of a role on this host on new containers, then stops the old ones. With a service the proxy deploys and
# drains; without one (workers) the old ones are just stopped. It ends when the new ones have the traffic; draining and
# stopping go on, and `prune` waits for them. Running it again, or after it was cut anywhere, ends in the same state. With
# keep=old the old ones go on: another route of the role is still to be switched.
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

# Held by what goes on after this verb has ended: by the drains of all routes, and by everything.
lock=$(switching "$role")
exec 8>"$lock" 9>"$lock.drains"
flock --shared --timeout 600 8 ||
    fail "an earlier switch of $role is still being cleaned up after 600s; see sextant doctor"
flock --shared 9
dir=$(mktemp -d /run/sextant/switch.XXXXXX) || exit 1
trap 'rm -rf "$dir"' EXIT

# serves TARGETS: true when all the new containers are among them.
serves() {
    for container in $containers; do
        case ",$1," in *"$container:$port"*) ;; *) return 1 ;; esac
    done
}

# served: true when the proxy sends requests to all the new containers. A deploy whose client was killed goes on, and of two
# the last one that becomes healthy wins, so that this is looked at and not believed.
served() {
    serves "$(target_of "$service")"
}

for container in $containers; do
    rm -f "/run/sextant/lease-$container"
    running "$container" || docker start "$container" >/dev/null 2>&1 ||
        fail "$container is not there to take traffic: it was removed; run pulumi up --refresh"
done
there=$(roles)

if [ -n "$service" ]; then
    read -r runs _ _ _ _ _ _ proxy_pid _ <<END
$(state "$proxy")
END
    if [ "$runs" != true ]; then
        evidence switch proxy-gone "container=${containers##* }" "service=$service"
        exit 1
    fi

    # Another stack may use the same service name; its route is not ours to take.
    targets_now=$(target_of "$service")
    while read -r name owner _; do
        case ",$targets_now" in *",$name:"*) ;; *) continue ;; esac
        [ "$owner" = "$role" ] ||
            fail "the proxy route $service belongs to $owner, not to $role: give one of the two apps another name"
    done <<END
$there
END

    targets=''
    for container in $containers; do targets="$targets --target=$container:$port"; done
    # Where the proxy serves them already (other flags, or a second try), only the end of its command tells that it is done.
    if serves "$targets_now"; then before=served; else before=''; fi
    # The proxy sends new requests to the new containers at once, and ends its own command when the old ones have drained.
    # That, and stopping them, goes on by itself: the next host need not wait for it, and `prune` waits for all.
    # shellcheck disable=SC2016,SC2086 # expanded by the inner shell; one word a target
    setsid sh -c '. "$1/common"
        dir=$2 proxy_pid=$3
        shift 3
        in_proxy "$proxy" "$@" >"$dir/answer" 2>&1
        echo $? >"$dir/code"' \
        deploy "${0%/*}" "$dir" "$proxy_pid" kamal-proxy deploy "$service" $targets "$@" </dev/null >/dev/null 2>&1 &
    # As a rule at once, since the gate has found them fit.
    turn=0 pause=0.02
    until [ -s "$dir/code" ] || { [ -z "$before" ] && served; }; do
        sleep "$pause"
        turn=$((turn + 1))
        [ "$turn" -lt 5 ] || pause=0.1
    done
    if [ -s "$dir/code" ]; then
        read -r code <"$dir/code"
        if [ "$code" -ne 0 ]; then
            evidence switch proxy-refused "container=${containers##* }" "service=$service" \
                "answer=$(tail -n 3 "$dir/answer" | cut -c1-300)"
            exit 1
        fi
        served || fail "the proxy serves $(target_of "$service") for $service, not $containers: another deploy ran at the same time; run pulumi up again"
    fi
fi

# What is left: draining, then stopping what is old, unless another route of the role is still to be switched.
old=''
while read -r name owner state; do
    if [ -n "$keep" ] || [ "$owner" != "$role" ]; then continue; fi
    case $state in running | restarting | paused) ;; *) continue ;; esac
    case "$containers " in *" $name "*) ;; *) old="$old $name" ;; esac
done <<END
$there
END
# shellcheck disable=SC2016,SC2086 # expanded by the inner shell; names have no blanks
setsid sh -c '
    dir=$1 service=$2 stop=$3 drains=$4
    shift 4
    [ -z "$service" ] || until [ -s "$dir/code" ]; do sleep 0.1; done
    exec 9>&-
    if [ $# -gt 0 ]; then
        flock "$drains" docker stop --time "$stop" "$@" >/dev/null 2>"$dir/said" || cp "$dir/said" "$drains.failed"
    fi
    rm -rf "$dir"' rest "$dir" "$service" "$stop" "$lock.drains" $old </dev/null >/dev/null 2>&1 &
trap - EXIT
exit 0
