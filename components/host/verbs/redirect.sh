# Sourced by bridge and settle: the rules that send new connections to the bridging proxy while the proxy is replaced.
# shellcheck shell=sh

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
