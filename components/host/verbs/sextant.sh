#!/bin/sh
# sextant VERB [WORD=VALUE ...]: runs a verb by hand, as the commands of a deploy do.
set -eu
here=$(dirname "$(readlink -f "$0")")
if [ $# -eq 0 ] || [ ! -x "$here/$1" ]; then
    printf 'usage: sextant VERB [WORD=VALUE ...]\nverbs: %s\n' \
        "$(cd "$here" && printf '%s ' [a-z]* | sed -E 's/ (common|evidence(-[a-z]+)?|probe|sextant)\b//g')" >&2
    exit 2
fi
verb=$1
shift
exec "$here/$verb" "$@"
