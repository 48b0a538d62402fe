#!/bin/sh
# doctor: what is on this host, for a person in an incident: routes, containers of each role, failed ones and their last
# lines, memory and disk.
set -u
# shellcheck source=common.sh
. "${0%/*}/common"

printf '== routes\n'
routes || printf 'the proxy does not run\n'
printf '\n== containers\n'
docker ps --all --filter label=sextant.role --format 'table {{.Label "sextant.role"}}\t{{.Names}}\t{{.Status}}\t{{.Image}}'
docker ps --all --filter label=sextant.role --filter status=exited --format '{{.Names}}' | while read -r name; do
    printf '\n== stopped: %s (%s)\n' "$name" "$(inspect 'exit code {{.State.ExitCode}}, OOM {{.State.OOMKilled}}, restarts {{.RestartCount}}' "$name")"
    last_lines "$name" 10
done
printf '\n== memory and disk\n'
free -m
df -h /var/lib/docker 2>/dev/null || df -h /
