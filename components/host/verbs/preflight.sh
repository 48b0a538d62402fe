#!/bin/sh
# preflight [arch=amd64|arm64] [ports=80,443] [disk=MB] [memory=MB] [private=ADDRESS]
#
# Looks whether a machine that was not made here can take containers, and refuses with the whole list of what is wrong,
# each with its cure. It changes nothing. It stands alone, since it runs before the verbs are installed.
set -u

arch='' ports='' disk=0 memory=0 private=''
for word; do
    case $word in
    arch=*) arch=${word#*=} ;;
    ports=*) ports=$(echo "${word#*=}" | tr , ' ') ;;
    disk=*) disk=${word#*=} ;;
    memory=*) memory=${word#*=} ;;
    private=*) private=${word#*=} ;;
    *) printf 'preflight: unknown word %s\n' "$word" >&2 && exit 2 ;;
    esac
done

count=0 problems=
wrong() {
    count=$((count + 1))
    problems="$problems$(printf '%s. %s' "$count" "$*")
"
}

there() { command -v "$1" >/dev/null 2>&1; }

docker_checks() {
    if ! there docker; then
        wrong "Docker is not installed. Install docker.io or docker-ce."
        return
    fi
    case $(readlink -f "$(command -v docker)") in
    */snap | */snap/*) wrong "Docker is the snap package, which cannot mount the directories of a deploy. Remove it (snap remove docker) and install docker.io or docker-ce." ;;
    esac
    if ! version=$(docker version --format '{{.Server.Version}}' 2>&1 </dev/null); then
        wrong "Docker does not answer: $(echo "$version" | tail -n 1 | cut -c1-200). Start it (systemctl start docker), and let the login use it."
        return
    fi
    major=${version%%.*}
    minor=${version#*.}
    minor=${minor%%.*}
    if [ "$major" -lt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -lt 10 ]; }; then
        wrong "Docker is $version, and 20.10 is the oldest that works. Upgrade it."
    fi
    if [ "$(docker info --format '{{.Swarm.LocalNodeState}}' 2>/dev/null </dev/null)" = active ]; then
        echo "note: this machine is part of a swarm"
    fi
    docker_root=$(docker info --format '{{.DockerRootDir}}' 2>/dev/null </dev/null)
    echo "Docker $version, data in $docker_root"
}

machine_checks() {
    [ "$(id -u)" = 0 ] || wrong "The login is $(id -un), and the proxy's upgrade and the verbs need root. Log in as root."
    for tool in curl iptables ss; do
        package=$tool
        [ "$tool" = ss ] && package=iproute2
        there "$tool" || wrong "$tool is not there. Install it: apt-get install $package."
    done
    case $(uname -m) in
    x86_64) found=amd64 ;;
    aarch64 | arm64) found=arm64 ;;
    *) found=$(uname -m) ;;
    esac
    [ -z "$arch" ] || [ "$arch" = "$found" ] ||
        wrong "The architecture is $found, and the program says $arch. Say architecture: \"$found\"."
    memory_mb=$(($(sed -n 's/^MemTotal: *\([0-9]*\) .*/\1/p' /proc/meminfo) / 1024))
    [ "$memory_mb" -ge "$memory" ] ||
        wrong "It has $memory_mb MB of memory, and the program says at least $memory MB. Take a larger machine, or correct the argument."
    free_mb=$(df -Pm "${docker_root:-/}" 2>/dev/null | awk 'NR == 2 { print $4 }')
    [ "${free_mb:-0}" -ge "$disk" ] ||
        wrong "${docker_root:-/} has $free_mb MB free, and $disk MB are asked for. See docker system df, and prune or grow it."
    [ -z "$private" ] || ip -4 -o address | grep -qF " $private/" ||
        wrong "The private address $private is on no interface. Correct privateAddress, or bring the interface up."
    echo "$found, $(nproc) cores, $memory_mb MB of memory, ${free_mb:-?} MB of disk free"
}

# The container that publishes a port, if one does.
publisher() { docker ps --filter "publish=$1" --format '{{.Names}}' 2>/dev/null </dev/null | head -n 1; }

port_checks() {
    there ss || return 0
    for port in $ports; do
        line=$(ss -Hltnp "sport = :$port" 2>/dev/null | head -n 1)
        [ -n "$line" ] || continue
        container=$(publisher "$port")
        process=$(printf '%s' "$line" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1 (process \2)/p')
        case $container in
        kamal-proxy)
            # Ours has a label of its own; Kamal's has none.
            if [ -n "$(docker inspect --format '{{index .Config.Labels "sextant.config"}}' kamal-proxy 2>/dev/null </dev/null)" ]; then
                echo "port $port: our kamal-proxy"
            else
                wrong "Port $port belongs to a kamal-proxy that Kamal made. Remove it when you move over (kamal proxy remove)."
            fi
            ;;
        kamal-proxy-bridge) echo "port $port: our kamal-proxy, being replaced" ;;
        ?*) wrong "Port $port belongs to the container $container. Stop it, or give the proxy another port." ;;
        *) wrong "Port $port belongs to ${process:-another process}. Stop it, or give the proxy another port." ;;
        esac
    done
}

docker_root=
docker_checks
machine_checks
port_checks
[ "$count" -eq 0 ] && exit 0
printf 'This machine cannot be used yet:\n%s' "$problems" >&2
exit 1
