#!/bin/sh
# The first boot of a server, run once by cloud-init: Docker, swap, sshd. It ends with the marker that a deploy waits
# for, or with the reason why not. Running it again changes nothing.
set -u
state=/var/lib/sextant
mkdir -p "$state"
rm -f "$state/boot-failed"
export DEBIAN_FRONTEND=noninteractive

give_up() {
    printf '%s\n' "$*" | tee "$state/boot-failed" >&2
    exit 1
}

installed() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

# install PACKAGE...: those that are missing; other users of apt at a first boot are waited for.
install() {
    missing=
    for package; do installed "$package" || missing="$missing $package"; done
    [ -z "$missing" ] && return 0
    apt-get -o Acquire::Retries=5 -o DPkg::Lock::Timeout=300 -q update || return 1
    # shellcheck disable=SC2086 # a list of words
    apt-get -o Acquire::Retries=5 -o DPkg::Lock::Timeout=300 -q -y install $missing
}

service_do() { # service_do ACTION NAME: by systemd where it is the init
    if [ -d /run/systemd/system ] || ! command -v service >/dev/null; then
        systemctl "$1" "$2"
    else
        service "$2" "$1"
    fi
}

# A Docker that the image brings stays; it may be docker-ce.
if command -v dockerd >/dev/null; then
    install curl iptables || give_up "apt-get could not install curl and iptables; the lines above say why."
else
    install docker.io curl iptables || give_up "apt-get could not install docker.io; the lines above say why."
fi

# An upgrade of the engine is a decision, not something that happens at night.
for package in docker.io docker-ce docker-ce-cli containerd containerd.io runc; do
    installed "$package" && apt-mark hold "$package" >/dev/null
done

# cloud-init wrote daemon.json; a daemon that ran before has not read it.
service_do restart docker || service_do start docker || give_up "dockerd did not start; see journalctl --unit docker."
tries=0
until docker version >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 120 ] || give_up "dockerd does not answer after 60 seconds; see journalctl --unit docker."
    sleep 0.5
done

# Containers must not read the user data, which holds the host key.
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl enable --now sextant-metadata.service ||
        give_up "the service that shuts the metadata address for containers did not start."
else
    "$state/block-metadata" || give_up "iptables could not shut the metadata address for containers."
fi

swap_mb=${1:-0}
if [ "$swap_mb" -gt 0 ] && [ ! -e /swapfile ]; then
    if { fallocate -l "${swap_mb}M" /swapfile || dd if=/dev/zero of=/swapfile bs=1M count="$swap_mb"; } 2>/dev/null &&
        chmod 600 /swapfile && mkswap /swapfile >/dev/null && swapon /swapfile; then
        echo '/swapfile none swap sw 0 0' >>/etc/fstab
    else
        echo "no swap: this machine does not take a swap file" >&2
        rm -f /swapfile
    fi
    sysctl -q -p /etc/sysctl.d/90-sextant.conf 2>/dev/null
fi

# With socket activation, systemd listens and has to learn the port.
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl is-active --quiet ssh.socket && systemctl restart ssh.socket
fi
service_do reload ssh 2>/dev/null || service_do restart ssh || give_up "sshd did not take its settings; see sshd -t."

date -u +%Y-%m-%dT%H:%M:%SZ >"$state/booted"

# Nothing waits for the rest.
(timeout 600 sh -c 'command -v unattended-upgrade >/dev/null ||
    apt-get -o DPkg::Lock::Timeout=300 -q -y install unattended-upgrades' >"$state/upgrades.log" 2>&1 &)
exit 0
