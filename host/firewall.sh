#!/bin/sh
# firewall from
# firewall try owner=OWNER [owner=FORMER] seconds=SECONDS [install=yes]
# firewall keep trial=TRIAL
# firewall back trial=TRIAL
# firewall look
# firewall remove owner=OWNER [owner=FORMER]
#
# What may come into this machine: a table of nftables of our own, from standard input, and a unit that loads it at each boot, before Docker.
# Rules are tried first: `try` puts them in place and prints the name of the trial, and the machine takes them back by itself where no `keep`
# comes within some seconds. It has to come over a new connection, so that rules which shut that out do not stay, whoever has gone.
# `from` prints the address that SSH comes from and the port that it comes to; `look` what there is, for a refresh.
set -eu
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"

what=${1:-} owners='' name='' trial='' seconds='' install=''
[ $# -eq 0 ] || shift
for word; do
    case $word in
    owner=*)
        owners="$owners<${word#*=}>"
        name=${name:-${word#*=}}
        ;;
    trial=*) trial=${word#*=} ;;
    seconds=*) seconds=${word#*=} ;;
    install=*) install=${word#*=} ;;
    *) fail "firewall: unknown word $word" ;;
    esac
done

etc=${SEXTANT_ETC:-/etc}
rules=$etc/sextant/firewall.nft
# What nft makes of the rules, so that a table that somebody has changed is known.
sum=$etc/sextant/firewall.sum
service=sextant-firewall
unit=$etc/systemd/system/$service.service
trials=$until_boot/firewall
cards=${SEXTANT_SYS:-/sys}/class/net

table() { nft list table inet sextant 2>/dev/null; }
sum_of_table() { table | sha256sum | cut -d' ' -f1; }

# taken: whether the rules here are somebody else's; whose, in $owner.
taken() {
    owner=$(sed -n 's/^# owner: //p' "$rules" 2>/dev/null | head -n 1)
    [ -n "$owner" ] || return 1
    case $owners in *"<$owner>"*) return 1 ;; esac
}

# One of these at a time, and none while a trial ends.
lock() {
    mkdir -p "$until_boot"
    exec 8>"$until_boot/firewall.lock"
    flock --timeout 60 8 || fail "firewall: another one is at work on this machine for 60s; run pulumi up again"
}

# take_back: what there was before the trial.
take_back() {
    nft --file "$trials/former"
    rm -rf "$trials"
}

# leads_out: the bridge, and what of it, through which this machine reaches others: what comes from there could not be told from containers.
leads_out() {
    for bridge in "$cards"/*/bridge; do
        [ -e "$bridge" ] || continue
        bridge=${bridge%/bridge}
        bridge=${bridge##*/}
        if [ -n "$(ip -4 route show default dev "$bridge" 2>/dev/null; ip -6 route show default dev "$bridge" 2>/dev/null)" ]; then
            echo "$bridge, by which the default route goes"
            return
        fi
        for member in "$cards/$bridge/brif"/*; do
            member=${member##*/}
            [ ! -e "$cards/$member/device" ] || {
                echo "$bridge, which has the card $member"
                return
            }
        done
    done
}

# from: of the process that sshd has started, by way of sudo, which keeps little of an environment.
from() {
    parent=$$
    while [ "${parent:-0}" -gt 1 ]; do
        connection=$(tr '\0' '\n' <"/proc/$parent/environ" 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p' | head -n 1)
        if [ -n "$connection" ]; then
            # shellcheck disable=SC2086 # ADDRESS PORT ADDRESS PORT
            set -- $connection
            printf '%s %s\n' "${1%%%*}" "${4:-}"
            return
        fi
        parent=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$parent/status" 2>/dev/null)
    done
}

# need_nft: installs it where the program lets packages be installed.
need_nft() {
    ! command -v nft >/dev/null || return 0
    if [ -z "$install" ] || ! command -v apt-get >/dev/null; then
        fail 'nft is not there, which the rules are set by: apt-get install nftables, or docker: "install" in the program'
    fi
    step() { doing "$*"; }
    give_up() { fail "$*"; }
    # shellcheck source=lib/packages.sh
    . "${0%/*}/lib/packages"
    install nftables >&2
}

try() {
    [ -n "$name" ] || fail "firewall: owner= is missing"
    case $seconds in '' | *[!0-9]*) fail "firewall: seconds= is missing, or is no number" ;; esac
    command -v systemctl >/dev/null || fail "systemctl is not there, by which the rules are loaded at a boot"
    need_nft
    lock
    if taken; then
        fail "the firewall of this machine belongs to $owner, and nothing was changed: say there what is let in, and leave firewall out here. Where it is this one under a former name, give that: aliases: [{ name: ... }]"
    fi
    bridge=$(leads_out)
    [ -z "$bridge" ] ||
        fail "there is the bridge $bridge, and what comes in through a bridge is taken for a container's; give the address to the card itself, or leave firewall out and shut the ports outside of this machine"
    # One that nobody has ended: what counts is what there was before it.
    [ ! -e "$trials" ] || take_back
    new=$(mktemp -d "$until_boot/firewall.XXXXXX")
    cat >"$new/rules"
    said=$(nft --check --file "$new/rules" 2>&1) || {
        rm -rf "$new"
        fail "nft refuses the rules on this machine: $(printf '%s\n' "$said" | head -n 2 | tr '\n' ' ')"
    }
    {
        printf 'table inet sextant\ndelete table inet sextant\n'
        table || true
    } >"$new/former"
    trial=${new##*.}
    printf '%s\n' "$trial" >"$new/trial"
    mv -T "$new" "$trials"
    # The way back first. It outlives the connection.
    # shellcheck disable=SC2016 # its own words
    setsid sh -c 'sleep "$1"; exec "$2" back "trial=$3"' sh "$seconds" "$0" "$trial" </dev/null >/dev/null 2>&1 8>&- &
    if ! said=$(nft --file "$trials/rules" 2>&1); then
        rm -rf "$trials"
        fail "nft could not set the rules: $(printf '%s\n' "$said" | head -n 2 | tr '\n' ' ')"
    fi
    printf '%s\n' "$trial"
}

# on_trial: whether that trial goes on.
on_trial() {
    [ -n "$trial" ] || fail "firewall: trial= is missing"
    [ "$(cat "$trials/trial" 2>/dev/null)" = "$trial" ]
}

keep() {
    lock
    on_trial || fail "the rules were taken back meanwhile; run pulumi up again"
    mkdir -p "$etc/sextant" "${unit%/*}"
    cat >"$unit" <<UNIT
[Unit]
Description=What may come into this machine (pulumi-sextant)
DefaultDependencies=no
Conflicts=shutdown.target
Wants=network-pre.target
Before=network-pre.target docker.service shutdown.target
# It takes all tables away where it starts, stops or loads its own again.
After=nftables.service
PartOf=nftables.service
ReloadPropagatedFrom=nftables.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=$(command -v nft) --file $rules
ExecReload=$(command -v nft) --file $rules

[Install]
WantedBy=sysinit.target nftables.service
UNIT
    sum_of_table >"$sum"
    # A boot in between finds the one or the other.
    cp "$trials/rules" "$rules.new"
    mv "$rules.new" "$rules"
    systemctl daemon-reload
    systemctl --quiet enable "$service.service" >&2
    # By this the way back is off.
    rm -rf "$trials"
    # To systemd it is loaded as well, so that a start or a reload of nftables loads it again.
    systemctl start "$service.service" >&2
}

look() {
    printf '%s\n' "$(sha256sum <"$rules" 2>/dev/null | cut -d' ' -f1) $([ "$(sum_of_table)" = "$(cat "$sum" 2>/dev/null)" ] && echo same || echo other) $(
        systemctl --quiet is-enabled "$service.service" 2>/dev/null && echo enabled || echo disabled
    )"
}

remove() {
    lock
    ! taken || return 0
    systemctl --quiet disable "$service.service" >/dev/null 2>&1 || true
    rm -rf "$trials"
    rm -f "$unit" "$rules" "$sum"
    rmdir "$etc/sextant" 2>/dev/null || true
    systemctl daemon-reload
    # None is there where somebody has flushed it.
    ! table >/dev/null || nft delete table inet sextant
}

case $what in
from | try | keep | look | remove) "$what" ;;
back)
    lock
    # It has ended already.
    ! on_trial || take_back
    ;;
*) fail "firewall: unknown word $what" ;;
esac
