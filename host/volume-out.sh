#!/bin/sh
# volume-out VOLUME [CONTAINER...]
#
# Prints a Docker volume as a tar archive while nobody writes to it: the containers are stopped, and stay so only when `finished` comes on
# standard input. Where anything else comes, or nothing more since the client was cut off, those that ran are started again.
set -u
# shellcheck source=lib/volume-place.sh
. "${0%/*}/lib/volume-place"

volume=$1
shift
place=$(volume_place "$volume") || exit 1
stopped=''
again() {
    for container in $stopped; do docker start "$container" >/dev/null; done
}
trap again EXIT
trap 'exit 1' HUP INT TERM PIPE
for container in "$@"; do
    [ "$(docker inspect --type container --format '{{.State.Running}}' "$container" 2>/dev/null)" = true ] || continue
    # Known before it stops, so that a cut in between starts it again.
    stopped="$stopped $container"
    docker stop --time 300 "$container" >/dev/null || exit 1
done
# What was brought here once is what others may be given now.
rm -f "${place%/_data}/sextant-copy"
tar --create --numeric-owner --xattrs --acls --sparse --directory "$place" . || exit 1
word=""
read -r word
[ "$word" = finished ] || exit 1
stopped=''
