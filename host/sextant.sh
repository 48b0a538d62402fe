#!/bin/sh
# sextant VERB [WORD=VALUE ...]: runs a verb by hand, as the commands of a deploy do.
set -eu
here=$(dirname "$(readlink -f "$0")")
if [ $# -eq 0 ] || [ ! -f "$here/$1" ]; then
    printf 'usage: sextant VERB [WORD=VALUE ...]\nverbs: %s\n' \
        "$(cd "$here" && find . -type f ! -name sextant ! -path './lib/*' | sed 's,^\./,,' | sort | tr '\n' ' ')" >&2
    exit 2
fi
verb=$1
shift
exec "$here/$verb" "$@"
