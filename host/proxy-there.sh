#!/bin/sh
# proxy-there [owner=OWNER] [network=NETWORK]
#
# Before apps route through a proxy that another program has made: whether one runs here, answers, reaches the containers of this
# program, and belongs to whom the program says. These containers are on the network sextant, or on another one as well: Kamal's, whose
# proxy is left as it is. It changes nothing.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/redirect.sh
. "${0%/*}/lib/redirect"

owner='' network=sextant
for word; do
    case $word in
    owner=*) owner=${word#*=} ;;
    network=*) network=${word#*=} ;;
    *) fail "proxy-there: unknown word $word" ;;
    esac
done

await_way_back true
facts=$(inspect '{{.State.Running}} {{index .Config.Labels "sextant.proxy"}}' "$proxy") ||
    fail "there is no proxy on this host (no container $proxy): deploy the program that it belongs to first, or make one here with new Proxy()"
whose=${facts#* }
if [ -n "$owner" ] && [ "$whose" != "$owner" ]; then
    fail "the proxy on this host belongs to ${whose:-another program, without a label sextant.proxy}, and owner is $owner: correct owner, or leave it out"
fi
[ "${facts%% *}" = true ] ||
    fail "the proxy on this host does not run: docker start $proxy, or pulumi up --refresh of the program that it belongs to (${whose:-it has no label sextant.proxy})"
[ -n "$(inspect "{{with index .NetworkSettings.Networks \"$network\"}}{{.IPAddress}}{{end}}" "$proxy")" ] ||
    fail "the proxy on this host is not on the Docker network $network, where it reaches this program's containers: docker network connect $network $proxy lets it"
tries=0
until listed "$proxy" >/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 20 ] || fail "the proxy on this host does not answer (docker exec $proxy kamal-proxy list); see docker logs $proxy"
    sleep 0.5
done
exit 0
