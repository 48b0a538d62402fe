#!/bin/sh
# assets directory=PATH release=NAME image=IMAGE path=PATH
# assets directory=PATH remove
#
# Puts the assets of an image, what it has at `path`, where the containers of its release mount them, beside those of the role's other
# releases, and the other way round: whichever release a page is of, and whichever release a container is of, the page finds its assets in
# the container. What containers have mounted is only added to. Running it again, or after it was cut off anywhere, ends in the same
# state; `prune` takes away what is of no use any more. With the word remove all of the role goes, but for
# what a container has mounted.
set -eu
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/assets.sh
. "${0%/*}/lib/assets"

directory='' release='' image='' inside='' remove=''
for word; do
    case $word in
    directory=*) directory=${word#*=} ;;
    release=*) release=${word#*=} ;;
    image=*) image=${word#*=} ;;
    path=*) inside=${word#*=} ;;
    remove) remove=yes ;;
    *) fail "assets: unknown word $word" ;;
    esac
done
case $directory in
*/assets/?*) ;;
*) fail "assets: directory= is missing, or is none of assets" ;;
esac
if [ -n "$remove" ]; then
    [ -d "$directory" ] || exit 0
    containers=$(engine GET /containers/json --get --data all=true 2>&1)
    case $containers in
    '['*']') ;;
    *) fail "Docker does not list its containers, so that no assets in $directory were removed, which one may have mounted: $(printf '%s' "$containers" | cut -c1-300)" ;;
    esac
    mounted=''
    for each in "$directory"/*/; do
        each=${each%/}
        case $containers in *"\"$each/served\""*) mounted=yes ;; *) rm -rf "$each" ;; esac
    done
    [ -n "$mounted" ] || rm -rf "$directory"
    exit 0
fi
if [ -z "$release" ] || [ -z "$image" ] || [ -z "$inside" ]; then fail "assets: release=, image= or path= is missing"; fi

umask 022
mkdir -p "$directory"
exec 9>"$directory/lock"
flock --timeout 120 9 || fail "something else is at the assets in $directory for 120s; run pulumi up again"
here=$directory/$release
new=$here/new
id=$(docker image inspect --format '{{.Id}}' "$image" 2>/dev/null) ||
    fail "the image $image is not on this host any more; run pulumi up again"

# A container that is never started: Docker gives files out of containers alone. One that was left by a run that was killed has its name.
box=sextant-assets-$(printf '%s' "$directory" | sha256sum | cut -c 1-12)
clean() {
    engine DELETE "/containers/$box?force=true&v=true" --output /dev/null || true
    rm -rf "$new"
}

# extract: the files of the image into a directory of their own. Nothing in them is believed: links, devices and owners are left out, and
# what a container may do with its own is not done here.
extract() {
    clean
    trap clean EXIT
    mkdir -p "$new/own"
    answer=$(printf '{"Image":"%s","Cmd":["-"],"Entrypoint":["-"]}' "$image" |
        engine POST "/containers/create?name=$box" --header 'Content-Type: application/json' --data-binary @- --write-out '\n%{http_code}' 2>&1) || true
    case $answer in *'
201') ;; *) fail "Docker makes no container of $image to read its assets from: $(printf '%s' "$answer" | tr '\n' ' ' | cut -c1-300)" ;; esac
    code=$(engine GET "/containers/$box/archive" --get --data-urlencode "path=${inside%/}/." --output "$new/tar" --write-out '%{http_code}') || code=none
    case $code in
    200) ;;
    404) fail "the image $image has no directory $inside, where assetPath says that its assets are; build them into the image (RUN bin/rails assets:precompile), or name the directory that has them" ;;
    none) fail "Docker did not give the assets of $image out whole, as where the disk is full; run pulumi up again" ;;
    *) fail "Docker does not give out $inside of $image: $(head -c 300 "$new/tar" | tr '\n' ' ')" ;;
    esac
    tar -x -f "$new/tar" -C "$new/own" --strip-components=1 --no-same-owner --no-same-permissions ||
        fail "the assets of $image could not be written to $directory"
    # A link to a file among them is that file.
    find "$new/own" -type l | while IFS= read -r link; do
        file=$(readlink -f "$link") || file=''
        case $file in
        "$new/own"/*) if [ -f "$file" ]; then ln -f "$file" "$link.new" && mv -f "$link.new" "$link"; fi ;;
        esac
    done
    find "$new/own" \( ! -type f ! -type d -o -name '*
*' \) -prune -exec rm -rf {} +
    find "$new/own" -type d -exec chmod 755 {} +
    find "$new/own" -type f -exec chmod 644 {} +
    [ -n "$(find "$new/own" -type f | head -n 1)" ] ||
        fail "the directory $inside of the image $image has no files in it, and assetPath says that its assets are there; build them into the image (RUN bin/rails assets:precompile), or name the directory that has them"
    rm -rf "$here/of" "$here/own"
    mv "$new/own" "$here/own"
    printf '%s\n' "$id" "$inside" >"$here/of.new"
    mv "$here/of.new" "$here/of"
}

# The same tag may be another image by now.
if [ "$(head -n 1 "$here/of" 2>/dev/null)" != "$id" ]; then extract; fi
fill "$here"
# For a clean-up by hand: it is about to be used.
touch "$here/of"
releases_in "$directory" | while read -r other; do
    if [ "$other" = "$here" ] || [ "$(sed -n 2p "$other/of")" != "$inside" ]; then continue; fi
    mkdir -p "$other/served"
    share "$other" "$here" || exit 1
    share "$here" "$other" || exit 1
done
