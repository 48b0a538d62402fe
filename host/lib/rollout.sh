# Shared by the verbs of a rollout: which containers of a role have the traffic or its work, and whose turn it is.
# shellcheck shell=sh
# shellcheck disable=SC2154 # until_boot is of common

# Kept over a reboot, unlike /run.
kept=${SEXTANT_STATE:-/var/lib/sextant}

# names_of STACK: the directory with the names that the proxy has the services of a stack by, where they are others than the program's: two
# stacks may call theirs the same. No project or stack has a = in its name.
names_of() {
    printf '%s/services/%s' "$kept" "$(printf '%s' "$1" | tr / =)"
}

# passing ROLE: the file that is locked by who gives a container of the role the traffic, and by who stops one that has none, so that
# neither does so under the other's hands; its directory is made.
passing() {
    mkdir -p "$until_boot"
    printf '%s/passing-%s' "$until_boot" "$(printf '%s' "$1" | tr -c 'a-zA-Z0-9._-' -)"
}

# work_of ROLE: the file that names the containers which a switch put to work, a line each.
work_of() {
    printf '%s/work/%s' "$kept" "$(printf '%s' "$1" | sha256sum | cut -c 1-16)"
}

# put_to_work ROLE CONTAINER...: notes them, in place of those before.
put_to_work() (
    note=$(work_of "$1")
    shift
    mkdir -p "${note%/*}"
    printf '%s\n' "$@" >"$note.new" && mv "$note.new" "$note"
)

# noted ROLE: those containers, as far as they are there. Nothing where older verbs switched the role, which noted nothing.
noted() (
    note=$(work_of "$1")
    [ -s "$note" ] || exit 0
    roles | awk -v role="$1" '$2 == role { print $1 }' | grep -Fx -f "$note"
)

# serving: the containers that the proxy sends requests to, a line each, by its list on standard input.
serving() {
    awk 'NR > 1 && NF >= 4 { count = split($4, targets, ","); for (i = 1; i <= count; i++) { sub(/:[0-9]+$/, "", targets[i]); print targets[i] } }'
}

# at_work ROLE: the containers of the role that have the traffic or its work: those that a switch noted, and those that the proxy
# serves, which a switch that was cut off may not have noted. False where neither is known: older verbs noted nothing, and a role
# without a port has nothing at the proxy.
at_work() {
    note=$(noted "$1")
    table=$(routes)
    printf '%s\n' "$note"
    printf '%s\n' "$table" | serving
    [ -n "$note" ] || { [ -n "${2:-}" ] && [ -n "$table" ]; }
}

# ending ROLE: the containers that a switch of the role is draining or stopping just now, each in its own time.
ending() {
    lock=$(switching "$1")
    flock --nonblock "$lock" true || cat "$lock.old" 2>/dev/null
}

# gate_of CONTAINER: the file that holds the token of the check which watches it: of two the one that began last.
gate_of() {
    printf '%s/gate-%s' "$until_boot" "$1"
}

# watched CONTAINER TOKEN: true while this check is the one that watches it.
watched() {
    token=''
    { read -r token <"$until_boot/gate-$1"; } 2>/dev/null
    [ "$token" = "$2" ]
}

# words_of CONTAINER: the file with the words of its check, so that a switch which finds it stopped can check it again.
words_of() {
    printf '%s/gates/%s' "$kept" "$1"
}

# pass_again ROLE CONTAINER [beside=NAME...]: its gate once more, by the words of its check, which starts it. It gets none of the locks of this shell.
pass_again() {
    gated_role=$1 gated=$2
    shift 2
    if [ -s "$(words_of "$gated")" ]; then
        xargs -0 "${0%/*}/ready" "$@" <"$(words_of "$gated")" 7>&- 8>&- 9>&-
    else
        "${0%/*}/ready" "role=$gated_role" "container=$gated" "$@" </dev/null 7>&- 8>&- 9>&-
    fi
}
