#!/bin/sh
# schedule name=NAME [formerly=NAME] role=LABEL [was=LABEL] image=IMAGE timeout=SECONDS stop=SECONDS [join=NETWORK ...] calendar=TIME [calendar=TIME ...]
#     [-- COMMAND...]
# schedule name=NAME role=LABEL forget
#
# Puts a role with a schedule on this host: systemd starts its command when its time has come, each run in a new container. What Docker makes
# the containers from comes on standard input, as its API takes it, and is kept in a file that root alone reads. The container of the next run is
# made at once, so that what is wrong with it is said now; while it waits it keeps its image. From here on the next run is one of this
# release. A run that is under way goes on; one under a former name is ended, as all of that goes first. `forget` ends one that is under way, and takes all of it away.
#
# The name is the first one's that has it: two projects and stacks can be one name, joined. What another role has by it is not touched: to put
# it there fails, and to forget it is done already. `was` is what the role was called before.
set -u
# shellcheck source=lib/jobs.sh
. "${0%/*}/lib/jobs"
# shellcheck source=lib/evidence.sh
. "${0%/*}/lib/evidence"

name='' formerly='' forget='' role='' was='' reference='' timeout='' stop=30 joined='' calendars=''
newline='
'
while [ $# -gt 0 ]; do
    case $1 in
    name=*) name=${1#*=} ;;
    formerly=*) formerly=${1#*=} ;;
    role=*) role=${1#*=} ;;
    was=*) was=${1#*=} ;;
    image=*) reference=${1#*=} ;;
    timeout=*) timeout=${1#*=} ;;
    stop=*) stop=${1#*=} ;;
    join=*) joined="$joined ${1#*=}" ;;
    calendar=*) calendars="$calendars${calendars:+$newline}OnCalendar=${1#*=}" ;;
    forget) forget=yes ;;
    --)
        shift
        break
        ;;
    *) fail "schedule: unknown word $1" ;;
    esac
    shift
done
[ -n "$name" ] || fail "schedule: name= is missing"
place=$kept/jobs/$name
has_it=$(sed -n 's/^role=//p' "$place/words" 2>/dev/null)
unit=sextant-job-$name
umask 077

if [ -n "$forget" ]; then
    case $has_it in '' | "$role") ;; *) exit 0 ;; esac
    if [ -e "$units/$unit.timer" ]; then
        systemctl disable --now "$unit.timer" >/dev/null 2>&1 || fail "systemd did not end the timer $unit.timer; run pulumi up again"
    fi
    if job_of "$name"; then
        # shellcheck disable=SC2046 # names have no blanks
        set -- $(containers_of "$role" running restarting paused)
        [ $# -eq 0 ] || docker stop --time "$stop" "$@" >/dev/null 2>&1
        # Whoever waits for its end notes it first.
        exec 8>"$place/running"
        flock --timeout "$((stop + 30))" 8 || fail "a run of $role did not end in ${stop}s (docker ps --filter label=sextant.job=$role); run pulumi up again"
        # shellcheck disable=SC2046 # names have no blanks
        away $(containers_of "$role")
    fi
    rm -f "$units/$unit.timer" "$units/$unit.service"
    systemctl daemon-reload
    systemctl reset-failed "$unit.service" >/dev/null 2>&1
    rm -rf "$place" "$kept/evidence/$name.json"
    exit 0
fi

if [ -z "$role" ] || [ -z "$reference" ] || [ -z "$timeout" ] || [ -z "$calendars" ]; then
    fail "schedule: role=, image=, timeout= or calendar= is missing"
fi
command -v systemctl >/dev/null 2>&1 ||
    fail "this host has no systemd, whose timers start $role: take the schedule off, or put the role on a host with systemd"
mkdir -p "$place"
exec 9>"$place/lock"
flock --timeout 120 9 || fail "something else of $role holds its lock for 120s; run pulumi up again"
# Once more, as it may have come meanwhile.
has_it=$(sed -n 's/^role=//p' "$place/words" 2>/dev/null)
case $has_it in
'' | "$role" | "${was:-$role}") ;;
*) fail "$name on this host is the job of $has_it, and was not touched: give $role, its app, stack or project another name, or take that one out of its own program first" ;;
esac
cat >"$place/body.new"
make_run "$place/body.new" || {
    rm -f "$place/body.new"
    evidence job create-failed "container=$name" "image=$reference" "error=$said"
    exit 1
}
if [ -n "$formerly" ]; then
    "$0" "name=$formerly" "role=${was:-$role}" forget 9>&- || {
        away "$waits"
        exit 1
    }
fi
# From here on it is this release that runs next.
is_next "$waits"
# shellcheck disable=SC2046 # names have no blanks
case $has_it in '' | "$role") ;; *) away $(containers_of "$has_it" created exited dead) ;; esac
mv "$place/body.new" "$place/body"
{
    printf '%s\n' "role=$role" "image=$reference" "timeout=$timeout" "stop=$stop"
    printf 'command=%s\n' "$(printf '%s ' "$@" | tr '\n' ' ' | cut -c 1-200)"
    for network in $joined; do printf 'join=%s\n' "$network"; done
} >"$place/words.new" && mv "$place/words.new" "$place/words"
rm -f "$kept/evidence/$name.json"
# Of earlier releases the last run stays, for its log, and none whose volumes may be removed by this release.
binds=$(sed -n 's/.*"Binds":\(\[[^]]*\]\).*/\1/p' "$place/body")
if [ "$binds" = "$(cat "$place/binds" 2>/dev/null)" ]; then
    # shellcheck disable=SC2046 # names have no blanks
    away $(containers_of "$role" exited dead | tail -n +2)
else
    # shellcheck disable=SC2046 # names have no blanks
    away $(containers_of "$role" exited dead)
    printf '%s\n' "$binds" >"$place/binds"
fi

# put FILE: writes it from standard input, and says in $changed where it was another one.
changed=''
put() {
    cat >"$place/unit"
    cmp -s "$place/unit" "$1" && return 0
    changed=yes
    if ! cp "$place/unit" "$1.new" || ! chmod 644 "$1.new" || ! mv "$1.new" "$1"; then fail "$1 could not be written"; fi
}
put "$units/$unit.service" <<END
[Unit]
Description=A run of $role, by pulumi-sextant
After=docker.service

[Service]
Type=oneshot
ExecStart=$(cd "${0%/*}" && pwd)/job name=$name
TimeoutStartSec=infinity
END
put "$units/$unit.timer" <<END
[Unit]
Description=When $role runs, by pulumi-sextant

[Timer]
$calendars
AccuracySec=1s

[Install]
WantedBy=timers.target
END
rm -f "$place/unit"
# What systemd starts may want it at once.
exec 9>&-
[ -z "$changed" ] || systemctl daemon-reload || fail "systemd did not read the timer $unit.timer; see journalctl -u $unit.timer"
said=$(systemctl enable "$unit.timer" 2>&1) || fail "systemd did not take the timer $unit.timer: $said"
if [ -n "$changed" ]; then verb=restart; else verb=start; fi
said=$(systemctl "$verb" "$unit.timer" 2>&1) || fail "systemd did not start the timer $unit.timer: $said (a time zone needs the package tzdata)"
exit 0
