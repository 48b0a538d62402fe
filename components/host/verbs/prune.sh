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
for name in $(roles | awk -v role="$role" '$2 == role { print $1 }' | without $containers); do
    engine DELETE "/containers/$name?force=true" >/dev/null 2>&1
done

# The evidence of what is no longer there is of no use to anybody.
for file in /var/lib/sextant/evidence/*.json; do
    name=${file##*/}
    [ ! -e "$file" ] || [ -n "$(inspect '{{.Id}}' "${name%.json}")" ] || rm -f "$file"
done

# Newest first, as Docker lists them; an image in use stays.
images=$(docker image ls --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}@{{.Digest}}' "$repository")
printf '%s\n' "$images" | awk 'NF && !seen[$1]++ { print $1 }' | tail -n "+$((keep + 1))" |
    while read -r id; do
        using=$(engine GET "/containers/json?all=true&limit=1" --get --data-urlencode "filters={\"ancestor\":[\"$id\"]}" 2>/dev/null)
        [ "$using" = '[]' ] || continue
        # By its tags, each of which holds it; by its digest where it has none.
        printf '%s\n' "$images" | awk -v id="$id" '$1 == id {
            if (sub(/:<none>@/, "@", $2)) print ($2 ~ /@<none>$/ ? id : $2)
            else { sub(/@.*/, "", $2); print $2 }
        }' | while read -r reference; do engine DELETE "/images/$reference" >/dev/null 2>&1; done
    done
exit 0
