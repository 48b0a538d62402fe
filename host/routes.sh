#!/bin/sh
# routes [stack=PROJECT/STACK]: what the proxy of this host serves, a line a service: SERVICE TARGET. No proxy serves nothing. For a stack, a
# service that the proxy has by another name has the one that the program has for it.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/rollout.sh
. "${0%/*}/lib/rollout"

stack=''
for word; do
    case $word in
    stack=*) stack=${word#*=} ;;
    *) fail "routes: unknown word $word" ;;
    esac
done

running "$proxy" || exit 0
names=$([ -z "$stack" ] || for file in "$(names_of "$stack")"/*; do [ ! -s "$file" ] || printf '%s %s\n' "$(cat "$file")" "${file##*/}"; done)
routes | NAMES=$names awk '
    BEGIN { count = split(ENVIRON["NAMES"], list, "\n"); for (i = 1; i <= count; i++) { split(list[i], part, " "); name[part[1]] = part[2]; taken[part[2]] = 1 } }
    NR > 1 && NF >= 4 && $1 in name { print name[$1], $4; next }
    NR > 1 && NF >= 4 && !($1 in taken) { print $1, $4 }'
