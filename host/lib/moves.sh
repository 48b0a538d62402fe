# Shared by the verbs that change routes: under which name the proxy has a service, and how a host and a path go from one service to
# another without a gap. kamal-proxy refuses a host and path that another service has, and has no way to rename a service or to change
# two in one step (v0.9.2 internal/server/service_map.go CheckAvailability).
# shellcheck shell=sh
# shellcheck disable=SC2154 # role is of who sources this
# shellcheck source=common.sh
. "${0%/*}/lib/common"
# shellcheck source=rollout.sh
. "${0%/*}/lib/rollout"

# table_now: what the proxy serves, as it was read when nothing was changed yet, else as it is now: a question costs as much as a request.
table=''
table_now() {
    if [ -n "$table" ]; then printf '%s\n' "$table"; else routes; fi
}

# routing: one change of routes at a time on this host, until the descriptor 6 is closed: what is read has to hold until it is changed.
routing() {
    mkdir -p "$until_boot"
    exec 6>"$until_boot/routing"
    flock --timeout 180 6 || fail "another change of the proxy's routes goes on for 180s; see sextant doctor, and run pulumi up again"
}

# name_of SERVICE [ROLES]: the name that the proxy has it by. One that was renamed keeps the name that it was made with; one whose name such
# a one has gets another, and so does one whose name another stack or program has: staging beside production.
name_of() (
    own=$(names_of "${role%/*/*}")/$1
    if [ -s "$own" ]; then
        cat "$own"
        exit 0
    fi
    name=$1
    while :; do
        if held_by_other "$own" "$name"; then
            name=$name.2
        elif held_by_stranger "$name" "${2:-}"; then
            stack=${role%/*/*}
            name=$name.${stack#*/}
        else
            break
        fi
    done
    printf '%s\n' "$name"
)

# held_by_other FILE NAME: whether another service has this name at the proxy, by what is kept.
held_by_other() {
    for other in "$kept"/services/*/*; do
        [ "$other" != "$1" ] && [ -s "$other" ] && [ "$(cat "$other")" = "$2" ] && return 0
    done
    return 1
}

# held_by_stranger NAME [ROLES]: whether the proxy has a service of this name that goes to another stack's container, or to no stack's.
held_by_stranger() (
    targets=$(table_now | targets_in "$1")
    [ -n "$targets" ] || exit 1
    owner=$(stranger_of "$role" "$targets" "${2:-}")
    [ -n "$owner" ] && [ "${owner%/*/*}" != "${role%/*/*}" ]
)

# named SERVICE NAME: keeps the name, where it is another. Who had it by this name before has it no more.
named() {
    own=$(names_of "${role%/*/*}")/$1
    mkdir -p "${own%/*}"
    for other in "$kept"/services/*/*; do
        if [ "$other" != "$own" ] && [ -s "$other" ] && [ "$(cat "$other")" = "$2" ]; then rm -f "$other"; fi
    done
    if [ "$1" = "$2" ]; then rm -f "$own"; else printf '%s\n' "$2" >"$own"; fi
}

# forget_route NAME: what is kept of a service that the proxy has no more.
forget_route() {
    rm -f "$kept/routes/$1"
    for other in "$kept"/services/*/*; do
        [ ! -s "$other" ] || [ "$(cat "$other")" != "$1" ] || rm -f "$other"
    done
}

# keep_route NAME ROLE WORDS...: keeps how a service was deployed, a line each, so that it can be deployed again with less.
keep_route() {
    mkdir -p "$kept/routes"
    route=$kept/routes/$1
    shift
    printf '%s\n' "$@" >"$route.new" && mv "$route.new" "$route"
}

# pairs FLAGS...: the hosts and paths of a deploy, a line each: HOST PATH, as the proxy lists them.
pairs() {
    printf '%s\n' "$@" | awk '
        /^--host=/ { host[++hosts] = substr($0, 8) }
        /^--path-prefix=/ { at = substr($0, 15); gsub(/^\/+|\/+$/, "", at); path[++paths] = "/" at }
        END {
            if (!hosts) host[++hosts] = "*"
            if (!paths) path[++paths] = "/"
            for (i = 1; i <= hosts; i++) for (j = 1; j <= paths; j++) print host[i], path[j]
        }'
}

# pairs_of NAME: those that the proxy has of a service now.
pairs_of() {
    table_now | awk -v name="$1" 'NR > 1 && NF >= 4 && $1 == name {
        hosts = split($2, host, ","); paths = split($3, path, ",")
        for (i = 1; i <= hosts; i++) for (j = 1; j <= paths; j++) print host[i], path[j]
    }'
}

# common_lines LINES: those on standard input that are among them.
common_lines() {
    [ -n "$1" ] || return 0
    grep -Fx -e "$1" || true
}

# conflicts NAME PAIRS: the services other than NAME that have one of the pairs, a line each: SERVICE all|some, all where it has no other.
conflicts() {
    table_now | PAIRS=$2 awk -v name="$1" '
        BEGIN { count = split(ENVIRON["PAIRS"], list, "\n"); for (i = 1; i <= count; i++) wanted[list[i]] = 1 }
        NR > 1 && NF >= 4 && $1 != name {
            hosts = split($2, host, ","); paths = split($3, path, ","); hit = 0; miss = 0
            for (i = 1; i <= hosts; i++) for (j = 1; j <= paths; j++) { if ((host[i] " " path[j]) in wanted) hit++; else miss++ }
            if (hit) print $1, miss ? "some" : "all"
        }'
}

# owner_of NAME CONTAINERS: the role whose a service is: that of a container that it goes to, by the lines of `roles`, else as it is kept.
owner_of() {
    # shellcheck disable=SC2016 # awk's own
    by_target=$(table_now | CONTAINERS=$2 awk -v name="$1" '
        BEGIN { count = split(ENVIRON["CONTAINERS"], lines, "\n"); for (i = 1; i <= count; i++) { split(lines[i], part, " "); role[part[1]] = part[2] } }
        NR > 1 && $1 == name { split($4, targets, ","); sub(/:[0-9]+$/, "", targets[1]); print role[targets[1]] }')
    if [ -n "$by_target" ]; then printf '%s\n' "$by_target"; else head -n 1 "$kept/routes/$1" 2>/dev/null; fi
}

# cover NAME TARGETS PAIRS FLAGS...: while the hosts go from one service to another, requests for them find a service of the domain
# above them, which nothing else matches first. Where that has one already they have none for a moment. Sets covers.
covers=''
cover() {
    cover_name=$1 cover_targets=$2 cover_pairs=$3
    shift 3
    number=0 above_all=' '
    while read -r host path; do
        case $host in '*') continue ;; esac
        above='' bare=${host#\*.}
        case $bare in *.*) above="*.${bare#*.}" ;; esac
        [ "$above" != "$host" ] || above=''
        case $above_all in *" $above$path "*) continue ;; esac
        above_all="$above_all$above$path "
        number=$((number + 1))
        for tls in as-is cached none; do
            # shellcheck disable=SC2046,SC2086 # a flag has no blanks; one word a target
            if in_proxy "$proxy" kamal-proxy deploy "$cover_name.moving-$number" $cover_targets ${above:+"--host=$above"} \
                "--path-prefix=$path" $(cover_flags "$tls" "$host" "$@") >/dev/null 2>&1 </dev/null; then
                covers="$covers $cover_name.moving-$number"
                break
            fi
        done
    done <<END
$cover_pairs
END
}

# cover_flags as-is|cached|none HOST FLAGS...: the flags of a deploy for such a service. A wildcard gets no certificate of its own:
# that of the host is where the proxy keeps what it got for it.
cover_flags() {
    how=$1 host=$2 directory=''
    shift 2
    for flag; do
        case $flag in
        --host=* | --path-prefix=* | --canonical-host=* | --drain-timeout=*) ;;
        --tls-staging) directory=https://acme-staging-v02.api.letsencrypt.org/directory ;;
        --tls*) [ "$how" = none ] || printf '%s\n' "$flag" ;;
        *) printf '%s\n' "$flag" ;;
        esac
    done
    printf '%s\n' --drain-timeout=1s --deploy-timeout=10s
    [ "$how" = cached ] || return 0
    certificate=/home/kamal-proxy/.config/kamal-proxy/certs/$(printf '%s' "$directory" | sha256sum | cut -c 1-64)/$host
    printf '%s\n' "--tls-certificate-path=$certificate" "--tls-private-key-path=$certificate"
}

# uncover: takes those services away again, also what a move that was cut off has left.
uncover() {
    for name in $(routes | awk 'NR > 1 && $1 ~ /\.moving-[0-9]+$/ { print $1 }'); do
        in_proxy "$proxy" kamal-proxy remove "$name" >/dev/null 2>&1 </dev/null
    done
}

# lose NAME PAIRS: takes the pairs from a service: it goes where it has no other, else it is deployed as it was without them.
lose() {
    loser=$1 lost=$2
    if [ "$(conflicts '' "$lost" | awk -v name="$loser" '$1 == name { print $2 }')" = all ]; then
        in_proxy "$proxy" kamal-proxy remove "$loser" >/dev/null </dev/null || fail "the proxy did not remove the route $loser"
        forget_route "$loser"
        return 0
    fi
    [ -s "$kept/routes/$loser" ] ||
        fail "$(printf '%s' "$lost" | head -n 1) is the route $loser's, which an older version of the library deployed; run pulumi up once without the move, and then with it"
    owner=$(head -n 1 "$kept/routes/$loser")
    left=$(sed 1d "$kept/routes/$loser")
    # Hosts that go with all their paths, then paths that go with all the hosts that are left.
    here=$(pairs_of "$loser")
    gone=$(printf '%s\n' "$here" | LOST=$lost awk '
        BEGIN { count = split(ENVIRON["LOST"], list, "\n"); for (i = 1; i <= count; i++) lost[list[i]] = 1 }
        { all[NR] = $0; if (!($0 in lost)) { host[$1] = 1; path[$2] = 1 } }
        END { for (i = 1; i <= NR; i++) { split(all[i], part, " ")
            if (!(part[1] in host)) print "--host=" part[1] "\n--canonical-host=" part[1]
            else if (!(part[2] in path)) print "--path-prefix=" part[2] } }' | sort -u)
    flags=$(printf '%s\n' "$left" | GONE=$gone awk '
        BEGIN { count = split(ENVIRON["GONE"], list, "\n"); for (i = 1; i <= count; i++) gone[list[i]] = 1 }
        { flag = $0; if (flag ~ /^--path-prefix=/) { sub(/^--path-prefix=\/*/, "", flag); sub(/\/+$/, "", flag); flag = "--path-prefix=/" flag } }
        !(flag in gone)')
    still=$(printf '%s\n' "$flags" | grep -e '^--host=' -e '^--path-prefix=')
    # shellcheck disable=SC2086 # a flag has no blanks
    if [ -z "$gone" ] || pairs $still | grep -qFx -e "$lost"; then
        fail "the route $loser keeps a part of $(printf '%s' "$lost" | head -n 1) that cannot be told from what it loses; take its hosts apart into two routes first"
    fi
    for how in '' --force; do
        # shellcheck disable=SC2016,SC2086 # expanded by the inner shell; a flag has no blanks
        setsid sh -c '. "$1/lib/common"; shift; in_proxy "$proxy" "$@"' deploy "${0%/*}" kamal-proxy deploy "$loser" $flags --deploy-timeout=5s $how \
            </dev/null >/dev/null 2>&1 5>&- 6>&- 7>&- 8>&- 9>&- &
        turns=0
        while pairs_of "$loser" | grep -qFx -e "$lost"; do
            turns=$((turns + 1))
            # Its own health is no matter of the host that leaves it.
            [ "$turns" -le 70 ] || continue 2
            sleep 0.1
        done
        # shellcheck disable=SC2086 # a flag has no blanks
        keep_route "$loser" "$owner" $flags
        return 0
    done
    fail "the proxy did not take $(printf '%s' "$lost" | head -n 1) from the route $loser; run pulumi up again"
}
