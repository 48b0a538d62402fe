# Shared by the verbs that keep assets: what a role's releases have of them on this host. The directory of a role has one for each release:
# `own` are the files of its image, and `served`, which its containers mount, those and what others have that it has no file of that name
# for. They are hard links, so that a file is on the disk once. `of` says of which image they are, on its second line by which path, and is
# there when `own` is whole; `live` is a number, and the greater one of two was released later.
# shellcheck shell=sh

# releases_in DIRECTORY: the directories of a role's releases whose own files are whole, a line each.
releases_in() {
    for each in "$1"/*/of; do [ ! -s "$each" ] || printf '%s\n' "${each%/of}"; done
}

# fill RELEASE: what it serves has all of its own.
fill() (
    mkdir -p "$1/served" && cd "$1/own" || exit 1
    # shellcheck disable=SC2016 # expanded by the inner shell
    find . -type d -exec sh -c 'to=$1
        shift
        for folder; do
            mkdir -p "$to/$folder" || exit 1
            find "$folder" -maxdepth 1 -type f -print0 | xargs -0 -r ln -f -t "$to/$folder" || exit 1
        done' fill "$1/served" {} +
)

# share FROM TO: what TO serves has what is FROM's own, where it has none of that name. What has a name that begins with a dot stays with
# its release: such as a manifest that says which assets are current, of which Sprockets takes the first of several
# (rails/sprockets v4.4.0 lib/sprockets/manifest_utils.rb find_directory_manifest).
share() (
    cd "$1/own" || exit 1
    # shellcheck disable=SC2016 # expanded by the inner shell
    find . -type d ! -path '*/.*' -exec sh -c 'to=$1
        shift
        for folder; do
            [ -d "$to/$folder" ] || [ ! -e "$to/$folder" ] || continue
            mkdir -p "$to/$folder" || exit 1
            for file in "$folder"/*; do
                [ ! -f "$file" ] || [ -e "$to/$file" ] || printf "%s\\0" "$file"
            done | xargs -0 -r ln -t "$to/$folder" || exit 1
        done' share "$2/served" {} +
)

# unshare DIRECTORY: what its releases serve is what one of those that are left has as its own.
unshare() (
    all=$(mktemp) || exit 1
    trap 'rm -f "$all" "$all.served"' EXIT
    releases_in "$1" | while read -r release; do (cd "$release/own" && find . -type f); done | LC_ALL=C sort -u >"$all"
    releases_in "$1" | while read -r release; do
        cd "$release/served" || continue
        find . -type f | LC_ALL=C sort >"$all.served"
        LC_ALL=C comm -23 "$all.served" "$all" | tr '\n' '\0' | xargs -0 -r rm -f --
        find . -mindepth 1 -type d -empty -delete
    done
)

# lively DIRECTORY: the releases that have been live, a line each, the latest first: NUMBER PATH.
lively() {
    releases_in "$1" | while read -r release; do
        number=''
        [ ! -s "$release/live" ] || read -r number <"$release/live"
        printf '%s %s\n' "${number:-0}" "$release"
    done | sort -rn
}

# went_live RELEASE: it has been released after all others.
went_live() {
    [ -s "$1/of" ] || return 0
    last=$(lively "${1%/*}" | head -n 1)
    [ "${last#* }" = "$1" ] && [ "${last%% *}" -gt 0 ] || echo "$((${last%% *} + 1))" >"$1/live"
}

# assets_beyond RELEASE COUNT CONTAINERS: the releases of its role that go, a line each: beyond so many that were live last, and those that
# never were. It stays itself, and so does what a container has mounted, by CONTAINERS as Docker's API lists them.
assets_beyond() {
    place=0
    lively "${1%/*}" | while read -r number release; do
        place=$((place + 1))
        if [ "$release" = "$1" ] || { [ "$number" -gt 0 ] && [ "$place" -le "$2" ]; }; then continue; fi
        case $3 in *"\"$release/served\""*) ;; *) printf '%s\n' "$release" ;; esac
    done
}
