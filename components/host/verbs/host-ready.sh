#!/bin/sh
# host-ready [boot=yes] [private=ADDRESS] [timeout=SECONDS]
#
# Waits until a machine can take containers: its first boot is done, Docker answers, its private address is there. Says
# what it waited for, and why when that does not come. It stands alone, since it runs before the verbs are installed.
set -u

boot=no private='' timeout=600
for word; do
    case $word in
    boot=*) boot=${word#*=} ;;
    private=*) private=${word#*=} ;;
    timeout=*) timeout=${word#*=} ;;
    *) printf 'host-ready: unknown word %s\n' "$word" >&2 && exit 2 ;;
    esac
done

state=/var/lib/sextant
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

docker_answers() { docker version --format '{{.Server.Version}}' </dev/null >/dev/null 2>&1; }

private_there() { [ -z "$private" ] || ip -4 -o address 2>/dev/null | grep -qF " $private/"; }

# wait_for CONDITION WHAT CURE
wait_for() {
    before=$(elapsed)
    until "$1"; do
        if [ "$(elapsed)" -ge "$timeout" ]; then
            printf 'After %ss, %s is still not there. %s\n' "$(elapsed)" "$2" "$3" >&2
            [ "$1" = booted ] && boot_log >&2
            exit 1
        fi
        sleep 0.5
    done
    printf '%s: %ss\n' "$2" $(($(elapsed) - before))
}

[ "$boot" = no ] || wait_for booted "the first boot" "What it did last:"
wait_for docker_answers "an answer from Docker" "See journalctl --unit docker on the server."
[ -z "$private" ] || wait_for private_there "the private address $private" \
    "See ip address on the server; the network is attached at Hetzner, and the image has to bring the interface up."
