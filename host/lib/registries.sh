# Where this Docker sends a login to a registry without TLS, or to whoever says to be it.
# shellcheck shell=sh

# unsafe REGISTRY: why a login for it is not safe with this Docker; nothing where it is. A range of the host's own loopback addresses
# is safe, and always in Docker's list. Docker Hub has addresses of its own, and mirrors, which get its login from all but containerd's
# store (moby v28.5.2 registry/service_v2.go, distribution/registry.go, daemon/hosts.go, daemon/containerd/resolver.go). It is called
# in a shell of its own, $(...), which ends with the first reason.
unsafe() {
    # An address of IPv6 in brackets is no pattern of file names.
    set -f
    trusted=$(docker info --format '{{range $name, $index := .RegistryConfig.IndexConfigs}}{{if not $index.Secure}}{{$name}} {{end}}{{end}}{{range .RegistryConfig.InsecureRegistryCIDRs}}{{.}} {{end}}{{range .RegistryConfig.Mirrors}}mirror={{.}} {{end}}{{range .DriverStatus}}{{if eq (index . 0) "driver-type"}}store=containerd {{end}}{{end}}') ||
        fail "Docker does not say which registries it trusts without TLS (docker info), so that no login was sent to $1"
    places=$1
    case $1 in
    docker.io | index.docker.io)
        case " $trusted" in
        *' store=containerd'*) places=registry-1.docker.io ;;
        *) places=$(printf '%s\n' "$trusted" | tr ' ' '\n' | sed -n 's/^mirror=//p') ;;
        esac
        ;;
    esac
    for place in $places; do
        case $place in http://*) echo "registry-mirrors of /etc/docker/daemon.json has $place, to which Docker sends it over plain HTTP. Give that mirror TLS, or say insecure: true at its Registry" && exit ;; esac
        place=${place#https://}
        trusts "${place%%/*}"
    done
}

# trusts PLACE: says which entry of $trusted this host and port is in, and ends the shell. A name is resolved, as Docker does it
# (moby v28.5.2 registry/config.go isCIDRMatch); one that leads nowhere now may lead Docker into a range in a moment.
trusts() {
    addresses='' host=$1
    case $host in
    '['*']' | '['*']:'*) host=${host#?} host=${host%%]*} addresses=$host ;;
    *:*) host=${host%:*} ;;
    esac
    case $host in *[!0-9.]*) ;; *.*.*.*) addresses=$host ;; esac
    for entry in $trusted; do
        case $entry in
        "$1") ;;
        mirror=* | store=* | 127.* | ::1/*) continue ;;
        */*)
            # The first leaves out IPv6 on a host that has none, and Docker does not (glibc nss/getent.c, AI_ADDRCONFIG).
            [ -n "$addresses" ] || addresses=$({ timeout 20 getent ahosts "$host"; timeout 20 getent hosts "$host"; } | awk '!seen[$1]++ { print $1 }')
            if [ -z "$addresses" ]; then
                echo "insecure-registries of /etc/docker/daemon.json has $entry, in which a login goes over plain HTTP, and $host does not resolve here (getent ahosts $host). See to the name, take the range out there, or say insecure: true at its Registry"
                exit
            fi
            within "$entry" "$addresses" || continue
            ;;
        *) continue ;;
        esac
        echo "insecure-registries of /etc/docker/daemon.json has $entry, by which it goes over plain HTTP. Take it out there, or say insecure: true at its Registry"
        exit
    done
}

# within RANGE ADDRESSES: true where one of them is in the range. Addresses of IPv4 are compared with ranges of IPv4 alone, as Go does
# (net.IPNet.Contains), also those that are written as IPv6.
within() {
    printf '%s\n' "$1" "$2" | awk '
        function hex(digits, at, number) {
            number = 0
            for (at = 1; at <= length(digits); at++) number = number * 16 + index("0123456789abcdef", substr(digits, at, 1)) - 1
            return number
        }
        # The eight parts of an address as IPv6 has them; those of IPv4 are at its end.
        function parts(text, out, at, count, tail, four, behind) {
            text = tolower(text)
            sub(/%.*/, "", text)
            if (match(text, /[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/)) {
                split(substr(text, RSTART), four, ".")
                text = (RSTART == 1 ? "::ffff:" : substr(text, 1, RSTART - 1)) sprintf("%x:%x", four[1] * 256 + four[2], four[3] * 256 + four[4])
            }
            at = index(text, "::")
            count = split(at ? substr(text, 1, at - 1) : text, out, ":")
            behind = at ? split(substr(text, at + 2), tail, ":") : 0
            for (at = count + 1; at <= 8; at++) out[at] = at > 8 - behind ? tail[at - 8 + behind] : "0"
            for (at = 1; at <= 8; at++) out[at] = hex(out[at])
            return out[1] + out[2] + out[3] + out[4] + out[5] == 0 && out[6] == 65535
        }
        NR == 1 {
            split($1, range, "/")
            old = parts(range[1], of)
            size = range[2] + (old ? 96 : 0)
            next
        }
        {
            same = parts($1, address) == old
            for (at = 1; at <= 8; at++) {
                left = size - (at - 1) * 16
                step = left >= 16 ? 1 : left <= 0 ? 65536 : 2 ^ (16 - left)
                if (int(address[at] / step) != int(of[at] / step)) same = 0
            }
            if (same) found = 1
        }
        END { exit !found }'
}
