#!/bin/sh
# job name=NAME [look]
#
# A run of a role with a schedule, as systemd starts it: starts the container that waits for it, waits for its end, stops it when its time is
# over, and notes how it ended. Then it makes the container of the next run. Never two at a time: where one is under way, it does nothing;
# where whoever waited for one was killed, it waits in its place. Of the containers it keeps the last one, and the last one that
# failed, with their logs. `look` says what is known: `timer=`, `next=`, and for each run a line `run BEGAN SECONDS HOW CODE CONTAINER IMAGE`, of
# one that is under way with the word `now` for HOW.
set -u
# shellcheck source=lib/jobs.sh
. "${0%/*}/lib/jobs"
# shellcheck source=lib/evidence.sh
. "${0%/*}/lib/evidence"

name='' look=''
for word; do
    case $word in
    name=*) name=${word#*=} ;;
    look) look=yes ;;
    *) fail "job: unknown word $word" ;;
    esac
done
[ -n "$name" ] || fail "job: name= is missing"
umask 077
job_of "$name" || fail "there is no job $name on this host"

if [ -n "$look" ]; then
    unit=sextant-job-$name
    printf 'timer=%s\n' "$(systemctl is-active "$unit.timer" 2>/dev/null)"
    printf 'next=%s\n' "$(systemctl show --property NextElapseUSecRealtime --value "$unit.timer" 2>/dev/null | head -n 1)"
    sed 's/^/run /' "$place/runs" 2>/dev/null
    if { read -r began run of <"$place/now"; } 2>/dev/null; then
        how=cut-off
        ! running "$run" || how=now
        printf 'run %s %s %s - %s %s\n' "$began" "$(($(date +%s) - began))" "$how" "$run" "$of"
    fi
    exit 0
fi

# note HOW CODE: keeps how the run ended.
note() {
    printf '%s %s %s %s %s %s\n' "$began" "$(($(date +%s) - began))" "$1" "$2" "$run" "$of" >>"$place/runs"
    tail -n 50 "$place/runs" >"$place/runs.new" && mv "$place/runs.new" "$place/runs"
    rm -f "$place/now"
}

# failed ENDING [WORD=VALUE...]: keeps the evidence of why, for sextant doctor.
failed() {
    evidence job "$@" "container=$run" "image=$of" "command=$command" "elapsed=$(($(date +%s) - began))" "timeout=$timeout" >/dev/null
}

# While the host boots, Docker may not answer yet.
turns=0
until engine GET /_ping >/dev/null 2>&1 || [ "$turns" -ge 60 ]; do
    turns=$((turns + 1))
    sleep 1
done
exec 8>"$place/running"
flock --nonblock 8 || exit 0
exec 9>"$place/lock"
flock --timeout 300 9 || fail "something else of $role holds its lock for 300s"
# It may have been put anew meanwhile.
joined=''
job_of "$name" || exit 0
began=$(date +%s) run='' of=$reference
if { read -r began run of <"$place/now"; } 2>/dev/null && ! running "$run"; then
    # It ended with the machine, or with whoever waited for it.
    note cut-off -
    began=$(date +%s) run='' of=$reference
fi
if [ -z "$run" ]; then
    next_run
    if [ -z "$waits" ]; then
        # Somebody has removed it: docker system prune takes what does not run.
        make_run "$place/body" || {
            run=$name
            note unmade -
            failed create-failed "error=$said"
            fail "$role: Docker does not make its container: $said"
        }
        is_next "$waits"
    fi
    run=$waits
    printf '%s %s %s\n' "$began" "$run" "$of" >"$place/now"
    said=$(docker start "$run" 2>&1 >/dev/null) || {
        note unstarted -
        failed start-failed "error=$said"
        fail "$role: Docker does not start $run: $said"
    }
fi
flock --unlock 9

# left: the seconds that the run has.
left() {
    seconds=$((timeout - ($(date +%s) - began)))
    [ "$seconds" -ge 1 ] || seconds=1
    echo "$seconds"
}
how='' code=-
until [ -n "$how" ]; do
    if code=$(timeout "$(left)" docker wait "$run" 2>/dev/null 8>&- 9>&-) && [ -n "$code" ]; then
        how=ok
    elif [ "$(($(date +%s) - began))" -ge "$timeout" ]; then
        docker stop --time "$stop" "$run" >/dev/null 2>&1 8>&- 9>&-
        how=timeout code=-
    else
        # Docker itself was restarted, or the container has been removed.
        state "$run" >/dev/null
        [ $? -ne 1 ] || how=gone code=-
        sleep 1
    fi
done
[ "$how$code" != ok0 ] && [ "$how" = ok ] && how=failed
[ -d "$place" ] || exit 0
flock --timeout 300 9
note "$how" "$code"
case $how in
failed) failed command-failed "code=$code" ;;
timeout) failed timeout ;;
gone) failed gone ;;
ok) rm -f "$kept/evidence/$run.json" ;;
esac
# The role may have another label by now, and the job its name still.
former=$role
role=$(sed -n 's/^role=//p' "$place/words" 2>/dev/null)
# shellcheck disable=SC2046 # names have no blanks
[ "$role" = "$former" ] || away $(containers_of "$former" created exited dead)
# Of those that have ended: this one, and the last one that failed.
bad=$(awk '$3 != "ok" { last = $5 } END { print last }' "$place/runs")
# shellcheck disable=SC2046 # names have no blanks
away $(containers_of "$role" exited dead | grep -vFx -e "$run" -e "${bad:-$run}")
next_run
if [ -z "$waits" ]; then
    if make_run "$place/body"; then
        is_next "$waits"
    else
        # The next run tries again.
        printf '%s: the container of the next run could not be made: %s\n' "$role" "$said" >&2
    fi
fi
[ "$how" = ok ]
