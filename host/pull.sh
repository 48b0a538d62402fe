#!/bin/sh
# pull image=REFERENCE [for=OWNER]
#
# Brings an image to this host. One that is there is left as it is. The login comes on standard input, in the form of Docker's
# API, so that it is in no argument list and in no file; the word `insecure` behind it says that it may go to a registry
# without TLS. With an owner no clean-up of another one takes the image before a container has it.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/evidence.sh
. "${0%/*}/lib/evidence"
# shellcheck source=lib/images.sh
. "${0%/*}/lib/images"
# shellcheck source=lib/registries.sh
. "${0%/*}/lib/registries"

image='' owner=''
for word; do
    case $word in
    image=*) image=${word#*=} ;;
    for=*) owner=${word#*=} ;;
    *) fail "pull: unknown word $word" ;;
    esac
done
[ -n "$image" ] || fail "pull: image= is missing"
auth='' manner=''
read -r auth manner || auth=${auth:-}

# there: true when the image is on this host.
there() {
    [ "$(engine GET "/images/$image/json" --output /dev/null --write-out '%{http_code}' 2>/dev/null)" = 200 ]
}

# downloading: passes Docker's answer on, and says every other second how much of it has come. Docker tells of each layer by itself, and of
# one only from its beginning on, so that the sum may grow.
downloading() {
    awk '
        function number(name, text) {
            return match(text, "\"" name "\":[0-9]+") ? substr(text, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : 0
        }
        { print }
        /"status":"Downloading"/ && match($0, /"id":"[^"]*"/) {
            layer = substr($0, RSTART, RLENGTH)
            come[layer] = number("current", $0)
            whole[layer] = number("total", $0)
        }
        /"status":"Download complete"/ && match($0, /"id":"[^"]*"/) { come[substr($0, RSTART, RLENGTH)] = whole[substr($0, RSTART, RLENGTH)] }
        {
            # Twice: it answers with the time of the call before.
            srand()
            now = srand()
            if (now < said + 2) next
            has = all = 0
            for (layer in whole) { has += come[layer]; all += whole[layer] }
            if (all == 0) next
            said = now
            printf "\036pulls the image: %d of %d MB\n", has / 1000000, all / 1000000 | "cat 1>&2"
            close("cat 1>&2")
        }'
}

[ -z "$owner" ] || want "$owner" "$image" || fail "could not note in $given that $owner needs $image"
if there; then
    knows "$image" || remember "$image" || fail "could not note in $given that $image is here"
    exit 0
fi

registry=docker.io
case $image in */*) case ${image%%/*} in *.* | *:* | localhost) registry=${image%%/*} ;; esac ;; esac
if [ -n "$auth" ] && [ "$manner" != insecure ]; then
    why=$(unsafe "$registry") || exit 1
    [ -z "$why" ] || fail "the login for $registry was not sent: $why"
fi

# The tag or digest by itself, as the API wants them.
case ${image##*/} in
*@*) repository=${image%%@*} tag=${image#*@} ;;
*:*) repository=${image%:*} tag=${image##*:} ;;
*) repository=$image tag=latest ;;
esac
# The answer is a line of JSON for each step; the last one that is an error says why.
answer=$(
    printf 'X-Registry-Auth: %s\n' "${auth:-e30=}" |
        engine POST /images/create --header @- --get --data-urlencode "fromImage=$repository" \
            --data-urlencode "tag=$tag" 2>&1 | downloading | grep -e '"error"' -e '"message"' -e '^curl:' | tail -n 1
)
if there; then
    remember "$image" || fail "could not note in $given that $image has come"
    exit 0
fi
said=$(printf '%s' "$answer" | sed -n 's/.*"\(message\|error\)":"\(.*\)/\2/p' | sed 's/"[,}].*$//; s/\\"/"/g; s/\\n/ /g')
evidence pull command-failed image="$image" error="${said:-${answer:-Docker gave no reason}}"
exit 1
