#!/bin/sh
# release name=NAME image=IMAGE timeout=SECONDS [volume=SPEC ...] -- COMMAND...
#
# Runs a command once in a container of the new image: migrations, before anything takes the new release.
# The environment comes on standard input, a line `NAME BASE64` each, so that no value is ever in an argument list.
# The name is fixed, so that a run whose client was cut off is waited for and never runs twice at a time.
set -u
# shellcheck source=common.sh
. "${0%/*}/common"
# shellcheck source=evidence.sh
. "${0%/*}/evidence"

name='' image='' timeout=600 volumes=''
while [ $# -gt 0 ]; do
    case $1 in
    name=*) name=${1#*=} ;;
    image=*) image=${1#*=} ;;
    timeout=*) timeout=${1#*=} ;;
    volume=*) volumes="$volumes --volume ${1#*=}" ;;
    --)
        shift
        break
        ;;
    *) fail "release: unknown word $1" ;;
    esac
    shift
done
if [ -z "$name" ] || [ -z "$image" ] || [ $# -eq 0 ]; then fail "release: name=, image= or the command is missing"; fi

if running "$name"; then
    timeout "$timeout" docker wait "$name" >/dev/null ||
        fail "an earlier release command still runs after ${timeout}s (docker logs $name): let it end, or stop it with docker stop $name"
fi
docker rm --force "$name" >/dev/null 2>&1

names=''
while read -r key encoded; do
    [ -n "$key" ] || continue
    # The x keeps newlines at the end of a value, which a command substitution would drop.
    value=$(printf '%s' "$encoded" | base64 -d && printf x)
    export "$key=${value%x}"
    names="$names --env $key"
done

# shellcheck disable=SC2086 # one word each
docker create --name "$name" --network sextant --cpu-shares "$boot_shares" --label "sextant.release=$name" $names $volumes "$image" "$@" >/dev/null ||
    fail "could not make the release container from $image"
began=$(date +%s)
# give_up ENDING [WORD=VALUE...]: prints the evidence; the container is kept, stopped, until the next run.
give_up() {
    evidence release "$@" "container=$name" "image=$image" "command=$command" \
        "elapsed=$(($(date +%s) - began))" "timeout=$timeout"
    exit 1
}
command=$*
said=$(docker start "$name" 2>&1 >/dev/null) || give_up start-failed "error=$said"
code=$(timeout "$timeout" docker wait "$name") || {
    docker stop --time 10 "$name" >/dev/null
    give_up timeout
}
[ "$code" -eq 0 ] || give_up command-failed "code=$code"
docker rm "$name" >/dev/null
