#!/bin/sh
# doctor [evidence] [CONTAINER]: what is on this host, for a person in an incident: routes, containers of each role, memory and
# disk, and of each that failed why and its last lines. With a container, that one alone. With the word evidence, what was
# gathered when they failed, a line of JSON each, for programs: npx sextant doctor makes the verdicts of it again.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/redirect.sh
. "${0%/*}/lib/redirect"

evidence=''
if [ "${1:-}" = evidence ]; then
    evidence=yes
    shift
fi
only=${1:-}
kept=/var/lib/sextant/evidence
if [ -n "$evidence" ]; then
    for file in "$kept/"*.json; do
        name=${file##*/}
        if [ -e "$file" ] && { [ -z "$only" ] || [ "${name%.json}" = "$only" ]; }; then cat "$file"; fi
    done
    exit 0
fi

# stopped NAME LINES: a container that does not run, and the end of its log.
stopped() {
    printf '\n== %s (%s)\n' "$1" "$(inspect '{{.State.Status}}, exit code {{.State.ExitCode}}, out of memory {{.State.OOMKilled}}, restarts {{.RestartCount}} {{.State.Error}}' "$1")"
    last_lines "$1" "$2"
    [ ! -e "$kept/$1.json" ] || printf 'why: npx sextant doctor %s, where pulumi runs; all that was seen: %s\n' "$1" "$kept/$1.json"
}

if [ -n "$only" ]; then
    [ -n "$(inspect '{{.Id}}' "$only")" ] || fail "$only is not there; sextant doctor lists what is"
    stopped "$only" 60
    exit 0
fi
printf '== routes\n'
if running "$proxy"; then routes; else printf 'the proxy does not run\n'; fi
if redirected; then
    printf 'new connections go to a second proxy, %s, as an update of the proxy is under way or was cut off: pulumi up --refresh goes on. It serves\n' "$bridging_proxy"
    listed "$bridging_proxy"
fi
printf '\n== containers\n'
docker ps --all --filter label=sextant.role --format 'table {{.Label "sextant.role"}}\t{{.Names}}\t{{.Status}}\t{{.Image}}'
docker ps --all --filter label=sextant.role --filter status=exited --filter status=created --format '{{.Names}}' |
    while read -r name; do stopped "$name" 10; done
if [ -d /var/lib/sextant/jobs ]; then
    printf '\n== roles with a schedule\n'
    docker ps --all --filter label=sextant.job --format 'table {{.Label "sextant.job"}}\t{{.Names}}\t{{.Status}}\t{{.Image}}'
    systemctl list-timers --all --no-pager 'sextant-job-*' 2>/dev/null
fi
printf '\n== memory and disk\n'
free -m
df -h /var/lib/docker 2>/dev/null || df -h /
