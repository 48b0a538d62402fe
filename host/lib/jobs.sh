# Shared by the verbs of jobs, which run by a schedule: what is known of one, and the container that waits for its next run.
# shellcheck shell=sh
# shellcheck disable=SC2034 # who sources it has them
# shellcheck source=common.sh
. "${0%/*}/lib/common"
# shellcheck source=rollout.sh
. "${0%/*}/lib/rollout"

# Where systemd looks for what an administrator has put there.
units=${SEXTANT_UNITS:-/etc/systemd/system}

# job_of NAME: takes up what is known of a job: its directory, and of what it was put with the role, image, command, times and networks. False
# where there is none of that name.
role='' reference='' command='' timeout=3600 stop=30 joined=''
job_of() {
    name=$1
    place=$kept/jobs/$name
    [ -s "$place/words" ] || return 1
    while IFS= read -r word; do
        case $word in
        role=*) role=${word#*=} ;;
        image=*) reference=${word#*=} ;;
        command=*) command=${word#*=} ;;
        timeout=*) timeout=${word#*=} ;;
        stop=*) stop=${word#*=} ;;
        join=*) joined="$joined ${word#*=}" ;;
        esac
    done <"$place/words"
}

# containers_of ROLE [STATE...]: the containers of its runs, the newest first, a line each; those in one of the states, where some are named.
containers_of() (
    wanted=$1
    shift
    engine GET /containers/json --get --data all=true --data-urlencode "filters={\"label\":[\"sextant.job=$wanted\"]}" 2>/dev/null |
        sed 's/},{"Id":"/},\n{"Id":"/g' |
        sed -n 's/.*"Names":\["\/\([^"]*\)".*"sextant\.job":"\([^"]*\)".*"State":"\([^"]*\)".*/\1 \2 \3/p' |
        awk -v role="$wanted" -v states=" $* " '$2 == role && (states == "  " || index(states, " " $3 " ")) { print $1 }'
)

# make_run BODY: makes a container of what a file says, which waits for its run, and names it in $waits. Where Docker does not, why is in $said.
make_run() {
    waits=$name-$(od -An -N4 -tx4 /dev/urandom | tr -d ' \n' | cut -c 1-7)
    said=''
    answer=$(engine POST "/containers/create?name=$waits" --header 'Content-Type: application/json' --data-binary "@$1" \
        --write-out '\n%{http_code}' 2>&1)
    case ${answer##*
} in
    201) ;;
    *)
        said=$(printf '%s' "${answer%
*}" | cut -c1-500)
        waits=''
        return 1
        ;;
    esac
    for network in $joined; do
        said=$(docker network connect "$network" "$waits" 2>&1 >/dev/null) || {
            away "$waits"
            waits=''
            return 1
        }
    done
}

# is_next CONTAINER: it is the one that waits for the next run, and no other one waits.
is_next() {
    printf '%s\n' "$1" >"$place/next.new" && mv "$place/next.new" "$place/next"
    for each in $(containers_of "$role" created); do [ "$each" = "$1" ] || away "$each"; done
}

# next_run: the container that waits for the next run, in $waits; empty where it is not there, or not waiting.
next_run() {
    waits=$(cat "$place/next" 2>/dev/null)
    [ -n "$waits" ] && containers_of "$role" created | grep -qFx -e "$waits" || waits=''
}

# away CONTAINER...: removes them, and what was gathered of their failures.
away() {
    for each; do
        engine DELETE "/containers/$each?v=true&force=true" >/dev/null 2>&1
        rm -f "$kept/evidence/$each.json"
    done
}
