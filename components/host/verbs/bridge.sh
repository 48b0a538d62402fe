#!/bin/sh
# bridge config=HASH image=IMAGE [http=PORT] [https=PORT] [free=yes]
#
# Before the proxy's container is replaced: when the running one was made from another configuration, starts a second
# proxy from the new image, with a copy of the routes, certificates and maintenance state, and sends new connections to
# it. So the old one can drain and free its ports, and no connection is refused. `settle` ends it.
# Running connections stay where they are: the kernel's connection tracking keeps their way.
# Where no proxy runs yet, free=yes asks that nobody else has its ports: with Docker's own error alone nobody knows who does.
set -u
# shellcheck source=common.sh
. "${0%/*}/common"
# shellcheck source=evidence.sh
. "${0%/*}/evidence"
# shellcheck source=redirect.sh
. "${0%/*}/redirect"

config='' image='' http=80 https=443 free=''
for word; do
    case $word in
    config=*) config=${word#*=} ;;
    image=*) image=${word#*=} ;;
    http=*) http=${word#*=} ;;
    https=*) https=${word#*=} ;;
    free=*) free=${word#*=} ;;
    *) fail "bridge: unknown word $word" ;;
    esac
done
if [ -z "$config" ] || [ -z "$image" ]; then fail "bridge: config= or image= is missing"; fi

if ! running "$proxy"; then
    [ -n "$free" ] || exit 0
    for port in "$http" "$https"; do
        [ -n "$(ss -Hltn "sport = :$port" 2>/dev/null)" ] || continue
        evidence start start-failed "image=$image" "error=listen tcp 0.0.0.0:$port: bind: address already in use"
        exit 1
    done
    exit 0
fi
[ "$(inspect '{{index .Config.Labels "sextant.config"}}' "$proxy")" != "$config" ] || exit 0

bridge=$proxy-bridge
serves=$(published "$proxy")
# Docker lists IPv6 addresses also where the kernel has no IPv6 (moby/moby#42375).
six=$(printf '%s' "$serves" | grep -F :)
grep -q . /proc/net/if_inet6 2>/dev/null || six=''
settings=/home/kamal-proxy/.config/kamal-proxy
if ! running "$bridge"; then
    docker rm --force "$bridge" >/dev/null 2>&1
    # On all addresses, whatever Docker's own default is here.
    docker create --name "$bridge" --network sextant --label sextant.bridge=1 \
        --publish 0.0.0.0::80 --publish 0.0.0.0::443 ${six:+--publish '[::]::80' --publish '[::]::443'} \
        --volume /var/lib/sextant/proxy:/var/lib/sextant/proxy:ro "$image" kamal-proxy run >/dev/null ||
        fail "could not make the bridging proxy from $image"
    # As a stream, without --archive, which older Docker looks users up for on the host: the files keep their owner.
    docker cp "$proxy:$settings/." - 2>/dev/null | docker cp - "$bridge:$settings" ||
        fail "could not copy the proxy's routes to the bridging proxy"
    docker start "$bridge" >/dev/null || fail "could not start the bridging proxy: $(inspect '{{.State.Error}}' "$bridge")"
fi

tries=0
until [ "$(services "$bridge")" = "$(services "$proxy")" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 50 ]; then
        docker logs --tail 5 "$bridge" 2>&1 | cut -c1-300 >&2
        docker rm --force "$bridge" >/dev/null 2>&1
        fail "the proxy of $image did not take over the routes within 10s; the old proxy still serves"
    fi
    sleep 0.2
done

# give_back REASON: as it was before, and the verb ends.
give_back() {
    unsend "$bridging"
    unsend "$tracking"
    docker rm --force "$bridge" >/dev/null 2>&1
    fail "could not send new connections to the bridging proxy ($1); the old proxy still serves"
}

ip=$(address "$bridge")
# send INNER ADDRESS PORT: new connections to where the proxy is published reach the bridge. Only what opens a connection: a
# packet of one from before the tracking looks new to the kernel as well.
send() {
    inner=$1 to=$2
    case $to in *:*) with=ip6tables family=6 ;; *) with=iptables family=4 ;; esac
    at=$(outer "$bridge" "$inner" "$family")
    [ -n "$at" ] || give_back "Docker published its port $inner nowhere in IPv$family"
    set -- -p tcp --syn --dport "$3" -m addrtype --dst-type LOCAL -m comment --comment "$bridging"
    case $to in 0.0.0.0 | ::) ;; *) set -- -d "$to" "$@" ;; esac
    if [ "$family" = 4 ]; then
        # From outside straight to the container, so that it sees the client's address.
        said=$(rule iptables PREROUTING "$@" -j DNAT --to-destination "$ip:$inner" 2>&1) || give_back "$said"
    else
        said=$(rule ip6tables PREROUTING "$@" -j REDIRECT --to-ports "$at" 2>&1) || give_back "$said"
    fi
    said=$(rule "$with" OUTPUT "$@" -j REDIRECT --to-ports "$at" 2>&1) || give_back "$said"
}
# Where Docker has no rules for IPv6, ours are the first there, and the kernel tracks connections only while a rule asks for
# it: one that matches nothing keeps it tracking until the bridge has drained, or its connections would lose their way.
[ -z "$six" ] ||
    said=$(rule ip6tables OUTPUT -m conntrack --ctstate INVALID -m comment --comment "$tracking" -j RETURN 2>&1) ||
    give_back "$said"
while read -r inner to port; do
    case $to in *:*) [ -n "$six" ] || continue ;; esac
    case $inner in 80 | 443) send "$inner" "$to" "$port" ;; esac
done <<END
$serves
END
exit 0
