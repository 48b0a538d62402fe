#!/bin/sh
# handshake timeout=SECONDS path=PATH host=NAME [host=NAME ...]
#
# Asks the proxy for a page of each name over TLS, as a first visitor would, so that it gets the certificate now and nobody waits
# for it. Prints a line a name, with tabs: NAME ADDRESSES STATE SAID STATUS SERVER. ADDRESSES are what DNS gives for the name on this
# host; STATE is good, unasked (no address, and each try counts against Let's Encrypt's limits), late or failed; SAID is what the
# proxy logged of this handshake; STATUS and SERVER are what answers at port 80 of the name, 0 for nobody.
# A certificate that is not there is no failure of this verb.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"

timeout=60 path=/ hosts=''
for word; do
    case $word in
    timeout=*) timeout=${word#*=} ;;
    path=*) path=${word#*=} ;;
    host=*) hosts="$hosts ${word#*=}" ;;
    *) fail "handshake: unknown word $word" ;;
    esac
done
[ -n "$hosts" ] || fail "handshake: host= is missing"
running "$proxy" || fail "the proxy does not run on this host"
to=$(address "$proxy")
[ -n "$to" ] || fail "the proxy is not on the network of the apps"
dir=$(mktemp -d /run/sextant-handshake.XXXXXX) || exit 1
trap 'rm -rf "$dir"' EXIT
ends=$(($(date +%s) + timeout))

# shake NAME: one handshake, until the time is up; sets shaken (its seconds), code and port. The answer of the app does not count.
shake() {
    left=$((ends - $(date +%s)))
    [ "$left" -ge 1 ] || left=1
    answer=$(curl --silent --insecure --noproxy '*' --max-time "$left" --connect-to "::$to:443" --output /dev/null \
        --user-agent sextant-handshake --write-out '%{time_appconnect} %{exitcode} %{local_port}' "https://$1$path")
    read -r shaken code port <<END
$answer
END
}

# said PORT: what the proxy logged of the handshake from this port of ours.
said() {
    docker logs --since "$begun" "$proxy" 2>&1 |
        sed -n "s/.*\"msg\":\"http: TLS handshake error from [^ ]*:$1: \\(.*\\)\"}\$/\\1/p" | tail -n 1 | tr '\t' ' ' | cut -c1-900
}

# ask NAME: the line of one name.
ask() {
    found=$(getent ahosts "$1" | awk '!seen[$1]++ { print $1 }' | head -n 20 | paste -s -d , -)
    if [ -z "$found" ]; then
        printf '%s\t\tunasked\t\t0\t\n' "$1"
        return
    fi
    while :; do
        begun=$(date +%s)
        shake "$1"
        if [ "${shaken%.*}${shaken#*.}" -gt 0 ]; then
            printf '%s\t%s\tgood\t\t0\t\n' "$1" "$found"
            return
        fi
        [ "$code" -ne 28 ] || break
        # The proxy's lines take a moment to Docker.
        sleep 0.3
        why=$(said "$port")
        # For a minute after a failure the proxy does not try again, and says this alone (autocert.go, createCertRetryAfter).
        case $why in *'missing certificate'*) ;; *) break ;; esac
        [ $(($(date +%s) + 5)) -lt "$ends" ] || break
        sleep 5
    done
    state=failed
    if [ "$code" -eq 28 ]; then
        state=late
        why=$(docker logs --since "$(($(date +%s) - 3600))" "$proxy" 2>&1 |
            sed -n 's/.*"msg":"http: TLS handshake error from [^ ]*: \(.*acme:error:rateLimited.*\)"}$/\1/p' | tail -n 1 | cut -c1-900)
    fi
    at80=$(curl --silent --noproxy '*' --max-time 5 --output /dev/null --dump-header "$dir/$1" --write-out '%{http_code}' \
        "http://$1/.well-known/acme-challenge/sextant")
    server=$(sed -n 's/\r$//; s/^[Ss]erver: *//p' "$dir/$1" 2>/dev/null | head -n 1 | tr '\t' ' ' | cut -c1-60)
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$found" "$state" "$why" "$((1$at80 - 1000))" "$server"
}

for host in $hosts; do
    ask "$host" >"$dir/line.$host" &
done
wait
for host in $hosts; do cat "$dir/line.$host"; done
