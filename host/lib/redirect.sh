# Sourced by what replaces the proxy, and by what has to know of it: the rules that send new connections to the bridging proxy meanwhile,
# and the way back from it.
# shellcheck shell=sh
# shellcheck disable=SC2154 # proxy is of common

# What our rules carry as a comment, by which they are found again.
# shellcheck disable=SC2034 # for who sources this
bridging=sextant-bridge
# shellcheck disable=SC2034
tracking=sextant-tracking

# nat TABLES WORD...: iptables or ip6tables on the address translation. Docker changes rules too, and holds the lock meanwhile.
nat() {
    tables=$1
    shift
    "$tables" -w 10 -t nat "$@"
}

# rule TABLES CHAIN WORD...: has the rule once, as the first.
rule() {
    with=$1 chain=$2
    shift 2
    nat "$with" -C "$chain" "$@" 2>/dev/null || nat "$with" -I "$chain" "$@"
}

# unsend COMMENT: takes our rules with it away, in both families.
unsend() {
    for family in iptables ip6tables; do
        for chain in PREROUTING OUTPUT; do
            nat "$family" -S "$chain" 2>/dev/null | grep -F "$1" | sed 's/^-A/-D/' | while read -r ours; do
                # shellcheck disable=SC2086 # a rule is words
                nat "$family" $ours
            done
        done
    done
}

# published CONTAINER: what it publishes in TCP, a line an address: PORT ADDRESS PORT-OF-THE-HOST.
published() {
    # shellcheck disable=SC2016 # a variable of the template
    inspect '{{range $port, $at := .NetworkSettings.Ports}}{{range $at}}{{println $port .HostIp .HostPort}}{{end}}{{end}}' "$1" |
        sed -n 's,/tcp , ,p' | sort -u
}

# outer CONTAINER PORT 4|6: where the host has its port in this family. Docker gives each family a free port of its own, mostly
# the same and not always (moby/moby#42442).
outer() {
    published "$1" | awk -v port="$2" -v family="$3" '$1 == port && (index($2, ":") ? 6 : 4) == family { print $3; exit }'
}

# The bridging proxy: a copy of the routes as they were, which no switch changes.
bridging_proxy=$proxy-bridge

# redirected: whether new connections go to the bridging proxy.
redirected() {
    { nat iptables -S PREROUTING && nat ip6tables -S PREROUTING; } 2>/dev/null | grep -qF "$bridging"
}

# await_way_back COMMAND: waits while new connections go to the bridging proxy and the command is true, a minute at most: another program may
# be replacing its proxy now.
await_way_back() {
    tries=0
    while "$1" && redirected && [ "$tries" -lt 60 ]; do
        tries=$((tries + 1))
        sleep 1
    done
}

# proxy_is_away: whether the proxy does not run.
proxy_is_away() {
    ! running "$proxy"
}

# bridged: whether there is anything of a bridge.
bridged() {
    state "$bridging_proxy" >/dev/null || redirected
}

# took_over SECONDS: waits until the proxy answers with every service that the bridging one has. Its ports are open by then, since it
# takes commands last of all (kamal-proxy internal/server/server.go). What it does not have after ten seconds, beside others, was removed
# meanwhile.
took_over() (
    ends=$(($(date +%s) + $1)) since=''
    while :; do
        if mine=$(listed "$proxy"); then
            theirs=$(listed "$bridging_proxy" | awk 'NR > 1 { print $1 }')
            mine=$(printf '%s\n' "$mine" | awk 'NR > 1 { print $1 }')
            missing=$(printf '%s\n' "$theirs" | without "$mine")
            [ -n "$missing" ] || return 0
            since=${since:-$(date +%s)}
            if [ -n "$mine" ] && [ $(($(date +%s) - since)) -ge 10 ]; then return 0; fi
        else
            since=''
        fi
        [ "$(date +%s)" -lt "$ends" ] || return 1
        sleep 0.1
    done
)

# unbridge SECONDS: new connections go to the proxy again, once it answers with its routes, and the bridging one drains and goes. Where it
# does not answer in time, what there is stays as it is, and this is false.
unbridge() {
    took_over "$1" || return 1
    unsend "$bridging"
    if state "$bridging_proxy" >/dev/null; then
        docker stop --time 30 "$bridging_proxy" >/dev/null 2>&1
        docker rm --force --volumes "$bridging_proxy" >/dev/null 2>&1
    fi
    # The bridge's connections are over: the kernel need not track them any more.
    unsend "$tracking"
}

# in_front [wait]: makes sure that the proxy itself is in front, and that no bridge comes before the descriptor 5 is closed: what is
# switched behind a bridge gets no request. A bridge of the own program's is one that was left, since a switch waits for the proxy's end;
# one of another program's may be in use.
in_front() {
    mkdir -p "$until_boot"
    exec 5>"$until_boot/replacing"
    if [ -z "$1" ]; then
        flock --shared --timeout 60 5 && { ! bridged || unbridge 30; }
        return
    fi
    ends=$(($(date +%s) + 90))
    until flock --shared --timeout 5 5 && ! redirected; do
        # Whoever replaces the proxy wants the lock.
        flock --unlock 5
        [ "$(date +%s)" -lt "$ends" ] || return 1
        sleep 1
    done
}
