#!/bin/sh
# unroute SERVICE: the proxy forgets a service. A service, proxy or host that is gone already is a success.
set -u
# shellcheck source=common.sh
. "${0%/*}/common"

service=${1:?unroute: the service is missing}
running "$proxy" || exit 0
[ -n "$(target_of "$service")" ] || exit 0
in_proxy "$proxy" kamal-proxy remove "$service" >/dev/null || fail "the proxy did not remove the route $service"
