#!/bin/sh
# prune role=LABEL wait=SECONDS keep=COUNT repository=REPOSITORY container=NAME [container=NAME ...]
#
# After the last switch: waits until all that is old has drained and stopped, then removes stopped containers of the role that no longer serve (of failed releases, of deploys that
# were killed), and images of the repository beyond the newest `keep` that no container uses.
set -u
# shellcheck source=common.sh
. "${0%/*}/common"

role='' wait=120 keep=3 repository='' containers=''
while [ $# -gt 0 ]; do
    case $1 in
    role=*) role=${1#*=} ;;
    keep=*) keep=${1#*=} ;;
    wait=*) wait=${1#*=} ;;
    repository=*) repository=${1#*=} ;;
    container=*) containers="$containers ${1#*=}" ;;
    *) fail "prune: unknown word $1" ;;
    esac
    shift
done
if [ -z "$containers" ] || [ -z "$role" ]; then fail "prune: role= or container= is missing"; fi

lock=$(switching "$role")
flock --timeout "$wait" "$lock" true ||
    fail "the old containers of $role still drain or stop after ${wait}s; they serve no new requests (docker ps --filter label=sextant.role=$role)"
if [ -s "$lock.drains.failed" ]; then
    said=$(head -c 300 "$lock.drains.failed")
    rm -f "$lock.drains.failed"
    fail "the old containers of $role could not be stopped: $said"
fi

# shellcheck disable=SC2086 # names have no blanks
for name in $(docker ps --all --filter "label=sextant.role=$role" --format '{{.Names}}' | without $containers); do
    docker rm --force "$name" >/dev/null 2>&1 || true
done

# The evidence of what is no longer there is of no use to anybody.
for file in /var/lib/sextant/evidence/*.json; do
    name=${file##*/}
    [ ! -e "$file" ] || [ -n "$(inspect '{{.Id}}' "${name%.json}")" ] || rm -f "$file"
done

# Newest first, as Docker lists them; an image in use stays, since rmi without --force refuses it.
docker image ls --no-trunc --format '{{.ID}}' "$repository" | awk '!seen[$0]++' | tail -n "+$((keep + 1))" |
    while read -r id; do
        used=$(docker ps --all --quiet --filter "ancestor=$id")
        [ -n "$used" ] || docker image ls --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}@{{.Digest}}' "$repository" |
            awk -v id="$id" '$1 == id { print $2 }' | sed 's/:<none>@/@/; s/@<none>$//; s/@sha256.*//' |
            while read -r reference; do docker image rm "$reference" >/dev/null 2>&1 || true; done
    done
exit 0
