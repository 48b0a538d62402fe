#!/bin/sh
# host-ready [boot=yes] [private=ADDRESS] [timeout=SECONDS]
#
# Waits until a machine can take containers: its first boot is done, Docker answers, its private address is there. Says
# what it waited for, and why when that does not come. It stands alone, since it runs before the verbs are installed.
set -u

boot=no private='' timeout=600 said=''
for word; do
    case $word in
    boot=*) boot=${word#*=} ;;
    private=*) private=${word#*=} ;;
    timeout=*) timeout=${word#*=} ;;
    *) printf 'host-ready: unknown word %s\n' "$word" >&2 && exit 2 ;;
    esac
done

state=/var/lib/sextant
# Seconds for the image to bring the private address up by itself.
patience=30
started=$(date +%s)
elapsed() { echo $(($(date +%s) - started)); }

boot_log() { tail -n 15 /var/log/cloud-init-output.log 2>/dev/null | cut -c1-300 | sed 's/^/  | /'; }

booted() {
    [ -e $state/booted ] && return 0
    if [ -s $state/boot-failed ]; then
        printf 'The first boot failed: %s\n' "$(cat $state/boot-failed)" >&2
        boot_log >&2
        exit 1
    fi
    # cloud-init is over and has not run our part: its own error, or an image that does not know cloud-init.
    if [ -e /run/cloud-init/result.json ] && [ ! -e $state/booted ] && [ ! -s $state/boot-failed ]; then
        printf 'cloud-init ended without preparing this server (%s).\n' \
            "$(tr -d '\n' </run/cloud-init/result.json | cut -c1-300)" >&2
        boot_log >&2
        exit 1
    fi
    return 1
}

docker_answers() { said=$(docker version --format '{{.Server.Version}}' 2>&1 </dev/null); }

# doing: what the first boot said that it does now.
doing() {
    if [ -s $state/boot-step ]; then printf '  it %s\n' "$(cat $state/boot-step)"; else printf '  it has not begun\n'; fi
}

# unconfigured: the network cards of the machine that have no address.
unconfigured() {
    for card in /sys/class/net/*/device; do
        card=${card%/device}
        card=${card##*/}
        [ ! -e "/sys/class/net/$card/device" ] || ip -4 -o address show dev "$card" 2>/dev/null | grep -q ' inet ' || echo "$card"
    done
}

# bring_up: a card that comes while the machine boots may be missed. cloud-init, which does this for Hetzner since 25.3, listens for cards
# only after its last stage (cc_install_hotplug.py; tools/hook-hotplug drops what comes "not ready yet"), so it is asked to look again.
# Older images have a rule of their own (hc-utils), which the card is shown to once more.
bring_up() {
    for card in $(unconfigured); do
        {
            timeout 90 cloud-init devel hotplug-hook --subsystem net handle --devpath "/sys/class/net/$card" --udevaction add
            ! unconfigured | grep -qx "$card" || udevadm trigger --action=add --sysname-match="$card"
        } >$state/bring-up.log 2>&1 </dev/null
    done
}

private_there() { [ -z "$private" ] || ip -4 -o address 2>/dev/null | grep -qF " $private/"; }

# wait_for CONDITION WHAT CURE
wait_for() {
    before=$(elapsed) helped=''
    until "$1"; do
        if [ "$1" = private_there ] && [ -z "$helped" ] && [ $(($(elapsed) - before)) -ge "$patience" ]; then
            helped=yes
            bring_up
        fi
        if [ "$(elapsed)" -ge "$timeout" ]; then
            printf 'After %ss, %s is still not there. %s\n' "$(elapsed)" "$2" "$3" >&2
            [ "$1" = booted ] && doing >&2 && boot_log >&2
            [ "$1" = docker_answers ] && printf '%s\n' "$said" | tail -n 3 | cut -c1-300 | sed 's/^/  | /' >&2
            [ "$1" = private_there ] && tail -n 5 $state/bring-up.log 2>/dev/null | cut -c1-300 | sed 's/^/  | /' >&2
            exit 1
        fi
        sleep 0.5
    done
    printf '%s: %ss\n' "$2" $(($(elapsed) - before))
}

[ "$boot" = no ] || wait_for booted "the first boot" "What it does now, and its last lines:"
wait_for docker_answers "an answer from Docker" "See journalctl --unit docker on the server."
[ -z "$private" ] || wait_for private_there "the private address $private" \
    "See ip address on the server; the network is attached at Hetzner, and the image has to bring the interface up."
