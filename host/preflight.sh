#!/bin/sh
# preflight [arch=amd64|arm64] [ports=80,443] [disk=MB] [memory=MB] [private=ADDRESS] [accept=CHECK,CHECK]
#
# Looks whether a machine that was not made here can take containers. It refuses with the whole list of what is wrong, each
# with its cure, or says what the machine is, with notes on what will bite later. It changes nothing, and stands alone,
# since it runs before the verbs are installed.
#
# Above each function stand the checks that it makes, in a form from which docs/preflight.md is generated: "check", the
# name, and whether it refuses; what it finds and what follows from that; "Cure:". Names are stable, programs accept by them.
set -u
# What is parsed below is what these commands print in English.
export LC_ALL=C

# Files of the system are looked for below this directory: none but in tests.
root=${SEXTANT_PREFLIGHT_ROOT:-}

arch='' ports='' disk=0 memory=0 private='' accept=''
for word; do
    case $word in
    arch=*) arch=${word#*=} ;;
    ports=*) ports=$(echo "${word#*=}" | tr , ' ') ;;
    disk=*) disk=${word#*=} ;;
    memory=*) memory=${word#*=} ;;
    private=*) private=${word#*=} ;;
    accept=*) accept=${word#*=} ;;
    *) printf 'preflight: unknown word %s\n' "$word" >&2 && exit 2 ;;
    esac
done

count=0 problems='' acceptable='' notes='' facts=''
newline='
'

# wrong CHECK SENTENCES: this refuses.
wrong() {
    count=$((count + 1))
    problems="$problems$count. $1: $2$newline"
}

# unless_accepted CHECK SENTENCES: this refuses, but for a program that accepts the check.
unless_accepted() {
    case ",$accept," in
    *",$1,"*) notes="${notes}accepted $1: $2$newline" ;;
    *)
        wrong "$1" "$2"
        case " $acceptable " in *" \"$1\" "*) ;; *) acceptable="$acceptable${acceptable:+ }\"$1\"" ;; esac
        ;;
    esac
}

# note CHECK SENTENCES: this is said, and does not refuse.
note() { notes="${notes}note $1: $2$newline"; }

fact() { facts="$facts$*$newline"; }

there() { command -v "$1" >/dev/null 2>&1; }

# within SECONDS COMMAND...: a command that must not hang.
within() {
    if there timeout; then timeout "$@"; else shift && "$@"; fi
}

# runs PROCESS: whether a process of that name does.
runs() { printf '%s\n' "$processes" | grep -qx "$1"; }

# info KEY: a value of docker info.
info() { printf '%s\n' "$docker_info" | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"; }

# Every container, a line each: ID|NAME|IMAGE|STATE|PORTS|OURS|TOOLS|STACK|PROXY, the last four from labels.
list_containers() {
    ours='{{.Label "sextant.config"}}{{.Label "sextant.bridge"}}{{.Label "sextant.app"}}{{.Label "sextant.accessory"}}'
    tools='{{if .Label "coolify.managed"}}coolify {{end}}{{if .Label "com.dokku.app-name"}}dokku {{end}}'
    tools="$tools{{if and (.Label \"service\") (.Label \"role\")}}kamal {{end}}"
    within 10 docker ps --all --format \
        "{{.ID}}|{{.Names}}|{{.Image}}|{{.State}}|{{.Ports}}|$ours|$tools|{{.Label \"com.docker.stack.namespace\"}}|{{.Label \"sextant.proxy\"}}" 2>/dev/null
}

# Every port that Docker publishes, a line each: CONTAINER|ADDRESS|FIRST|LAST|PROTOCOL|OURS.
list_published() {
    printf '%s\n' "$containers" | awk -F '|' '{
        count = split($5, mapping, ", ")
        for (i = 1; i <= count; i++) {
            if (split(mapping[i], side, "->") != 2) continue
            range = protocol = address = side[1]
            protocol = side[2]
            sub(/.*\//, "", protocol)
            sub(/.*:/, "", range)
            address = substr(address, 1, length(address) - length(range) - 1)
            gsub(/\[|\]/, "", address)
            last = first = range
            sub(/-.*/, "", first)
            sub(/.*-/, "", last)
            print $2 "|" address "|" first "|" last "|" protocol "|" $6
        }
    }'
}

# Those of them that are reached from outside and are not ours; the addresses that are not private.
list_exposed() {
    printf '%s\n' "$published" | awk -F '|' '
        $6 != "" || $1 == "" { next }
        $2 ~ /^(127|10)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2[0-9]|3[01])\./ { next }
        $2 ~ /^100\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\./ { next }
        $2 ~ /^::1$|^f[cd]|^fe80/ { next }
        { print }'
}

# The same in words, for a sentence: 5432/tcp (db), 8000-8010/tcp (files).
exposed_words() {
    printf '%s\n' "$exposed" | awk -F '|' '
        $1 == "" { next }
        { text = ($3 == $4 ? $3 : $3 "-" $4) "/" $5 " (" $1 ")" }
        !seen[text]++ { printf "%s%s", (shown++ ? ", " : ""), text }'
}

# ----- Docker

# check docker-missing: refuses
# There is no docker command. Debian 13's docker.io is the daemon alone, and only recommends it.
# Cure: install docker.io or docker-ce; with the daemon there, `apt-get install docker-cli`, or docker-ce-cli beside docker-ce.
#
# check docker-snap: refuses
# Docker is the snap package, which cannot mount the directories of a deploy.
# Cure: `snap remove docker`, then install docker.io or docker-ce.
#
# check docker-podman: refuses
# The docker command is Podman's. Its API differs where a deploy needs it: networks, restart policies, health.
# Cure: remove podman-docker, then install docker.io or docker-ce.
#
# check docker-silent: refuses
# The daemon does not answer, or does not let this login use it.
# Cure: `systemctl start docker`, and `journalctl --unit docker` for why it stopped.
#
# check docker-old: refuses
# The engine is older than 20.10.
# Cure: upgrade it.
docker_checks() {
    if ! there docker; then
        if there dockerd || [ -x "$root/usr/sbin/dockerd" ]; then
            wrong docker-missing "Docker's daemon is here without the docker command. Install it: apt-get install docker-cli (docker-ce-cli beside docker-ce)."
        else
            wrong docker-missing "Docker is not installed. Install docker.io or docker-ce."
        fi
        return 1
    fi
    case $(readlink -f "$(command -v docker)") in
    */snap | */snap/*)
        wrong docker-snap "Docker is the snap package, which cannot mount the directories of a deploy. Remove it (snap remove docker) and install docker.io or docker-ce."
        ;;
    esac
    components='{{.Server.Version}}{{range .Server.Components}} {{.Name}}{{end}}'
    case $(within 5 docker --version 2>/dev/null) in
    *[Pp]odman*) podman=yes ;;
    *) podman= ;;
    esac
    if [ -z "$podman" ]; then
        version=$(within 10 docker version --format "$components" 2>&1) || {
            wrong docker-silent "Docker does not answer ($(printf '%s' "$version" | tail -n 1 | cut -c1-200)). Start it (systemctl start docker), and see journalctl --unit docker."
            return 1
        }
        case $version in *Podman*) podman=yes ;; esac
    fi
    if [ -n "$podman" ]; then
        wrong docker-podman "The docker command speaks to Podman, whose API differs where a deploy needs it. Remove podman-docker and install docker.io or docker-ce."
        return 1
    fi
    version=${version%% *}
    major=${version%%.*}
    minor=${version#*.}
    minor=${minor%%.*}
    case $major$minor in *[!0-9]* | '') major=0 minor=0 ;; esac
    if [ "$major" -lt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -lt 10 ]; }; then
        wrong docker-old "Docker is $version, and 20.10 is the oldest that works. Upgrade it."
    fi
    docker_info=$(within 10 docker info --format '{{json .}}' 2>/dev/null)
    docker_root=$(info DockerRootDir)
    containers=$(list_containers)
    published=$(list_published)
    exposed=$(list_exposed)
}

# check docker-rootless: note
# The daemon runs without root: low ports and limits work only where that was set up, and addresses of clients are lost.
# Cure: use the daemon of the system.
#
# check docker-unpackaged: note
# The engine belongs to no package, so that no security update reaches it.
# Cure: install it from a package.
#
# check docker-live-restore: note
# An upgrade or restart of the daemon stops every container.
# Cure: `"live-restore": true` in /etc/docker/daemon.json, then `systemctl reload docker`; not on a swarm.
#
# check docker-iptables: note
# Docker is told to leave the packet filter alone: containers reach nothing outside, and see no address of a client.
# Cure: remove `"iptables": false` from /etc/docker/daemon.json.
#
# check docker-nftables: refuses
# Docker writes its rules with nftables itself. What sends connections to the proxy that serves while another one is put in its place, and
# what shuts addresses for containers, are rules of iptables, which come too late then.
# Cure: remove `"firewall-backend": "nftables"` from /etc/docker/daemon.json, then `systemctl restart docker`.
#
# check docker-selinux: note
# Docker labels containers for SELinux, which then may not read what is mounted from the host.
# Cure: label the directories of `volumes` with `chcon -Rt container_file_t`.
#
# check memory-limits: refuses unless accepted
# The kernel does not count memory by container: limits do not hold, and one app can take the memory of all.
# Cure: boot with `cgroup_enable=memory swapaccount=1`.
#
# check cgroup-v1: note
# Control groups are version 1, which newer systems and engines give up.
# Cure: boot with `systemd.unified_cgroup_hierarchy=1`, or upgrade the system.
engine_checks() {
    origin='no known package'
    # The path of a login over SSH may lack the directories of the system.
    for binary in "$(command -v dockerd)" /usr/sbin/dockerd /usr/bin/dockerd; do
        [ ! -x "$binary" ] || break
    done
    binary=$(readlink -f "$binary")
    if [ -x "$binary" ] && there dpkg-query; then
        origin=$(dpkg-query --search "$binary" 2>/dev/null | sed 's/:.*//' | head -n 1)
    elif [ -x "$binary" ] && there rpm; then
        origin=$(rpm -q --file "$binary" --queryformat '%{NAME}' 2>/dev/null) || origin=
    fi
    [ -n "$origin" ] ||
        note docker-unpackaged "$binary belongs to no package, so no security update reaches it. Install docker.io or docker-ce."
    case $docker_info in *name=rootless*)
        note docker-rootless "Docker runs rootless: low ports and limits may not work, and clients' addresses are lost. Use the system's daemon."
        ;;
    esac
    [ "$(info LiveRestoreEnabled)" != false ] || [ "$(info LocalNodeState)" = active ] ||
        note docker-live-restore "Live restore is off: an upgrade or restart of Docker stops every container. Put \"live-restore\": true in /etc/docker/daemon.json, then systemctl reload docker."
    if grep -qs '"iptables": *false' "$root/etc/docker/daemon.json"; then
        docker_filters=no
        note docker-iptables "/etc/docker/daemon.json says \"iptables\": false: containers reach nothing outside. Remove that."
    fi
    # Docker's own word is nftables, or nftables+firewalld.
    case $docker_info in *'"FirewallBackend":{"Driver":"nftables'*)
        wrong docker-nftables "Docker writes its rules with nftables itself, past which the proxy cannot be replaced without a gap. Remove \"firewall-backend\": \"nftables\" from /etc/docker/daemon.json, then systemctl restart docker."
        ;;
    esac
    case $docker_info in *name=selinux*)
        note docker-selinux "Docker labels containers for SELinux, which may not let them read what is mounted. Label such directories: chcon -Rt container_file_t."
        ;;
    esac
    [ "$(info MemoryLimit)" != false ] ||
        unless_accepted memory-limits "The kernel does not count memory by container, so limits do not hold. Boot with cgroup_enable=memory swapaccount=1."
    [ "$(info CgroupVersion)" != 1 ] ||
        note cgroup-v1 "Control groups are version 1, which newer engines give up. Boot with systemd.unified_cgroup_hierarchy=1, or upgrade the system."
    fact "Docker $version from ${origin:-no package}, data in $docker_root"
}

# ----- Machine

# check login: refuses
# The login is not root.
# Cure: `ssh.user` has to be root; the verbs and the proxy's upgrade need it.
#
# check tool-missing: refuses
# A command that the verbs run is not there: curl, iptables, ip, ss, flock, nsenter, setsid, awk, find, xargs, sed, grep.
# Cure: `apt-get install curl iptables iproute2 util-linux mawk findutils sed grep`.
#
# check tool-busybox: refuses
# awk, date, flock or timeout is BusyBox's, as on Alpine: with its awk, secrets cannot be hidden in what is shown of a failed
# deploy, and its flock knows no timeout.
# Cure: use Debian or Ubuntu.
#
# check read-only: refuses
# The verbs' directories cannot be written to, as on systems that are images.
# Cure: use a system whose /usr/local and /var can be written to.
#
# check architecture: refuses
# The machine's architecture is not `architecture`.
# Cure: correct `architecture`; images have to be built for it.
#
# check private-address: refuses
# `privateAddress` is on no interface.
# Cure: correct it, or bring the interface up.
#
# check ipv6-off: note
# The kernel has no IPv6 (ipv6.disable=1), and nothing can be published on an address of it, as the proxy is by default.
# Cure: `publish: ["0.0.0.0"]` for the proxy.
#
# check private-late: note
# What is published on `privateAddress` does not start at a boot where Docker is ready before that address: Docker does not try again.
# Cure: `net.ipv4.ip_nonlocal_bind = 1` in /etc/sysctl.d/, then `sysctl --system`.
machine_checks() {
    [ "$(id -u)" = 0 ] || wrong login "The login is $(id -un), and the proxy's upgrade and the verbs need root. Log in as root."
    for tool in curl iptables ip ss flock nsenter setsid awk find xargs sed grep; do
        case $tool in
        ip | ss) package=iproute2 ;;
        flock | nsenter | setsid) package=util-linux ;;
        awk) package=mawk ;;
        find | xargs) package=findutils ;;
        *) package=$tool ;;
        esac
        there "$tool" || wrong tool-missing "$tool is not there. Install it: apt-get install $package."
    done
    small=''
    for tool in awk date flock timeout; do
        there "$tool" || continue
        case $("$tool" --help 2>&1 | head -n 3) in *[Bb]usy[Bb]ox* | *[Tt]oybox*) small="$small${small:+, }$tool" ;; esac
    done
    [ -z "$small" ] ||
        wrong tool-busybox "BusyBox stands in for tools of the system here ($small), with which secrets could not be hidden in what is shown of a failed deploy. Use Debian or Ubuntu."
    for directory in /usr/local /var/lib; do
        [ ! -d "$root$directory" ] || [ -w "$root$directory" ] ||
            wrong read-only "$directory cannot be written to, and the verbs are put there. Use a system where it can."
    done
    case $(uname -m) in
    x86_64) found=amd64 ;;
    aarch64 | arm64) found=arm64 ;;
    *) found=$(uname -m) ;;
    esac
    [ -z "$arch" ] || [ "$arch" = "$found" ] ||
        wrong architecture "The architecture is $found, and the program says $arch. Say architecture: \"$found\"."
    [ -z "$private" ] || ip -4 -o address | grep -qF " $private/" ||
        wrong private-address "The private address $private is on no interface. Correct privateAddress, or bring the interface up."
    [ ! -e "$root/proc/net/tcp" ] || [ -e "$root/proc/net/if_inet6" ] ||
        note ipv6-off "The kernel has no IPv6 (ipv6.disable=1), on which the proxy is published by default. Give the proxy publish: [\"0.0.0.0\"]."
    [ -z "$private" ] || [ "$(cat "$root/proc/sys/net/ipv4/ip_nonlocal_bind" 2>/dev/null)" != 0 ] ||
        note private-late "What is published on $private does not start where Docker is ready before that address at a boot. Put net.ipv4.ip_nonlocal_bind = 1 into /etc/sysctl.d/, then sysctl --system."
}

# check memory: refuses
# There is less memory than `memory`, by more than the system keeps for itself.
# Cure: take a larger machine, or correct `memory`.
#
# check memory-busy: note
# Less than a tenth of the memory is free for more; while a release switches, two generations of the app run.
# Cure: see `docker stats` and `top`; stop what is not needed, or take a larger machine.
#
# check swap: note
# A machine with less than 4 GB has no swap: what a release needs for some seconds ends in a kill.
# Cure: add a swap file of 1 to 2 GB.
#
# check disk: refuses
# Docker's directory has less space free than `preflight.disk`.
# Cure: `docker system df` says what takes it; prune, or grow it.
#
# check disk-inodes: refuses unless accepted
# Docker's directory has fewer than 50,000 files left to make, which an image or two take, whatever space is free.
# Cure: prune images; make the file system anew with more inodes.
#
# check kernel: note
# The kernel is older than 4.18.
# Cure: upgrade the system.
resource_checks() {
    set -- "$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' "$root/proc/meminfo")" \
        "$(awk '$1 == "MemAvailable:" { print int($2 / 1024) }' "$root/proc/meminfo")" \
        "$(awk '$1 == "SwapTotal:" { print int($2 / 1024) }' "$root/proc/meminfo")"
    [ "$1" -ge "$memory" ] ||
        wrong memory "It has $1 MB of memory, and the program says at least $memory MB. Take a larger machine, or correct the argument."
    [ "$((${2:-$1} * 10))" -ge "$1" ] ||
        note memory-busy "Only $2 of $1 MB of memory are free, and a release runs two generations for some seconds. See docker stats, and stop what is not needed."
    swap="${3:-0} MB of swap"
    if [ "${3:-0}" = 0 ]; then
        swap='no swap'
        [ "$1" -ge 3500 ] ||
            note swap "There is no swap beside $1 MB of memory: a short peak ends in a kill. Add a swap file of 1 to 2 GB."
    fi
    directory=${docker_root:-/}
    # In KB: coreutils in Rust know no other unit by a letter.
    free_mb=$(df -Pk "$directory" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
    [ "${free_mb:-0}" -ge "$disk" ] ||
        wrong disk "$directory has ${free_mb:-0} MB free, and $disk MB are asked for. See docker system df, and prune or grow it."
    free_inodes=$(df -Pi "$directory" 2>/dev/null | awk 'NR == 2 && $2 > 0 { print $4 }')
    [ "${free_inodes:-50000}" -ge 50000 ] ||
        unless_accepted disk-inodes "$directory has room for $free_inodes more files (df -i), which an image or two take. Prune images, or make the file system anew with more inodes."
    kernel=$(uname -r)
    printf '%s\n' "$kernel" | awk -F . '{ exit !($1 < 4 || ($1 == 4 && $2 + 0 < 18)) }' &&
        note kernel "The kernel is $kernel, and engines expect 4.18 or later. Upgrade the system."
    fact "$found, kernel $kernel, $(nproc) cores, $1 MB of memory, $swap, ${free_mb:-?} MB of disk free"
}

# check clock-off: refuses unless accepted
# The clock is more than a minute off: certificates and tokens are refused. It is measured by chrony; where nothing keeps
# the clock in step, by the hardware's clock, whole quarters of an hour aside, for one that keeps local time.
# Cure: `chronyc makestep`, or `timedatectl set-ntp true`.
#
# check clock-unsynchronised: note
# Nothing keeps the clock right, or has managed to yet.
# Cure: `timedatectl set-ntp true`, or install chrony; NTP is UDP to port 123.
clock_checks() {
    cure="Say timedatectl set-ntp true, or install chrony; NTP is UDP to port 123."
    step=unknown
    if there chronyc && tracking=$(within 2 chronyc -n tracking 2>/dev/null); then
        off=$(printf '%s\n' "$tracking" | awk -F ': *' '/^System time/ { print int($2) }')
        case $tracking in *'Not synchronised'*) step=no ;; *) step=yes ;; esac
    elif there timedatectl; then
        step=$(within 2 timedatectl show --property NTPSynchronized --value 2>/dev/null)
    fi
    if [ "$step" != yes ] && hardware=$(cat "$root/sys/class/rtc/rtc0/since_epoch" 2>/dev/null); then
        off=$((($(date +%s) - hardware + 9000000450) % 900 - 450))
        off=${off#-}
    fi
    [ "${off:-0}" -le 60 ] ||
        unless_accepted clock-off "The clock is $off seconds off, so certificates and tokens are refused. Say chronyc makestep, or timedatectl set-ntp true."
    [ "$step" != no ] || note clock-unsynchronised "Nothing keeps the clock in step yet. $cure"
}

# ----- Ports

# The container that publishes a TCP port, if one does.
publisher() {
    printf '%s\n' "$published" | awk -F '|' -v port="$1" '
        $5 == "tcp" && $3 + 0 <= port + 0 && port + 0 <= $4 + 0 { print $1; exit }'
}

# The container that a process is in, from its control group.
container_in() {
    printf '%s\n' "$containers" | awk -F '|' -v group="$1" 'length($1) >= 12 && index(group, $1) { print $2; exit }'
}

is_ours() { printf '%s\n' "$containers" | awk -F '|' -v name="$1" '$2 == name && $6 != "" { found = 1 } END { exit !found }'; }

# check port-taken: refuses
# One of `preflight.ports` belongs to a process, a unit or a container of somebody else.
# Cure: stop that, or give the proxy other ports (`httpPort`, `httpsPort`; 8080 with `behind: "nginx"`) and name these in `preflight.ports`.
port_check() {
    unit='' process='' pid='' line=''
    container=$(publisher "$1")
    if [ -z "$container" ] && there ss; then
        line=$(ss -Hltnp "sport = :$1" 2>/dev/null | head -n 1)
        [ -n "$line" ] || return 0
        process=$(printf '%s' "$line" | sed -n 's/.*users:(("\([^"]*\)".*/\1/p')
        pid=$(printf '%s' "$line" | sed -n 's/.*users:(("[^"]*",pid=\([0-9]*\).*/\1/p')
        group=$(tail -n 1 "$root/proc/${pid:-none}/cgroup" 2>/dev/null)
        container=$(container_in "$group")
        case $group in *.service) unit=${group##*/} ;; esac
    fi
    [ -n "$container$process$line" ] || return 0
    elsewhere="or give the proxy other ports (httpPort, httpsPort; 8080 with behind: \"nginx\") and name them in preflight.ports"
    case $container in
    kamal-proxy | kamal-proxy-bridge)
        # One that Kamal made has a check of its own.
        whose=$(printf '%s\n' "$containers" | awk -F '|' -v name="$container" '$2 == name { print $9; exit }')
        is_ours "$container" && fact "port $1: our $container${whose:+, of $whose}"
        return 0
        ;;
    ?*) wrong port-taken "Port $1 belongs to the container $container. Stop it (docker stop $container), $elsewhere." && return ;;
    esac
    who="${process:-another process}${pid:+ (process $pid${unit:+, unit $unit})}"
    case $process in
    nginx | apache2 | httpd | caddy | traefik | haproxy | lighttpd | varnishd)
        wrong port-taken "Port $1 belongs to the web server $who. Stop it (systemctl disable --now ${unit:-$process}), $elsewhere, so that $process passes requests on."
        ;;
    systemd) wrong port-taken "Port $1 belongs to a socket of systemd. Find it (systemctl list-sockets) and disable it, $elsewhere." ;;
    *) wrong port-taken "Port $1 belongs to $who. Stop it${unit:+ (systemctl disable --now $unit)}, $elsewhere." ;;
    esac
}

# ----- Firewalls

# check docker-user: note
# The chain DOCKER-USER drops traffic to containers (ufw-docker does so): a published port has to be let in there, too.
# Cure: with ufw-docker, `ufw route allow proto tcp from any to any port 80`, and so for 443.
docker_user_check() {
    rules=$(iptables -w 2 -S DOCKER-USER 2>/dev/null | grep -E -- '-j (DROP|REJECT|ufw)')
    [ -n "$rules" ] || return 0
    docker_filters=no
    note docker-user "DOCKER-USER drops traffic to containers, so the proxy's ports have to be let in there (with ufw-docker: ufw route allow proto tcp from any to any port 80)."
}

# check ufw-bypassed: refuses unless accepted
# UFW is to deny a port that a container publishes on a public address, and Docker publishes it past UFW: it is open to all.
# Containers of this library are left out; what they publish stands in the program.
# Cure: publish it on 127.0.0.1 or a private address, or shut it in a firewall outside the machine.
ufw_check() {
    there ufw || return 0
    status=$(within 5 ufw status verbose 2>/dev/null)
    case $status in *'Status: active'*) ;; *) return 0 ;; esac
    fact "UFW is active; $(printf '%s\n' "$status" | sed -n 's/^Default: \([a-z]*\) (incoming).*/it does \1 by default/p')"
    [ "$docker_filters" = yes ] && [ -n "$exposed" ] || return 0
    interface=$(ip -4 route show default 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
    past=$({ printf '%s\n' "$status" && echo "--published--" && printf '%s\n' "$exposed"; } |
        # From 27 on, Docker has rules of its own for IPv6, too.
        awk -F '|' -v interface="$interface" -v six="$([ "$major" -ge 27 ] && echo yes)" '
        # Whether a rule speaks of the port: "80,443/tcp", "8000:8010/tcp", "5432", "Anywhere".
        function speaks(to, port, protocol,   list, count, i, range) {
            if (to ~ /\//) {
                if (substr(to, index(to, "/") + 1) != protocol) return 0
                to = substr(to, 1, index(to, "/") - 1)
            }
            if (to == "Anywhere") return 1
            count = split(to, list, ",")
            for (i = 1; i <= count; i++) {
                if (split(list[i], range, ":") == 1) range[2] = range[1]
                if (range[1] + 0 <= port && port <= range[2] + 0) return 1
            }
            return 0
        }
        # The first rule counts that is for everyone.
        function open(port, protocol, v6,   i) {
            for (i = 1; i <= rules; i++) {
                if (family[i] != v6 || !speaks(to[i], port, protocol)) continue
                return action[i] == "ALLOW" || action[i] == "LIMIT"
            }
            return allowed
        }
        /^--published--$/ { listing = 1; next }
        !listing && /^Default: allow \(incoming\)/ { allowed = 1 }
        !listing && match($0, / (ALLOW|DENY|REJECT|LIMIT)( IN)? +/) {
            where = substr($0, 1, RSTART)
            verb = substr($0, RSTART + 1, RLENGTH - 1)
            from = substr($0, RSTART + RLENGTH)
            if (from !~ /^Anywhere( \(v6\))? *(#.*)?$/) next
            v6 = sub(/ \(v6\)/, "", where) + 0
            on = where
            if (sub(/.* on /, "", on)) {
                gsub(/ /, "", on)
                if (on != interface) next
                sub(/ on .*/, "", where)
            }
            sub(/\(.*\)/, "", where)
            sub(/ +$/, "", where)
            if (where ~ / /) next
            sub(/ .*/, "", verb)
            rules++
            to[rules] = where; action[rules] = verb; family[rules] = v6
        }
        listing && $1 != "" {
            v6 = $2 ~ /:/ ? 1 : 0
            if (v6 && !six) next
            for (port = $3 + 0; port <= $4 + 0 && port < $3 + 100; port++) {
                if (open(port, $5, v6)) continue
                if (!seen[$1, port, $5]++) print $1 "|" port "/" $5 "|" $2
                break
            }
        }')
    while IFS='|' read -r name port address; do
        [ -z "$name" ] ||
            unless_accepted ufw-bypassed "UFW is to deny $port, but Docker publishes it past UFW, open to all: the container $name on $address. Publish it on 127.0.0.1 or a private address, or shut it in a firewall outside the machine."
    done <<END
$past
END
}

# check firewalld: note
# firewalld is active. Docker publishes past it, and its reload may take Docker's rules away.
# Cure: publish on 127.0.0.1 or a private address; `systemctl restart docker` after a reload that cuts containers off.
#
# check nft-rules: note
# A ruleset of nftables drops by default. On its way in, that does not hold what Docker publishes; forwarding, it drops
# the traffic of containers that it does not let through.
# Cure: let the proxy's ports through in its forward chain; publish nothing on a public address that is to be shut.
other_firewall_checks() {
    open_ports=$(exposed_words)
    if runs firewalld; then
        note firewalld "firewalld is active, and Docker publishes past it${open_ports:+: $open_ports}. Publish what is to be shut on 127.0.0.1 or a private address; restart Docker after a reload that cuts containers off."
    fi
    there nft || return 0
    # Docker's own, UFW's and those of iptables in general are told apart by their tables.
    chains=$(within 2 nft list chains 2>/dev/null | awk '
        $1 == "table" { table = $2 " " $3 }
        $1 == "chain" { chain = $2 }
        table ~ /^ip6? (filter|nat|mangle|raw|security|docker-bridges)$|firewalld/ { next }
        /hook (input|forward) .*policy drop/ { printf "%s%s %s", (shown++ ? ", " : ""), table, chain }')
    [ -z "$chains" ] ||
        note nft-rules "nftables drops by default ($chains). Docker publishes past an input chain${open_ports:+ ($open_ports)}, and a forward chain drops containers' traffic that it does not let through."
}

# ----- Other tools

# The first names of the containers for which an awk condition holds, and how many more there are.
names_where() {
    printf '%s\n' "$containers" | awk -F '|' "\$1 != \"\" && \$6 == \"\" && ($1) {
        if (++count <= 3) text = text (count > 1 ? \", \" : \"\") \$2
    } END { if (count > 3) text = text \" and \" count - 3 \" more\"; printf \"%s\", text }"
}

# check kamal-proxy: refuses
# A kamal-proxy that Kamal made has the name, and the ports, of ours; a machine without a proxy (`preflight.ports: []`) may
# have it.
# Cure: route through it with `new ExistingProxy()` in place of `new Proxy()`, and `preflight.ports: []`; or `kamal proxy remove` when all
# its apps have moved over, since its routes go with it.
#
# check tool-kamal: note
# Kamal deploys apps here. Neither touches the other's containers, and both generations take memory.
# Cure: `kamal app stop` when traffic has moved over.
#
# check tool-coolify: note
# Coolify manages this machine: its proxy wants 80 and 443, and its clean-up removes images that no container uses, those
# kept for going back among them.
# Cure: stop `coolify-proxy` and switch the clean-up off, or use another machine.
#
# check tool-dokku: note
# Dokku deploys here: its nginx wants 80 and 443, and writes its settings anew at each of its deploys.
# Cure: `systemctl disable --now nginx` when the apps have moved over.
#
# check tool-caprover: note
# CapRover manages this machine, as a swarm whose nginx wants 80, 443 and 3000.
# Cure: use another machine, or `docker service rm` its services.
#
# check tool-dokploy: note
# Dokploy manages this machine, as a swarm whose Traefik wants 80 and 443.
# Cure: use another machine, or remove its services and `dokploy-traefik`.
#
# check tool-portainer: note
# Portainer can change containers behind the program's back.
# Cure: change them in the program; `pulumi up --refresh` repairs what was changed by hand.
#
# check tool-watchtower: note
# Watchtower makes containers anew when a tag moves, past gates and switches.
# Cure: limit it to its own by `--label-enable`.
#
# check swarm: note
# The machine is part of a swarm. Its services are left alone; live restore does not work with it.
# Cure: `docker swarm leave --force` where nothing needs it any more.
#
# check kubernetes: refuses unless accepted
# A Kubernetes node runs here: its packet rules may take 80 and 443 without anything that listens, and it evicts by its own
# measure of memory and disk.
# Cure: use another machine, or remove it (`k3s-uninstall.sh`).
# shellcheck disable=SC2016 # the conditions are awk's
tool_checks() {
    found_proxy=$(names_where '$2 == "kamal-proxy"')
    if [ -n "$found_proxy" ] && [ -n "$ports" ]; then
        wrong kamal-proxy "There is a kamal-proxy that Kamal made, which has the name and the ports of ours. Route through it (new ExistingProxy() in place of new Proxy(), and preflight.ports: []), or remove it when all its apps have moved (kamal proxy remove); its routes go with it."
    fi
    noted tool-kamal "Kamal deploys here" '$7 ~ /kamal/ || $2 == "kamal-proxy"' \
        "Neither touches the other's containers. Say kamal app stop when traffic has moved over."
    noted tool-coolify "Coolify manages this machine" '$7 ~ /coolify/ || $2 ~ /^coolify/' \
        "Its proxy wants 80 and 443, and its clean-up removes images that are kept for going back. Stop coolify-proxy and switch the clean-up off, or use another machine."
    noted tool-dokku "Dokku deploys here" '$7 ~ /dokku/' \
        "Its nginx wants 80 and 443. Say systemctl disable --now nginx when the apps have moved over."
    noted tool-caprover "CapRover manages this machine" '$2 ~ /^captain-/' \
        "Its nginx wants 80, 443 and 3000. Use another machine, or remove its services (docker service rm)."
    noted tool-dokploy "Dokploy manages this machine" '$2 ~ /^dokploy/' \
        "Its Traefik wants 80 and 443. Use another machine, or remove its services and dokploy-traefik."
    noted tool-portainer "Portainer runs here" '$3 ~ /portainer\//' \
        "What it changes by hand, pulumi up --refresh repairs."
    noted tool-watchtower "Watchtower runs here" '$3 ~ /watchtower/' \
        "It makes containers anew when a tag moves, past gates and switches. Limit it to its own (--label-enable)."
    if [ "$(info LocalNodeState)" = active ]; then
        stacks=$(printf '%s\n' "$containers" | awk -F '|' '$8 != "" && !seen[$8]++ { printf "%s%s", (shown++ ? ", " : ""), $8 }')
        note swarm "This machine is part of a swarm${stacks:+ (stacks: $stacks)}, with which live restore does not work. Say docker swarm leave --force where nothing needs it."
    fi
    for process in k3s k3s-server k3s-agent kubelet; do
        runs "$process" || continue
        unless_accepted kubernetes "A Kubernetes node runs here ($process): its packet rules may take 80 and 443 without anything that listens. Use another machine, or remove it."
        break
    done
}

# noted CHECK WHAT CONDITION SENTENCES: a note on the containers for which the condition holds.
noted() {
    names=$(names_where "$3")
    [ -z "$names" ] || note "$1" "$2 ($names). $4"
}

# check prune-job: note
# A job prunes Docker: it takes stopped containers that are kept with their logs, and images that are kept for going back.
# Cure: remove the job; images beyond those kept are pruned at each release.
prune_check() {
    # shellcheck disable=SC2086 # the patterns are to be expanded
    jobs=$(cd "$root/" && grep -rlE 'docker[ a-z]* prune' etc/cron* var/spool/cron etc/systemd/system 2>/dev/null | head -n 3 |
        awk '{ printf "%s/%s", (shown++ ? ", " : ""), $0 }')
    [ -z "$jobs" ] ||
        note prune-job "A job prunes Docker ($jobs), with it images that are kept for going back. Remove it; each release prunes what is not kept."
}

# ----- SSH

# check sshd-root: refuses unless accepted
# sshd's settings do not let root in with a key: the next connection, or the next start of sshd, is shut out.
# Cure: `PermitRootLogin prohibit-password`, then `systemctl reload ssh`.
#
# check sshd-startups: note
# sshd drops connections at random when more than this many log in at once, and a deploy opens several per container.
# Cure: `MaxStartups 100:30:200` in /etc/ssh/sshd_config.d/, then `systemctl reload ssh`.
#
# check sshd-penalties: note
# sshd (9.8 or later) shuts an address out for as long as ten minutes after some failed logins, also when the right key comes next. A deploy
# with a wrong key fails with many connections at once.
# Cure: `PerSourcePenalties max:60` in /etc/ssh/sshd_config.d/, then `systemctl reload ssh`; or name the address that deploys in
# `PerSourcePenaltyExemptList`.
#
# check sshd-sessions: note
# A connection carries fewer than ten sessions, which those who share one (ControlMaster) run into.
# Cure: `MaxSessions 64`.
#
# check sshd-passwords: note
# sshd takes passwords, which anybody may try.
# Cure: `PasswordAuthentication no`.
#
# check fail2ban: note
# fail2ban may ban the address that deploys, for opening many connections.
# Cure: name that address in `ignoreip`.
sshd_checks() {
    if runs fail2ban-server; then
        note fail2ban "fail2ban may ban the address that deploys. Name it in ignoreip."
    fi
    sshd=$(command -v sshd || echo /usr/sbin/sshd)
    settings=$(within 2 "$sshd" -T -C user=root,host=localhost,addr=127.0.0.1 2>/dev/null) || return 0
    cure="in /etc/ssh/sshd_config.d/, then systemctl reload ssh"
    case $(setting permitrootlogin) in
    no | forced-commands-only)
        unless_accepted sshd-root "sshd's settings say PermitRootLogin $(setting permitrootlogin), so the next connection is shut out. Say PermitRootLogin prohibit-password $cure."
        ;;
    esac
    startups=$(setting maxstartups)
    [ -z "$startups" ] || [ "${startups%%:*}" -ge 30 ] ||
        note sshd-startups "sshd drops connections at random when ${startups%%:*} log in at once (MaxStartups $startups), and a deploy opens several per container. Say MaxStartups 100:30:200 $cure."
    # crash:90 authfail:5 ... max:600, with decimals from 10.1 on.
    longest=$(setting persourcepenalties | sed -n 's/.* max:\([0-9]*\).*/\1/p')
    [ "${longest:-0}" -le 120 ] ||
        note sshd-penalties "sshd shuts an address out for up to $longest seconds after some failed logins, also when the right key comes next. Say PerSourcePenalties max:60 $cure."
    sessions=$(setting maxsessions)
    [ "${sessions:-10}" -ge 10 ] ||
        note sshd-sessions "sshd takes $sessions sessions on a connection, which those who share one run into. Say MaxSessions 64 $cure."
    [ "$(setting passwordauthentication)" != yes ] ||
        note sshd-passwords "sshd takes passwords, which anybody may try. Say PasswordAuthentication no $cure."
}

# What sshd's settings say; newer ones write their names with capitals.
setting() { printf '%s\n' "$settings" | awk -v key="$1" 'tolower($1) == key { sub(/^[^ ]* */, ""); print; exit }'; }

main() {
    off='' docker_root='' docker_info='' containers='' published='' exposed='' docker_filters=yes
    processes=$(cat "$root"/proc/[0-9]*/comm 2>/dev/null)
    docker_checks && engine_checks
    machine_checks
    resource_checks
    clock_checks
    for port in $ports; do port_check "$port"; done
    docker_user_check
    ufw_check
    other_firewall_checks
    tool_checks
    prune_check
    sshd_checks
    # One line of over 64 KB stops the plugin that shows these.
    if [ "$count" -eq 0 ]; then
        printf '%s%s' "$facts" "$notes" | cut -c1-1000
        return 0
    fi
    {
        printf 'This machine cannot be used yet:\n%s' "$problems"
        [ -z "$acceptable" ] || printf 'To accept, knowingly: preflight: { accept: [%s] }\n' "$acceptable" | sed 's/" "/", "/g'
        printf 'What each check means: npx sextant docs preflight.\n%s%s' "$notes" "$facts"
    } | cut -c1-1000 >&2
    return 1
}

# The script itself may come by standard input, which no command is to read from.
main </dev/null
