#!/bin/sh
# bridge config=HASH image=IMAGE owner=OWNER [owner=FORMER] [http=PORT] [https=PORT] [free=yes] [-- COMMAND...]
# bridge end=yes owner=OWNER
#
# Before the proxy's container is replaced: when the running one was made from another configuration, starts a second
# proxy as the new one will be, image and command, with a copy of the routes, certificates and maintenance state, and sends new
# connections to it. So the old one can drain and free its ports, and no connection is refused. `settle` ends it.
# Running connections stay where they are: the kernel's connection tracking keeps their way.
# When the running one has the configuration already, a change was taken back: a bridge that is there gives the connections back and goes.
# A bridge that carries the traffic of a proxy that does not answer stays. A proxy of another owner is not touched; an older version of this
# library made its own without a label, which is the owner of no name.
# Where no proxy runs yet, free=yes asks that nobody else has its ports: with Docker's own error alone nobody knows who does.
# With end=yes, when the proxy itself has gone for good, the bridge goes as well.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/evidence.sh
. "${0%/*}/lib/evidence"
# shellcheck source=lib/redirect.sh
. "${0%/*}/lib/redirect"

config='' image='' owners='' http=80 https=443 free='' end=''
while [ $# -gt 0 ]; do
    case $1 in
    config=*) config=${1#*=} ;;
    image=*) image=${1#*=} ;;
    owner=*) owners="$owners<${1#*=}>" ;;
    http=*) http=${1#*=} ;;
    https=*) https=${1#*=} ;;
    free=*) free=${1#*=} ;;
    end=*) end=${1#*=} ;;
    --)
        shift
        break
        ;;
    *) fail "bridge: unknown word $1" ;;
    esac
    shift
done
[ -n "$owners" ] || fail "bridge: owner= is missing"

# ours OWNER: whether that is one of our names.
ours() {
    case $owners in *"<$1>"*) ;; *) return 1 ;; esac
}

if [ -n "$end" ]; then
    owner=$(inspect '{{index .Config.Labels "sextant.proxy"}}' "$bridging_proxy")
    ours "$owner" || exit 0
    [ -z "$(inspect '{{.Id}}' "$proxy")" ] || exit 0
    unsend "$bridging"
    docker rm --force --volumes "$bridging_proxy" >/dev/null 2>&1
    unsend "$tracking"
    exit 0
fi
if [ -z "$config" ] || [ -z "$image" ]; then fail "bridge: config= or image= is missing"; fi
[ $# -gt 0 ] || set -- kamal-proxy run

# A name on a host belongs to who made it.
there=$(inspect '{{index .Config.Labels "sextant.config"}} {{.Config.Image}} {{index .Config.Labels "sextant.proxy"}}' "$proxy")
if [ -n "$there" ]; then
    # It may have a value of none, and would be lost as the first word.
    label=${there%% *}
    there=${there#* }
    [ -n "$label" ] ||
        fail "the container $proxy on this host was made by another program, of ${there%% *}, and nothing was changed: route through it with new ExistingProxy() in place of new Proxy()"
    owner=${there#* }
    # The bridge of a replacement that was cut off knows it.
    [ -n "$owner" ] || owner=$(inspect '{{index .Config.Labels "sextant.proxy"}}' "$bridging_proxy")
    ours "$owner" ||
        fail "the proxy on this host belongs to ${owner:-a stack that an older version of this library deployed}, and nothing was changed: route through it with new ExistingProxy() in place of new Proxy(). Where it is this one under a former name, give that: aliases: [{ name: ... }]"
fi

# No switch goes on meanwhile: what is copied is what will be served.
mkdir -p "$until_boot"
exec 5>"$until_boot/replacing"
flock --timeout 120 5 || fail "a switch of an app's traffic still goes on after 120s; run pulumi up again"

# told_back: the running proxy is what is wanted; there may be a bridge of a change that was taken back.
told_back() {
    bridged || exit 0
    # A replacement that was cut off may have stopped it, or be about to.
    for seconds in 15 45; do
        running "$proxy" || docker start "$proxy" >/dev/null 2>&1
        unbridge "$seconds" && exit 0
    done
    last_lines "$proxy" 5 >&2
    fail "the proxy does not answer with its routes after 60s; the bridging proxy still serves them. See docker logs $proxy, and run pulumi up again"
}

if [ -n "$there" ] && [ "$label" = "$config" ] && { running "$proxy" || redirected; }; then told_back; fi

if ! running "$proxy"; then
    [ -n "$free" ] || exit 0
    for port in "$http" "$https"; do
        [ -n "$(ss -Hltn "sport = :$port" 2>/dev/null)" ] || continue
        evidence start start-failed "image=$image" "error=listen tcp 0.0.0.0:$port: bind: address already in use"
        exit 1
    done
    exit 0
fi

# Its own rules for a port come first then, and new connections would stay with the old proxy.
case $(engine GET /info) in *'"FirewallBackend":{"Driver":"nftables'*)
    fail 'Docker writes its rules with nftables itself, past which the proxy cannot be replaced without a gap; the old proxy still serves. Remove "firewall-backend": "nftables" from /etc/docker/daemon.json, then systemctl restart docker.'
    ;;
esac

# copied: whether both proxies serve the same; the new one may be of another version, which tells more.
copied() {
    now=$(listed "$bridging_proxy") && that=$(listed "$proxy") && [ "$(what_of "$now")" = "$(what_of "$that")" ]
}
what_of() { printf '%s\n' "$1" | awk 'NR > 1 { print $1, $2, $3, $4 }'; }

# An earlier run may have left a bridge. One that is in front of a proxy which does not answer is all there is, and stays, whatever it
# is made from; one that is as this one would be goes on; any other gives the connections back first.
if running "$bridging_proxy" && redirected; then
    if ! listed "$proxy" >/dev/null; then
        sleep 2
        listed "$proxy" >/dev/null || exit 0
    fi
    if [ "$(inspect '{{index .Config.Labels "sextant.bridge"}}' "$bridging_proxy")" != "$config" ] || ! copied; then
        unbridge 30 || fail "the proxy does not answer with its routes; the bridging proxy still serves them. See docker logs $proxy"
    fi
elif bridged; then
    unsend "$bridging"
fi

serves=$(published "$proxy")
# Docker lists IPv6 addresses also where the kernel has no IPv6 (moby/moby#42375).
six=$(printf '%s' "$serves" | grep -F :)
grep -q . /proc/net/if_inet6 2>/dev/null || six=''
settings=/home/kamal-proxy/.config/kamal-proxy
if ! redirected; then
    docker rm --force --volumes "$bridging_proxy" >/dev/null 2>&1
    owner=${owners#<}
    # On all addresses, whatever Docker's own default is here.
    docker create --name "$bridging_proxy" --network sextant --label "sextant.bridge=$config" --label "sextant.proxy=${owner%%>*}" \
        --publish 0.0.0.0::80 --publish 0.0.0.0::443 ${six:+--publish '[::]::80' --publish '[::]::443'} \
        --volume /var/lib/sextant/proxy:/var/lib/sextant/proxy:ro "$image" "$@" >/dev/null ||
        fail "could not make the bridging proxy from $image"
    # As a stream, without --archive, which older Docker looks users up for on the host: the files keep their owner.
    docker cp "$proxy:$settings/." - 2>/dev/null | docker cp - "$bridging_proxy:$settings" ||
        fail "could not copy the proxy's routes to the bridging proxy"
    docker start "$bridging_proxy" >/dev/null ||
        fail "could not start the bridging proxy: $(inspect '{{.State.Error}}' "$bridging_proxy")"
fi

# Where the old proxy does not answer at all, the copy of its state is what counts.
ends=$(($(date +%s) + 10))
until copied; do
    if [ "$(date +%s)" -ge "$ends" ] || ! running "$bridging_proxy"; then
        if [ "$(listed "$bridging_proxy" | grep -c .)" -gt 1 ] && ! listed "$proxy" >/dev/null; then break; fi
        docker logs --tail 5 "$bridging_proxy" 2>&1 | cut -c1-300 >&2
        docker rm --force --volumes "$bridging_proxy" >/dev/null 2>&1
        fail "the proxy of $image ($*) did not take over the routes; the old proxy still serves"
    fi
    sleep 0.2
done

# give_back REASON: as it was before, and the verb ends.
give_back() {
    unsend "$bridging"
    unsend "$tracking"
    docker rm --force --volumes "$bridging_proxy" >/dev/null 2>&1
    fail "could not send new connections to the bridging proxy ($1); the old proxy still serves"
}

ip=$(address "$bridging_proxy")
# send INNER ADDRESS PORT: new connections to where the proxy is published reach the bridge. Only what opens a connection: a
# packet of one from before the tracking looks new to the kernel as well.
send() {
    inner=$1 to=$2
    case $to in *:*) with=ip6tables family=6 ;; *) with=iptables family=4 ;; esac
    at=$(outer "$bridging_proxy" "$inner" "$family")
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
