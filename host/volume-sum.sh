#!/bin/sh
# volume-sum VOLUME
#
# Prints a checksum of all that is in a Docker volume, content, owners, permissions and links, and how many files there are.
set -u
# shellcheck source=lib/volume-place.sh
. "${0%/*}/lib/volume-place"

place=$(volume_place "$1") || exit 1
cd "$place" || exit 1
{
    find . -printf '%P %y %m %U %G %l\0' | LC_ALL=C sort -z
    find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum
} | sha256sum | cut -d ' ' -f 1
find . -type f -printf . | wc -c
