#!/bin/sh
# certificate directory=PATH
#
# Puts a certificate (cert.pem) and its key (key.pem) where the proxy reads them. Standard input holds both, base64,
# a line each. The directory is named after the certificate, so that a new one never overwrites the one that serves.
set -eu
# shellcheck source=common.sh
. "${0%/*}/common"

directory=''
for word; do
    case $word in
    directory=*) directory=${word#*=} ;;
    *) fail "certificate: unknown word $word" ;;
    esac
done
[ -n "$directory" ] || fail "certificate: directory= is missing"
if ! { read -r cert && read -r key; }; then fail "certificate: standard input needs two lines"; fi

umask 077
mkdir -p "$directory"
printf '%s' "$cert" | base64 -d >"$directory/cert.pem"
printf '%s' "$key" | base64 -d >"$directory/key.pem"
# The proxy runs as its own user; the directory is mounted into it read-only.
owner=$(stat -c %u "/proc/$(inspect '{{.State.Pid}}' "$proxy")")
chmod 755 "$(dirname "$directory")" "$directory"
chown "$owner" "$directory/cert.pem" "$directory/key.pem"
chmod 400 "$directory/cert.pem" "$directory/key.pem"
