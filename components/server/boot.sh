#!/bin/sh
# The first boot of a server, run once by cloud-init: Docker, swap, sshd. It ends with the marker that a deploy waits
# for, or with the reason why not. Running it again changes nothing.
set -u
state=/var/lib/sextant
mkdir -p "$state"
rm -f "$state/boot-failed"

# step WHAT: what goes on now, for who waits for the end.
step() { printf '%s\n' "$*" | tee "$state/boot-step"; }

give_up() {
    printf '%s\n' "$*" | tee "$state/boot-failed" >&2
    exit 1
}

# cloud-init.ts puts the text of the file in this place.
# shellcheck source=../../host/lib/packages.sh
. "${0%/*}/packages"

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

install_docker

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
await_docker

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
