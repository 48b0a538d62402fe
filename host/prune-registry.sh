#!/bin/sh
# prune-registry container=NAME keep=N repository=PATH [repository=PATH ...]
#
# Of each repository in a registry on this host, keeps the N tags that were pushed last, and frees what no tag has any more. Prints the
# bytes that it has freed. The registry goes on serving. Nobody may push meanwhile: of a push that is under way, what has come has no
# tag yet, and would be freed (docs of distribution, about/garbage-collection).
set -eu
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"

container='' repositories='' keep=''
for word; do
    case $word in
    container=*) container=${word#*=} ;;
    repository=*) repositories="$repositories ${word#*=}" ;;
    keep=*) keep=${word#*=} ;;
    *) fail "prune-registry: unknown word $word" ;;
    esac
done
[ -n "$container" ] || fail "prune-registry: container= is missing"
[ -n "$repositories" ] || fail "prune-registry: repository= is missing"
case $keep in '' | *[!0-9]* | 0) fail "prune-registry: keep= is no number of tags" ;; esac
running "$container" || fail "the registry's container $container does not run on this host; run pulumi up --refresh"

# Of each tag the registry has a directory, whose link is written when it is pushed (distribution registry/storage/paths.go).
# shellcheck disable=SC2086 # a repository is a word
docker exec -i "$container" sh -eu -s "$keep" $repositories <<'END'
root=/var/lib/registry
keep=$1
shift
used() { du -sk "$root" | cut -f1; }
before=$(used) found=''
for repository; do
    tags=$root/docker/registry/v2/repositories/$repository/_manifests/tags
    [ -d "$tags" ] || continue
    for link in $(cd "$tags" && ls -1t -- */current/link | tail -n "+$((keep + 1))"); do
        rm -rf "${tags:?}/${link%%/*}"
        found=yes
    done
done
[ -n "$found" ] || { echo 0; exit 0; }
# Version 2 takes the parts of an image for several platforms for what no tag has.
said=$(registry garbage-collect --delete-untagged /etc/sextant/registry.yml 2>&1 >/dev/null) || {
    printf '%s\n' "$said" | tail -n 3 >&2
    exit 1
}
echo $(((before - $(used)) * 1024))
END
