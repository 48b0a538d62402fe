#!/bin/sh
# The first boot of a server, run once by cloud-init: Docker, swap, sshd. It ends with the marker that a deploy waits
# for, or with the reason why not. Running it again changes nothing.
set -u
# What is read below is what apt prints in English.
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
state=/var/lib/sextant
mkdir -p "$state"
rm -f "$state/boot-failed"

# step WHAT: what goes on now, for who waits for the end.
step() { printf '%s\n' "$*" | tee "$state/boot-step"; }

give_up() {
    printf '%s\n' "$*" | tee "$state/boot-failed" >&2
    exit 1
}

installed() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

apt_get() { apt-get -o Acquire::Retries=5 -o DPkg::Lock::Timeout=300 -q "$@"; }

# reason: what apt said last that was wrong.
reason() { printf '%s\n' "$said" | sed -n 's/^E: //p' | head -n 1; }

# refresh: the package lists. Another apt of a first boot is waited for: the lock of the lists is none that apt itself waits for.
refresh() {
    tries=0
    until said=$(apt_get update 2>&1); do
        printf '%s\n' "$said" | tail -n 20
        tries=$((tries + 1))
        case $said in *'Could not get lock'*) ;; *) return 1 ;; esac
        [ "$tries" -lt 60 ] || return 1
        step "waits for another apt: $(reason)"
        sleep 5
    done
    printf '%s\n' "$said" | tail -n 3
}

# install PACKAGE...: those that are missing, whatever the image has apt do with recommended ones.
install() {
    missing=
    for package; do installed "$package" || missing="$missing $package"; done
    [ -z "$missing" ] && return 0
    step "installs$missing"
    # shellcheck disable=SC2086 # a list of words
    if refresh && said='' && apt_get -y install $missing; then return 0; fi
    why=$(reason)
    give_up "apt-get could not install$missing${why:+ after $((tries * 5)) seconds ($why)}; the lines above say why."
}

service_do() { # service_do ACTION NAME: by systemd where it is the init
    if [ -d /run/systemd/system ] || ! command -v service >/dev/null; then
        systemctl "$1" "$2"
    else
        service "$2" "$1"
    fi
}

# With socket activation, systemd listens and has to learn the port. Deploys wait for it, so it goes before what takes long.
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl is-active --quiet ssh.socket && systemctl restart ssh.socket
fi
# From 9.8 on, sshd shuts an address out after some failed logins, for ten minutes at most. A deploy fails with many connections
# at once, and the right key is to work within the time that the next one waits. Older ones do not know the word.
mkdir -p /run/sshd
if sshd -T 2>/dev/null | grep -qi '^persourcepenalties '; then
    echo 'PerSourcePenalties max:60' >/etc/ssh/sshd_config.d/01-sextant.conf
fi
service_do reload ssh 2>/dev/null || service_do restart ssh || give_up "sshd did not take its settings; see sshd -t."

# A Docker that the image brings stays; it may be docker-ce.
command -v dockerd >/dev/null || install docker.io
install curl iptables ca-certificates iproute2 procps
# Newer packages of the engine only recommend its command, and what loads its AppArmor profile.
command -v docker >/dev/null || if installed docker-ce; then install docker-ce-cli; else install docker-cli; fi
! grep -qs Y /sys/module/apparmor/parameters/enabled || command -v apparmor_parser >/dev/null || install apparmor

# An upgrade of the engine is a decision, not something that happens at night.
for package in docker.io docker-cli docker-ce docker-ce-cli containerd containerd.io runc; do
    installed "$package" && apt-mark hold "$package" >/dev/null
done

step "shuts the metadata address for containers"
# They must not read the user data, which holds the host key.
if [ -d /run/systemd/system ]; then
    systemctl enable --now sextant-metadata.service ||
        give_up "the service that shuts the metadata address for containers did not start; see journalctl --unit sextant-metadata."
else
    "$state/block-metadata" || give_up "iptables could not shut the metadata address for containers."
fi
sysctl -q -p /etc/sysctl.d/90-sextant.conf

step "starts Docker"
# cloud-init wrote daemon.json; a daemon that ran before has not read it.
service_do restart docker || service_do start docker || give_up "dockerd did not start; see journalctl --unit docker."
tries=0
until said=$(docker version 2>&1); do
    tries=$((tries + 1))
    [ "$tries" -lt 120 ] ||
        give_up "dockerd does not answer after 60 seconds ($(printf '%s\n' "$said" | tail -n 1)); see journalctl --unit docker."
    sleep 0.5
done

swap_mb=${1:-0}
if [ "$swap_mb" -gt 0 ] && [ ! -e /swapfile ]; then
    step "makes $swap_mb MB of swap"
    if { fallocate -l "${swap_mb}M" /swapfile || dd if=/dev/zero of=/swapfile bs=1M count="$swap_mb"; } 2>/dev/null &&
        chmod 600 /swapfile && mkswap /swapfile >/dev/null && swapon /swapfile; then
        echo '/swapfile none swap sw 0 0' >>/etc/fstab
    else
        echo "no swap: this machine does not take a swap file" >&2
        rm -f /swapfile
    fi
fi

date -u +%Y-%m-%dT%H:%M:%SZ >"$state/booted"

# Nothing waits for the rest.
(timeout 600 sh -c 'command -v unattended-upgrade >/dev/null ||
    apt-get -o DPkg::Lock::Timeout=300 -q -y install unattended-upgrades' >"$state/upgrades.log" 2>&1 &)
exit 0
