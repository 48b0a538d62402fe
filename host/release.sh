#!/bin/sh
# release name=NAME image=IMAGE timeout=SECONDS [join=NETWORK ...] -- COMMAND...
# release name=NAME forget
#
# Runs a command once in a container of the new image: migrations, before anything takes the new release. What Docker makes the
# container from comes on standard input, as its API takes it: image, command and environment are data, and nothing of them is in
# an argument list or in this shell. `join` are further networks that the container has to be in.
#
# It runs once, also where the client was cut off: a run goes on without one, and the next one of the same image, command and
# environment waits for it and has its result. What has succeeded is not run again within an hour; `forget` ends that, with the app.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/rollout.sh
. "${0%/*}/lib/rollout"
# shellcheck source=lib/evidence.sh
. "${0%/*}/lib/evidence"

name='' image='' timeout=600 forget='' joined=''
while [ $# -gt 0 ]; do
    case $1 in
    name=*) name=${1#*=} ;;
    image=*) image=${1#*=} ;;
    timeout=*) timeout=${1#*=} ;;
    join=*) joined="$joined ${1#*=}" ;;
    forget) forget=yes ;;
    --)
        shift
        break
        ;;
    *) fail "release: unknown word $1" ;;
    esac
    shift
done
command=$*
[ -n "$name" ] || fail "release: name= is missing"
note=$kept/releases/$name
if [ -n "$forget" ]; then
    # One that runs is somebody's still.
    engine DELETE "/containers/$name?v=true" >/dev/null 2>&1
    rm -f "$note" "$note.lock"
    exit 0
fi
if [ -z "$image" ] || [ $# -eq 0 ]; then fail "release: image= or the command is missing"; fi

umask 077
mkdir -p "$kept/releases"
body=$(cat)
key=$(printf '%s' "$body" | sha256sum | cut -c 1-64)
read -r boot </proc/sys/kernel/random/boot_id
began=$(date +%s)

# ended CODE: keeps how the run of this release ended: an exit code, or a word for what has none.
ended() {
    printf '%s %s %s\n' "$key" "$1" "$boot" >"$note.new" && mv "$note.new" "$note"
}

# give_up ENDING [WORD=VALUE...]: prints the evidence; the container is kept, stopped, until the next run.
give_up() {
    evidence release "$@" "container=$name" "image=$image" "command=$command" \
        "elapsed=$(($(date +%s) - began))" "timeout=$timeout"
    exit 1
}

# await CONTAINER: waits for its end, and ends the verb by it.
await() {
    code=$(timeout "$timeout" docker wait "$1") || {
        docker stop --time 10 "$1" >/dev/null
        ended timeout
        give_up timeout
    }
    ended "$code"
    [ "$code" -eq 0 ] || give_up command-failed "code=$code"
    engine DELETE "/containers/$1?v=true&force=true" >/dev/null 2>&1
    exit 0
}

# The verb of an earlier run, whose client was cut off, may still be at it.
exec 9>"$note.lock"
waited=''
flock --nonblock 9 || {
    waited=yes
    flock --timeout "$((timeout + 30))" 9 ||
        fail "an earlier release command still runs after ${timeout}s (docker logs $name): let it end, or stop it with docker stop $name"
}
did='' how='' booted=''
[ ! -e "$note" ] || read -r did how booted <"$note"
if [ "$did" = "$key" ]; then
    # Long ago it may have been another database.
    [ "$how" != 0 ] || [ -z "$(find "$note" -mmin -60)" ] || exit 0
    # What failed is tried again, but for the one that was waited for just now.
    case $waited$how in
    yestimeout) give_up timeout ;;
    yes*[!0-9]*) ;;
    yes*) give_up command-failed "code=$how" ;;
    esac
fi

# Or it was killed, and its command was not.
known=$(state "$name")
case $? in 2) fail "Docker does not answer on this host (systemctl status docker); run pulumi up again when it does" ;; esac
read -r runs id _ status exit_code _ <<END
$known
END
if [ "$did" = "$key" ] && [ "$how" = begun ]; then
    [ "$runs" != true ] || await "$id"
    # What ended with the machine has not done its work, whatever it says.
    if [ "$status" = exited ] && [ "$exit_code" = 0 ] && [ "$booted" = "$boot" ]; then await "$id"; fi
elif [ "$runs" = true ]; then
    timeout "$timeout" docker wait "$id" >/dev/null ||
        fail "an earlier release command still runs after ${timeout}s (docker logs $name): let it end, or stop it with docker stop $name"
fi
[ -z "$id" ] || engine DELETE "/containers/$id?v=true&force=true" >/dev/null 2>&1

answer=$(printf '%s' "$body" | engine POST "/containers/create?name=$name" --header 'Content-Type: application/json' \
    --data-binary @- --write-out '\n%{http_code}' 2>&1)
case ${answer##*
} in
201) ;;
*) give_up create-failed "error=$(printf '%s' "${answer%
*}" | cut -c1-500)" ;;
esac
id=${answer#*'"Id":"'}
id=${id%%\"*}
for network in $joined; do
    said=$(docker network connect "$network" "$id" 2>&1 >/dev/null) || {
        ended unstarted
        give_up start-failed "error=$said"
    }
done
ended begun
said=$(docker start "$id" 2>&1 >/dev/null) || {
    ended unstarted
    give_up start-failed "error=$said"
}
await "$id"
