#!/bin/sh
# unroute SERVICE [role=LABEL]: the proxy forgets a service, and a bridging proxy with it. A service, proxy or host that is gone already is
# a success. So is one that another service, which it was renamed to, has taken over, and one that leads to a container of another role or
# program: that is theirs.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/rollout.sh
. "${0%/*}/lib/rollout"
# shellcheck source=lib/moves.sh
. "${0%/*}/lib/moves"
# shellcheck source=lib/redirect.sh
. "${0%/*}/lib/redirect"

service=${1:?unroute: the service is missing}
role=''
shift
for word; do
    case $word in
    role=*) role=${word#*=} ;;
    *) fail "unroute: unknown word $word" ;;
    esac
done

# The next proxy would have the route again.
await_way_back proxy_is_away
routing
own=$(names_of "${role%/*/*}")/$service
if [ ! -s "$own" ] && held_by_other "$own" "$service"; then exit 0; fi
name=$(name_of "$service" "$(roles)")
for each in "$proxy" "$bridging_proxy"; do
    running "$each" || continue
    targets=$(listed "$each" | targets_in "$name")
    [ -n "$targets" ] || continue
    # What gets only its reads is of another role, and goes with it.
    targets=$(printf '%s\n' "$targets" | tr ',' '\n' | without "$(sed -n 's/^--read-target=//p' "$kept/routes/$name" 2>/dev/null)")
    [ -z "$role" ] || [ -z "$(stranger_of "$role" "$targets")" ] || exit 0
    in_proxy "$each" kamal-proxy remove "$name" >/dev/null || fail "the proxy did not remove the route $service"
done
forget_route "$name"
exit 0
