#!/bin/sh
# canary put role=LABEL container=NAME percent=NUMBER [visitor=VALUE ...] route=SERVICE/PORT/READY/DRAIN ... stop=SECONDS [again=yes] [bridge=wait]
# canary look role=LABEL container=NAME percent=NUMBER [visitor=VALUE ...] route=SERVICE/PORT/READY/DRAIN ...
# canary end role=LABEL service=NAME ...
#
# Gives a container a part of the visitors of routes that other containers have: kamal-proxy's rollout. `put` lets the proxy check it, gives it the
# part in one step, in the place of the canary before it, and stops that one when it has drained. Where it has its part already only the share is
# set, so that no connection is closed; with again=yes the proxy gets it anew, as the settings of a route have changed, which it has for a
# canary as they were then. Running it again, or after it was cut anywhere, ends in the same state.
#
# `look` prints `true` where the proxy gives it that part, else `false`. `end` has all visitors go to the role, and ends when what was under way in
# the canary is done. A route, proxy or host that is gone already is a success, and what leads to another role's container is left.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/rollout.sh
. "${0%/*}/lib/rollout"
# shellcheck source=lib/moves.sh
. "${0%/*}/lib/moves"
# shellcheck source=lib/parts.sh
. "${0%/*}/lib/parts"
# shellcheck source=lib/evidence.sh
. "${0%/*}/lib/evidence"
# shellcheck source=lib/redirect.sh
. "${0%/*}/lib/redirect"

verb=${1:-}
case $verb in
put | look | end) shift ;;
*) fail "canary: put, look or end is missing" ;;
esac
role='' container='' percent=0 values='' lists='' canaried='' ended='' stop=10 again='' bridge=''
for word; do
    case $word in
    role=*) role=${word#*=} ;;
    container=*) container=${word#*=} ;;
    percent=*) percent=${word#*=} ;;
    visitor=*)
        values="$values${values:+,}${word#*=}"
        lists="$lists --list=${word#*=}"
        ;;
    route=*) canaried="$canaried ${word#*=}" ;;
    service=*) ended="$ended ${word#*=}" ;;
    stop=*) stop=${word#*=} ;;
    again=*) again=${word#*=} ;;
    bridge=*) bridge=${word#*=} ;;
    *) fail "canary: unknown word $word" ;;
    esac
done
[ -n "$role" ] || fail "canary: role= is missing"
if [ "$verb" != end ] && { [ -z "$container" ] || [ -z "$canaried" ]; }; then fail "canary: container= or route= is missing"; fi

# take_apart ROUTE: sets service, port, ready and drain.
take_apart() {
    IFS=/ read -r service port ready drain <<END
$1
END
}

# whole: the part that the program gives, on the port of the route that was taken apart last.
whole() {
    printf '%s:%s %s %s\n' "$container" "$port" "$percent" "${values:--}"
}

if [ "$verb" = look ]; then
    # The container's end is said by what looks at it.
    now=$(running "$proxy" && parts "$proxy") || now=''
    there=$(roles)
    so=true
    for route in $canaried; do
        take_apart "$route"
        [ "$(printf '%s\n' "$now" | part_in "$(name_of "$service" "$there")")" = "$(whole)" ] || so=false
    done
    printf '%s\n' "$so"
    exit 0
fi

exec 8>"$(switching "$role")"
flock --timeout 600 8 || fail "an earlier step of $role still goes on after 600s; see sextant doctor"

if [ "$verb" = end ]; then
    # The next proxy would have the part again.
    await_way_back proxy_is_away
    there=$(roles)
    for service in $ended; do
        own=$(names_of "${role%/*/*}")/$service
        if [ ! -s "$own" ] && held_by_other "$own" "$service"; then continue; fi
        name=$(name_of "$service" "$there")
        for each in "$proxy" "$bridging_proxy"; do
            running "$each" || continue
            serves=$(listed "$each" | targets_in "$name")
            [ -n "$serves" ] || continue
            now=$(parts "$each") || fail "the file of the proxy's routes cannot be read (docker exec $each ls -l /home/kamal-proxy/.config/kamal-proxy), so that nobody knows whose visitors the canary of $service has; run pulumi up again"
            part=$(printf '%s\n' "$now" | part_in "$name")
            case $part in '- '*) continue ;; esac
            [ -z "$(stranger_of "$role" "${part%% *}" "$there")" ] || continue
            in_proxy "$each" kamal-proxy rollout stop "$name" >/dev/null </dev/null 8>&- ||
                fail "the proxy did not take the visitors of $service from its canary; run pulumi up again"
            # That has drained nothing. What takes the canary's place in the proxy has it drain (v0.9.2 internal/server/router.go
            # SetRolloutTargets): the container that serves, which gets nothing by it. Where that does not pass, stopping has its own time.
            drain=$(sed -n 's/^--drain-timeout=//p' "$kept/routes/$name" 2>/dev/null)
            in_proxy "$each" kamal-proxy rollout deploy "$name" "--target=${serves%%,*}" --deploy-timeout=5s "--drain-timeout=${drain:-30s}" \
                >/dev/null 2>&1 </dev/null 8>&- || true
        done
    done
    exit 0
fi

dir=$(mktemp -d "$until_boot/canary.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

# What passed its check and got nothing in time has been stopped. It gets nothing before it has passed again.
for turn in first second; do
    known=$(state "$container")
    case $? in
    1) fail "$container is not there to get visitors: it was removed; run pulumi up --refresh" ;;
    2) fail "Docker does not answer on this host (systemctl status docker), so that no visitor of $role was switched; run pulumi up again when it does" ;;
    esac
    case $known in 'true '*) break ;; esac
    [ "$turn" = first ] || fail "$container has stopped again since its check passed; run pulumi up again"
    pass_again "$role" "$container" || exit 1
done
exec 7>"$(passing "$role")"
flock --timeout 120 7 || fail "something else of $role holds its turn for 120s; see sextant doctor, and run pulumi up again"
running "$container" || fail "$container has stopped since its check passed; run pulumi up again"
if ! in_front "$bridge"; then
    evidence switch proxy-bridged "container=$container" "service=$role"
    exit 1
fi
if ! running "$proxy"; then
    evidence switch proxy-gone "container=$container" "service=$role"
    exit 1
fi
there=$(roles)

# has_target: whether the proxy has the container in the canary's place of the service by now.
has_target() {
    now=$(parts "$proxy") || return 1
    part=$(printf '%s\n' "$now" | part_in "$name")
    [ "${part%% *}" = "$container:$port" ]
}

# note_work: it is at work beside those before it, which have their visitors until all routes have changed: no lease ends any of them, and no check
# stops them. Noted before the proxy is told, since the proxy goes on where this is cut off.
begun='' taken=''
note_work() {
    [ -z "$begun" ] || return 0
    before=$(noted "$role")
    # shellcheck disable=SC2046 # names have no blanks
    put_to_work "$role" "$container" $(printf '%s\n' "$before" | without "$container")
    begun=yes
}

# refused: as before, where the proxy has given it to none of the routes, so that its lease ends it.
refused() {
    [ -z "$taken" ] || return 0
    # shellcheck disable=SC2086 # names have no blanks
    if [ -n "$before" ]; then put_to_work "$role" $before; else rm -f "$(work_of "$role")"; fi
}

number=0 waits=''
for route in $canaried; do
    take_apart "$route"
    routing
    table=$(routes)
    name=$(name_of "$service" "$there")
    [ -n "$(table_now | targets_in "$name")" ] ||
        fail "the proxy of this host has no route $service, whose visitors the canary would get; run pulumi up --refresh"
    ! held_by_stranger "$name" "$there" ||
        fail "the proxy route $name leads to containers that are not of ${role%/*/*}, and was not touched"
    table=''
    exec 6>&-
    note_work
    if [ -n "$again" ] || ! has_target; then
        had=''
        ! has_target || had=yes
        number=$((number + 1))
        answer=$dir/answer-$number code=$dir/code-$number
        # The proxy sends the canary's visitors to the new one as soon as it has passed, and ends its own command when the old one has drained.
        # shellcheck disable=SC2016 # expanded by the inner shell
        setsid sh -c '. "$1/lib/common"
            answer=$2 code=$3
            shift 3
            in_proxy "$proxy" "$@" >"$answer" 2>&1
            echo $? >"$code.new" && mv "$code.new" "$code"' deploy "${0%/*}" "$answer" "$code" \
            kamal-proxy rollout deploy "$name" "--target=$container:$port" "--deploy-timeout=$ready" "--drain-timeout=$drain" \
            </dev/null >/dev/null 2>&1 5>&- 7>&- 8>&- &
        deploy=$!
        waits="$waits $code:$deploy"
        until [ -s "$code" ] || { [ -z "$had" ] && has_target; }; do
            [ -e "/proc/$deploy" ] || [ -s "$code" ] ||
                fail "the canary's deploy to $service was ended before it had an answer, as when memory is short; run pulumi up again"
            sleep 0.1
        done
        if [ -s "$code" ] && [ "$(cat "$code")" -ne 0 ]; then
            refused
            evidence switch proxy-refused "container=$container" "service=$service" "answer=$(tail -n 3 "$answer" | cut -c1-300)"
            exit 1
        fi
    fi
    taken=yes
    rm -f "$until_boot/lease-$container" "$(gate_of "$container")"
    part=$(parts "$proxy" | part_in "$name")
    if [ "$part" != "$(whole)" ]; then
        # A value may look like a pattern of files.
        # shellcheck disable=SC2086 # one word a value
        said=$(set -f && in_proxy "$proxy" kamal-proxy rollout set "$name" "--percent=$percent" $lists 2>&1 </dev/null 5>&- 7>&- 8>&-) ||
            fail "the proxy did not give the canary its part of $service: $(printf '%s' "$said" | tail -n 1 | cut -c1-300)"
        part=$(parts "$proxy" | part_in "$name")
        [ "$part" = "$(whole)" ] ||
            fail "the proxy has ${part:-nothing} for the canary of $service, not $(whole): another change was made at the same time; run pulumi up again"
    fi
done

# It alone has the visitors.
put_to_work "$role" "$container"
exec 5>&- 7>&-
for wait in $waits; do until [ -s "${wait%:*}" ] || [ ! -e "/proc/${wait##*:}" ]; do sleep 0.1; done; done
old=$(there=$(roles) && printf '%s\n' "$there" | awk -v role="$role" -v own="$container" '$2 == role && $1 != own && ($3 == "running" || $3 == "restarting" || $3 == "paused") { print $1 }')
# shellcheck disable=SC2086 # names have no blanks
[ -z "$old" ] || said=$(docker stop --time "$stop" $old 2>&1 >/dev/null) || fail "the canary before this one could not be stopped: $said"
exit 0
