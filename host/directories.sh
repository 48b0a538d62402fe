#!/bin/sh
# directories path=PATH [mode=MODE] [owner=USER[:GROUP]] [path=PATH ...]
#
# Makes directories of this host for what mounts them, with a mode and an owner; what is in one stays as it is. Directories above it
# that are not there yet are made, too, with those of root. A path that is something else is refused before anything is made.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"

path=''
for word; do
    case $word in
    path=/*)
        path=${word#*=}
        [ ! -e "$path" ] || [ -d "$path" ] ||
            fail "$path is no directory, and nothing of it was changed; give another path, or mount it by volumes."
        ;;
    mode=* | owner=*) [ -n "$path" ] || fail "directories: path= has to come before $word" ;;
    *) fail "directories: unknown word $word" ;;
    esac
done
[ -n "$path" ] || fail "directories: path= is missing"

umask 022
for word; do
    value=${word#*=}
    case $word in
    path=*)
        path=$value
        mkdir -p -- "$path" || fail "the directory $path cannot be made."
        ;;
    # With fewer digits, chmod would leave what a directory has of setuid and setgid.
    mode=*) chmod -- "00$value" "$path" || fail "the directory $path does not get the mode $value." ;;
    owner=*) chown -- "$value" "$path" || fail "the directory $path does not get the owner $value." ;;
    esac
done
