#!/bin/sh
# trust-registry address=NAME:PORT ip=ADDRESS [timeout=SECONDS] | address=NAME:PORT remove
#
# Lets this host's Docker use a registry on one of the program's servers: says in /etc/hosts where its name is, puts the certificates where
# Docker looks for those of that name, for each pull and push anew (moby registry/registry.go, loadTLSConfig), and asks the registry with
# them. Standard input holds them, a line each: NAME BASE64, for ca.crt, client.cert and client.key. With the word remove all of it goes.
set -eu
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"

address='' ip='' timeout=30 remove=''
for word; do
    case $word in
    address=*) address=${word#*=} ;;
    ip=*) ip=${word#*=} ;;
    timeout=*) timeout=${word#*=} ;;
    remove) remove=yes ;;
    *) fail "trust-registry: unknown word $word" ;;
    esac
done
case $address in
*/* | .* | '') fail "trust-registry: address= is missing, or is no address" ;;
*:*) ;;
*) fail "trust-registry: address= has no port" ;;
esac
etc=${SEXTANT_ETC:-/etc}
directory=$etc/docker/certs.d/$address
name=${address%:*}

# names [LINE]: the registry's line in the table of hosts is this one, or none. cloud-init writes that table anew at each boot from a
# template, where it is told to; its own comment there says that lasting changes belong into the template.
names() {
    for table in "$etc/hosts" "$etc"/cloud/templates/hosts.*.tmpl; do
        [ -f "$table" ] || continue
        kept=$(awk -v name="$name" '$2 != name || $4 != "sextant"' "$table" && echo .)
        # In its place: it may be mounted there.
        printf '%s%s' "${kept%.}" "${1:+$1
}" >"$table"
    done
}

if [ -n "$remove" ]; then
    names
    rm -rf "$directory" "$directory.new"
    exit 0
fi

case $ip in '' | *[!0-9a-f.:]*) fail "trust-registry: ip= is missing, or is no address" ;; esac
umask 077
new=$directory.new
rm -rf "$new"
mkdir -p "$new"
while read -r file content; do
    case $file in
    ca.crt | client.cert | client.key) printf '%s' "$content" | base64 -d >"$new/$file" ;;
    *) fail "trust-registry: $file is none of the files that Docker reads" ;;
    esac
done
for file in ca.crt client.cert client.key; do
    [ -s "$new/$file" ] || fail "trust-registry: standard input has no $file"
done
# A pull may be under way, with what is there: each file is replaced whole.
mkdir -p "$directory"
mv -f "$new"/* "$directory"
rmdir "$new"
names "$ip $name # sextant"

# By its own names: in a certificate's path curl takes what follows a colon for a password.
cd "$directory"
ends=$(($(date +%s) + timeout))
until said=$(curl --silent --show-error --fail --noproxy '*' --max-time 5 --output /dev/null --cacert ./ca.crt \
    --cert ./client.cert --key ./client.key "https://$address/v2/" 2>&1); do
    [ "$(date +%s)" -lt "$ends" ] ||
        fail "the registry at $address does not answer this host within ${timeout}s: $said. See docker logs of its container, and whether both servers are in one private network"
    sleep 1
done
