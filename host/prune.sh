#!/bin/sh
# prune role=LABEL wait=SECONDS keep=COUNT [for=OWNER] repository=REPOSITORY container=NAME [container=NAME ...] [assets=DIRECTORY] [images] [hand|look|left]
#
# After the last switch: waits until all that is old has drained and stopped, then removes the other containers of the role (of failed
# releases, of deploys that were killed), and images of the repository beyond the `keep` that this host got last: none that a
# container uses, and none that another release is about to use. Where the proxy serves another container of the role it removes
# nothing and says so. The owner's release has what it needs: what was noted that it is about to use counts no more. Of the assets of the
# role those of the last `keep` releases stay, the one before this among them whatever `keep` is: pages of it are open still.
#
# With the word images no container goes: the role has none of its own by now, as one with a schedule, and those that it had before are
# Pulumi's, which stops them in their time and takes their routes away after this.
#
# With the word hand it is no release that has ended, and another may be under way: of what it may be about to use it removes nothing, which
# is what runs, and what came within the hour. With look it removes nothing at all. It says what goes, a line each: WHAT NAME BYTES. The bytes of an image
# are those of all its layers, of which others may have some. With left it looks for other containers of the role alone, as a run that was
# cut off may have made one that no state knows, and says them; what is drained and stopped just now is none.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/rollout.sh
. "${0%/*}/lib/rollout"
# shellcheck source=lib/images.sh
. "${0%/*}/lib/images"
# shellcheck source=lib/assets.sh
. "${0%/*}/lib/assets"
# shellcheck source=lib/parts.sh
. "${0%/*}/lib/parts"

role='' wait=120 keep=3 owner='' repository='' containers='' assets='' images_only='' hand='' look='' left_only=''
while [ $# -gt 0 ]; do
    case $1 in
    role=*) role=${1#*=} ;;
    keep=*) keep=${1#*=} ;;
    for=*) owner=${1#*=} ;;
    wait=*) wait=${1#*=} ;;
    repository=*) repository=${1#*=} ;;
    container=*) containers="$containers ${1#*=}" ;;
    assets=*) assets=${1#*=} ;;
    images) images_only=yes ;;
    hand) hand=yes ;;
    look) hand=yes look=yes ;;
    left) left_only=yes ;;
    *) fail "prune: unknown word $1" ;;
    esac
    shift
done
if [ -z "$containers" ] || [ -z "$role" ]; then fail "prune: role= or container= is missing"; fi

lock=$(switching "$role")

# beside: the other containers of the role, a line each, but for those that another service takes over yet.
beside() {
    # shellcheck disable=SC2046,SC2086 # names have no blanks
    [ -n "$images_only" ] || roles | awk -v role="$role" '$2 == role { print $1 }' | without $containers $(cat "$lock.stay" 2>/dev/null)
}
if [ -n "$left_only" ]; then
    # shellcheck disable=SC2046 # names have no blanks
    beside | without $(ending "$role") | sed 's/.*/container & 0/'
    exit 0
fi

draining=$(ending "$role" | sort -u | grep -c .)
[ "$draining" -eq 0 ] || doing "waits for old containers to drain and stop: $draining now, ${wait}s at most"
flock --timeout "$wait" "$lock" true ||
    fail "the old containers of $role still drain or stop after ${wait}s; they serve no new requests (docker ps --filter label=sextant.role=$role)"
if [ -z "$hand" ] && [ -s "$lock.drains.failed" ]; then
    said=$(head -c 300 "$lock.drains.failed")
    rm -f "$lock.drains.failed"
    fail "the old containers of $role could not be stopped: $said"
fi

[ -n "$hand" ] || rm -f "$lock.old"

others=$(beside)

# rested: the containers that have not run for long, as far as is known, a line each.
rested() {
    engine GET /containers/json --get --data all=true 2>/dev/null | sed 's/},{"Id":"/},\n{"Id":"/g' |
        sed -n 's/.*"Names":\["\/\([^"]*\)".*"Created":\([0-9]*\).*"State":"\([^"]*\)".*/\1 \2 \3/p' |
        awk -v now="$(date +%s)" '($3 == "exited" || $3 == "created" || $3 == "dead") && now - $2 > 3600 { print $1 }'
}
if [ -n "$hand" ] && [ -n "$others" ]; then others=$(printf '%s\n' "$others" | grep -Fx -e "$(rested)"); fi

# A deploy of which nobody waits for the end, or a second copy of the state, may have won the last switch.
if [ -n "$others" ] && running "$proxy"; then
    routes=$(routes)
    [ -n "$routes" ] || fail "the proxy does not say what it serves (docker exec $proxy kamal-proxy list), so that no container of $role was removed; run pulumi up again"
    # A canary's visitors are not in that list. What does not run serves none.
    now='' run=$(roles | awk -v role="$role" '$2 == role && ($3 == "running" || $3 == "restarting" || $3 == "paused") { print $1 }')
    if printf '%s\n' "$others" | grep -qFx -e "$run" && [ -n "$(printf '%s\n' "$routes" | serving)" ]; then
        now=$(parts "$proxy") || fail "the proxy does not say which canaries have visitors (docker exec $proxy ls -l /home/kamal-proxy/.config/kamal-proxy), so that no container of $role was removed; run pulumi up again"
    fi
    targets=,$({
        printf '%s\n' "$routes" | awk '{ print $4 }'
        printf '%s\n' "$now" | awk '$3 != "-" { print $2 }'
    } | tr '\n' ',')
    serving=''
    for name in $others; do
        case $targets in *",$name:"*) serving="$serving $name" ;; esac
    done
    [ -z "$serving" ] ||
        fail "the proxy serves$serving and not$containers of $role: another deploy ran at the same time, or one that was cut off went on. Nothing was removed; pulumi up --refresh gives this release the traffic again"
fi

# removed PATH [ALSO]: takes something away by Docker's API. That it is gone already, or ALSO, is right as well; else it is said.
left=''
removed() {
    answer=$(engine DELETE "$1" --write-out '\n%{http_code}' 2>&1)
    case ${answer##*
} in 20? | 404 | "${2:-404}") ;; *) left="$left $1: $(printf '%s' "$answer" | tr '\n' ' ' | cut -c1-200);" ;; esac
}
# 409: it is being removed.
for name in $others; do
    [ -n "$look" ] || removed "/containers/$name?force=true&v=true" 409
    printf 'container %s 0\n' "$name"
done

# The evidence of what is no longer there is of no use to anybody.
for file in "$kept"/evidence/*.json; do
    name=${file##*/}
    [ ! -e "$file" ] || [ -n "$(inspect '{{.Id}}' "${name%.json}")" ] || rm -f "$file"
done
# The same for what is known of checks and of work. The files first: a container may be made meanwhile.
files=$(find "$kept/gates" "$until_boot" -maxdepth 1 -type f \( -path '*/gates/*' -o -name 'gate-*' -o -name 'lease-*' \) 2>/dev/null)
notes=$(find "$kept/work" -type f 2>/dev/null)
# Those of accessories, too, which have no role.
names=$(engine GET /containers/json --get --data all=true 2>/dev/null | sed 's/},{"Id":"/},\n{"Id":"/g' | sed -n 's/.*"Names":\["\/\([^"]*\)".*/\1/p')
if [ -n "$names" ]; then
    for file in $files; do
        name=${file##*/}
        case $file in "$until_boot"/*) name=${name#*-} ;; esac
        printf '%s\n' "$names" | grep -qFx -e "$name" || rm -f "$file"
    done
    for file in $notes; do printf '%s\n' "$names" | grep -qFx -f "$file" || rm -f "$file"; done
fi

[ -z "$owner" ] || unwant "$owner"

# By Docker's API: its command line leaves out images without a tag, or their digests (docker/cli v29.2.1 cli/command/image/list.go).
repository=$(familiar "$repository")
pattern=$(printf '%s' "$repository" | sed 's/[][]/\\\\&/g')
listed=$(engine GET /images/json --get --data-urlencode "filters={\"reference\":[\"$pattern\"]}" 2>&1)
containers=$(engine GET /containers/json --get --data all=true 2>&1)
case $listed$containers in
'['*']['*']') ;;
*) fail "Docker does not list its images and containers: $(printf '%s' "$listed$containers" | cut -c1-300)" ;;
esac
ids=$(printf '%s' "$listed" | grep -o '"Id":"sha256:[0-9a-f]*"' | cut -d '"' -f 4 | sort -u)
# shellcheck disable=SC2086 # one word each
images=${ids:+$(docker image inspect --format '{{.Id}} {{if .Created}}{{.Created}}{{else}}-{{end}}{{range .RepoTags}} {{.}}{{end}}{{range .RepoDigests}} {{.}}{{end}}' $ids 2>/dev/null)}
if [ -n "$ids" ] && [ -z "$images" ]; then fail "Docker lists images of $repository and describes none of them (docker image inspect), so that none was removed; run pulumi up again"; fi

# A line each: what is known of images, and then the images, those that came last first. What came before anything was noted of it
# comes behind all others, by the time of its build.
beyond=$({
    had | sed 's/^/had /'
    wanted | sed 's/^/wanted /'
    printf '%s' "$containers" | grep -o '"ImageID":"sha256:[0-9a-f]*"' | cut -d '"' -f 4 | sed 's/^/used /'
    printf '%s\n' "$images" | sed '/^$/d; s/^/image /'
} | awk -v repository="$repository" '
    $1 == "had" { came[$3] = $2; next }
    $1 == "wanted" { wanted[$2] = 1; next }
    $1 == "used" { used[$2] = 1; next }
    {
        at = 0; stays = $2 in used; tags = ""; digests = ""
        for (i = 4; i <= NF; i++) {
            rest = substr($i, length(repository) + 2)
            if (index($i, repository ":") == 1 && rest !~ /[\/<]/) tags = tags " " $i
            else if (index($i, repository "@") == 1 && rest !~ /[\/<]/) digests = digests " " $i
            else continue
            if (came[$i] + 0 > at) at = came[$i] + 0
            if ($i in wanted) stays = 1
        }
        # Its tags hold its digests too.
        print at, $3, stays ? "stays" : "goes" (tags == "" ? digests : tags)
    }' | sort -k 1,1nr -k 2,2r | tail -n "+$((keep + 1))" | sed -n 's/^[^ ]* [^ ]* goes//p')
# 409: a container has come to use it. What has another name on this host stays by that.
counted=''
for reference in $beyond; do
    known=$(docker image inspect --format '{{.Id}} {{.Size}}' "$reference" 2>/dev/null)
    [ -n "$look" ] || removed "/images/$reference" 409
    bytes=${known#* }
    case $counted in *" ${known%% *} "*) bytes=0 ;; esac
    if [ -z "$look" ] && docker image inspect "${known%% *}" >/dev/null 2>&1; then bytes=0; else counted="$counted ${known%% *} "; fi
    printf 'image %s %s\n' "$reference" "${bytes:-0}"
done

# What has gone is forgotten, whoever took it.
had | while read -r _ reference; do
    case $reference in "$repository":* | "$repository"@*) ;; *) continue ;; esac
    [ "$(engine GET "/images/$reference/json" --output /dev/null --write-out '%{http_code}' 2>/dev/null)" != 404 ] || forget "$reference"
done

if [ -n "$assets" ] && [ -d "$assets" ]; then
    exec 6>"${assets%/*}/lock"
    flock --timeout 60 6 || fail "something else is at the assets of $role for 60s; run pulumi up again"
    [ -n "$hand" ] || went_live "$assets"
    gone=''
    for each in $(assets_beyond "$assets" "$((keep < 2 ? 2 : keep))" "$containers"); do
        [ -z "$hand" ] || [ -n "$(find "$each/of" -mmin +60)" ] || continue
        printf 'assets %s %s\n' "${each##*/}" "$(find "$each/own" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum + 0 }')"
        [ -n "$look" ] || rm -rf "$each"
        gone=yes
    done
    [ -z "$gone" ] || [ -n "$look" ] || unshare "${assets%/*}"
    exec 6>&-
fi

[ -z "$left" ] || fail "Docker did not remove of $role:$left run pulumi up again"
exit 0
