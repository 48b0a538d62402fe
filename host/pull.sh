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
            --data-urlencode "tag=$tag" 2>&1 | grep -e '"error"' -e '"message"' -e '^curl:' | tail -n 1
)
if there; then
    remember "$image" || fail "could not note in $given that $image has come"
    exit 0
fi
said=$(printf '%s' "$answer" | sed -n 's/.*"\(message\|error\)":"\(.*\)/\2/p' | sed 's/"[,}].*$//; s/\\"/"/g; s/\\n/ /g')
evidence pull command-failed image="$image" error="${said:-${answer:-Docker gave no reason}}"
exit 1
