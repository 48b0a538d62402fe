#!/bin/sh
# doctor [CONTAINER]: what is on this host, for a person in an incident: routes, containers of each role, failed ones and
# their last lines, memory and disk. With a container: all that is known about it, as a failed deploy gathers it, a line a part;
# values of its environment are masked.
set -u
# shellcheck source=evidence.sh
. "${0%/*}/evidence"

if [ $# -gt 0 ]; then
    [ -n "$(inspect '{{.Id}}' "$1")" ] || fail "$1 is not on this host (docker ps --all lists what is)"
    evidence ready "" "container=$1" "service=$1" |
        sed -E 's/^\{//; s/\}$//; s/,"(processes|sockets|env|dependencies|probe|state|memory|imageFacts|configured|network|proxy|host|log)":([{[])/\n\1: \2/g' |
        sed -E 's/^log: \["/log:\n  "/' | sed -E '/^  "/ s/","/"\n  "/g; /^  "/ s/"\]$/"/'
    exit 0
fi
printf '== routes\n'
routes || printf 'the proxy does not run\n'
printf '\n== containers\n'
docker ps --all --filter label=sextant.role --format 'table {{.Label "sextant.role"}}\t{{.Names}}\t{{.Status}}\t{{.Image}}'
docker ps --all --filter label=sextant.role --filter status=exited --format '{{.Names}}' | while read -r name; do
    printf '\n== stopped: %s (%s)\n' "$name" "$(inspect 'exit code {{.State.ExitCode}}, OOM {{.State.OOMKilled}}, restarts {{.RestartCount}}' "$name")"
    last_lines "$name" 10
    printf 'more: sextant doctor %s\n' "$name"
done
printf '\n== memory and disk\n'
free -m
df -h /var/lib/docker 2>/dev/null || df -h /
