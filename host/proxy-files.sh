#!/bin/sh
# proxy-files directory=PATH [remove]
#
# Puts files where the proxy reads them: a certificate with its key, or error pages. Standard input holds them, a line each: NAME BASE64.
# The directory is named after their content, so that new ones never overwrite those that serve; the switch to the new ones takes
# the old ones away. With the word remove the directory goes, keys and all; one that a route of this host names stays, since the proxy loads
# none of its routes where the files of one are missing (kamal-proxy v0.9.2 internal/server/router.go RestoreLastSavedState).
set -eu
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/rollout.sh
. "${0%/*}/lib/rollout"

directory='' remove=''
for word; do
    case $word in
    directory=*) directory=${word#*=} ;;
    remove) remove=yes ;;
    *) fail "proxy-files: unknown word $word" ;;
    esac
done
case $directory in
*/tls/?* | */error-pages/?*) ;;
*) fail "proxy-files: directory= is missing, or is none of the proxy's" ;;
esac
if [ -n "$remove" ]; then
    rm -rf "$directory.new"
    grep -rqF "$directory" "$kept/routes" 2>/dev/null || rm -rf "$directory"
    exit 0
fi
running "$proxy" || fail "the proxy does not run on this host, so that nobody is there to read its files; run pulumi up --refresh"

umask 077
new=$directory.new
rm -rf "$new"
mkdir -p "$new"
while read -r name content; do
    case $name in '' | .* | */*) fail "proxy-files: $name is no name of a file" ;; esac
    printf '%s' "$content" | base64 -d >"$new/$name"
done
[ -n "$(ls "$new")" ] || fail "proxy-files: standard input has no files"
# The proxy runs as its own user; the directory is mounted into it read-only. A user of this host with the same number finds
# the way shut further up, where the container does not come along.
owner=$(stat -c %u "/proc/$(inspect '{{.State.Pid}}' "$proxy")")
kind=$(dirname "$directory")
chmod 755 "$kind" "$(dirname "$kind")" "$new"
case $kind in /var/lib/sextant/proxy/*) chmod 700 /var/lib/sextant ;; esac
chown "$owner" "$new"/*
chmod 400 "$new"/*
# What is there already may serve: each file is replaced whole.
mkdir -p "$directory"
chmod 755 "$directory"
mv -f "$new"/* "$directory"
rmdir "$new"
