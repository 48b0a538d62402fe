#!/bin/sh
# pull image=REFERENCE
#
# Brings an image to this host. One that is there is left as it is. The credentials come on standard input, in the form of
# Docker's API, so that they are in no argument list and in no file.
set -u
# shellcheck source=common.sh
. "${0%/*}/common"
# shellcheck source=evidence.sh
. "${0%/*}/evidence"

image=''
for word; do
    case $word in
    image=*) image=${word#*=} ;;
    *) fail "pull: unknown word $word" ;;
    esac
done
[ -n "$image" ] || fail "pull: image= is missing"

# there: true when the image is on this host.
there() {
    [ "$(engine GET "/images/$image/json" --output /dev/null --write-out '%{http_code}' 2>/dev/null)" = 200 ]
}
! there || exit 0
read -r auth || auth=${auth:-}

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
! there || exit 0
said=$(printf '%s' "$answer" | sed -n 's/.*"\(message\|error\)":"\(.*\)/\2/p' | sed 's/"[,}].*$//; s/\\"/"/g; s/\\n/ /g')
evidence pull command-failed image="$image" error="${said:-${answer:-Docker gave no reason}}"
exit 1
