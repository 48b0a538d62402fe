#!/bin/sh
# certificate directory=PATH [remove]
#
# Puts a certificate (cert.pem) and its key (key.pem) where the proxy reads them. Standard input holds both, base64,
# a line each. The directory is named after the certificate, so that a new one never overwrites the one that serves; the
# switch to the new one takes the old one away. With the word remove the directory goes, key and all.
set -eu
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"

directory='' remove=''
for word; do
    case $word in
    directory=*) directory=${word#*=} ;;
    remove) remove=yes ;;
    *) fail "certificate: unknown word $word" ;;
    esac
done
case $directory in
*/tls/?*) ;;
*) fail "certificate: directory= is missing, or is not one of a certificate" ;;
esac
if [ -n "$remove" ]; then
    rm -rf "$directory"
    exit 0
fi
if ! { read -r cert && read -r key; }; then fail "certificate: standard input needs two lines"; fi
running "$proxy" || fail "the proxy does not run on this host, so that nobody is there to read the certificate; run pulumi up --refresh"

umask 077
new=$directory.new
rm -rf "$new"
mkdir -p "$new"
printf '%s' "$cert" | base64 -d >"$new/cert.pem"
printf '%s' "$key" | base64 -d >"$new/key.pem"
# The proxy runs as its own user; the directory is mounted into it read-only. A user of this host with the same number finds
# the way shut further up, where the container does not come along.
owner=$(stat -c %u "/proc/$(inspect '{{.State.Pid}}' "$proxy")")
tls=$(dirname "$directory")
chmod 755 "$tls" "$(dirname "$tls")" "$new"
[ "$tls" != /var/lib/sextant/proxy/tls ] || chmod 700 /var/lib/sextant
chown "$owner" "$new/cert.pem" "$new/key.pem"
chmod 400 "$new/cert.pem" "$new/key.pem"
# What is there already may serve: each file is replaced whole.
mkdir -p "$directory"
chmod 755 "$directory"
mv -f "$new/key.pem" "$new/cert.pem" "$directory"
rmdir "$new"
