# Shared by the verbs that bring images and take them away: in which order this host got them, and which are about to be used.
# Docker keeps neither: an image's time is that of its build, and a pull does not set the time of its last tag, but for those in
# containerd's store (moby v28.5.2 daemon/images/image_tag.go is the only place that does).
# shellcheck shell=sh

given=${SEXTANT_IMAGES:-/var/lib/sextant/images}

# familiar REFERENCE: as Docker lists it, which leaves out Docker Hub (github.com/distribution/reference v0.6.0 normalize.go).
familiar() {
    name=${1#index.docker.io/}
    name=${name#docker.io/}
    case $name in library/*/*) ;; *) name=${name#library/} ;; esac
    printf '%s\n' "$name"
}

# note_of DIRECTORY TEXT: the file that is kept of it.
note_of() {
    printf '%s/%s/%s' "$given" "$1" "$(printf '%s' "$2" | sha256sum | cut -c 1-32)"
}

# remember REFERENCE: it has come to this host, after all that came before it. A number and not a time: clocks are set.
remember() (
    reference=$(familiar "$1")
    mkdir -p "$given/had" || exit 1
    exec 7>"$given/lock"
    flock 7
    last=$(had | sort -n | tail -n 1)
    last=${last%% *}
    note=$(note_of had "$reference")
    printf '%s %s\n' "$((${last:-0} + 1))" "$reference" >"$given/new" && mv "$given/new" "$note"
)

# had: what came to this host, a line each: NUMBER REFERENCE.
had() {
    find "$given/had" -type f -exec cat {} + 2>/dev/null
}

# knows REFERENCE: true when it is known to have come.
knows() {
    [ -s "$(note_of had "$(familiar "$1")")" ]
}

# forget REFERENCE: it has gone.
forget() {
    rm -f "$(note_of had "$1")"
}

# want OWNER REFERENCE: a release of the owner is about to use it, for a day at most; its next one wants another.
want() {
    mkdir -p "$given/wanted" && familiar "$2" >"$(note_of wanted "$1")"
}

# unwant OWNER: its release has it.
unwant() {
    rm -f "$(note_of wanted "$1")"
}

# wanted: the references that a release is about to use.
wanted() {
    find "$given/wanted" -type f -mmin -1440 -exec cat {} + 2>/dev/null
}
