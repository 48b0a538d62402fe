#!/bin/sh
# volume-in VOLUME
#
# Says `ready`, and fills a Docker volume from a tar archive on standard input. A volume with anything in it is refused, but for what an
# earlier try left there that was cut off: the mark is beside the data, and goes when the volume is next copied from here.
set -u
# shellcheck source=lib/volume-place.sh
. "${0%/*}/lib/volume-place"

place=$(volume_place "$1") || exit 1
mark=${place%/_data}/sextant-copy
if [ ! -e "$mark" ] && [ -n "$(find "$place" -mindepth 1 -print -quit)" ]; then
    echo "the volume $1 has data in it already" >&2
    exit 1
fi
: >"$mark" || exit 1
find "$place" -mindepth 1 -delete || exit 1
echo ready
tar --extract --preserve-permissions --same-owner --numeric-owner --xattrs --acls --directory "$place" || exit 1
sync -f "$place"
