#!/bin/sh
# switch role=LABEL [was=LABEL] container=NAME [container=NAME ...] stop=SECONDS [keep=old] [reads=LABEL]
#     [service=NAME port=PORT [reader=NAME ...] [bridge=wait]] [services=NAME,...] [claimed=HOST/PATH ...] [kamal=SERVICE/ROLE/DESTINATION] [-- KAMAL-PROXY DEPLOY FLAGS...]
#
# Puts the traffic of a role on this host on new containers, then stops the old ones. With a service the proxy deploys and
# drains; without one (workers) the old ones are just stopped. It ends when the new ones have the traffic; draining and
# stopping go on, and `prune` waits for them. Running it again, or after it was cut anywhere, ends in the same state. With
# keep=old the old ones go on: another route of the role is still to be switched. What has stopped since its check passed is checked
# again first, by the words of that check. Where a bridging proxy is in front, which an update of the proxy has left that was cut off or
# taken back, it goes first; with bridge=wait, whose proxy is another program's, it is waited for.
#
# A `reader` is a container of another role that gets only the reads of the service. That role has a switch of its own behind this one, with
# `reads`: its old containers are stopped when the service, which led to them, has drained.
#
# With was= the role had that label before: where its stack or project has another name now, what that one has is its own still.
#
# A host and path that another service of the same stack has come over without a gap, as the program has moved them here. `services` are
# all that the role has by the program: others of it go, at the last switch of the role. `claimed` are the hosts and paths that the
# program gives to other services on this host: where the proxy has one of them with this role still, it stays until its switch takes it.
#
# With kamal= the role takes the place of a role of Kamal's: its route goes over as it is, in one step and under its own name, so that Kamal
# can have it back; and its containers are stopped with what is old here, and not deleted. It prints took=NAMES, stops=NAME and, for what
# another route of Kamal's has still, serves=NAME.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"
# shellcheck source=lib/rollout.sh
. "${0%/*}/lib/rollout"
# shellcheck source=lib/moves.sh
. "${0%/*}/lib/moves"
# shellcheck source=lib/evidence.sh
. "${0%/*}/lib/evidence"
# shellcheck source=lib/redirect.sh
. "${0%/*}/lib/redirect"
# shellcheck source=lib/kamal.sh
. "${0%/*}/lib/kamal"

role='' was='' kamal='' stop=10 keep='' reads='' readers='' service='' port='' bridge='' containers='' services='' declared='' claimed=''
while [ $# -gt 0 ]; do
    case $1 in
    role=*) role=${1#*=} ;;
    was=*) was=${1#*=} ;;
    container=*) containers="$containers ${1#*=}" ;;
    stop=*) stop=${1#*=} ;;
    keep=*) keep=${1#*=} ;;
    reads=*) reads=${1#*=} ;;
    reader=*) readers="$readers ${1#*=}" ;;
    service=*) service=${1#*=} ;;
    port=*) port=${1#*=} ;;
    bridge=*) bridge=${1#*=} ;;
    kamal=*) kamal=${1#*=} ;;
    services=*) services=${1#*=} declared=yes ;;
    claimed=*) claimed="$claimed${claimed:+$newline}${1#*=}" ;;
    --)
        shift
        break
        ;;
    *) fail "switch: unknown word $1" ;;
    esac
    shift
done
if [ -z "$containers" ] || [ -z "$role" ]; then fail "switch: role= or container= is missing"; fi
# In its own stack another role may have that label by now.
[ "${was%/*/*}" != "${role%/*/*}" ] || was=''

# Held by what goes on after this verb has ended: by the drains of all routes, and by everything.
lock=$(switching "$role")
exec 8>"$lock" 9>"$lock.drains"
flock --shared --timeout 600 8 ||
    fail "an earlier switch of $role is still being cleaned up after 600s; see sextant doctor"
flock --shared 9
dir=$(mktemp -d "$until_boot/switch.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
: >"$dir/began"

# serves TARGETS: true when they are the new containers, all of them and no others.
serves() {
    [ "$(printf '%s\n' "$1" | tr ',' '\n' | sort)" = "$(for container in $containers $readers; do printf '%s\n' "$container:$port"; done | sort)" ]
}

# served: true when the proxy sends requests to all the new containers, and to no others. A deploy whose client was killed goes on, and of two
# the last one that becomes healthy wins, so that this is looked at and not believed.
served() {
    seen=$(routes)
    serves "$(printf '%s\n' "$seen" | targets_in "$name_there")"
}

# paths_in PAIRS: their paths.
paths_in() {
    printf '%s\n' "$1" | cut -d ' ' -f 2 | sort -u
}

# claimed_of PAIRS: those of the pairs that the program gives to another service.
claimed_of() {
    printf '%s\n' "$1" | CLAIMED=$claimed awk '
        BEGIN { count = split(ENVIRON["CLAIMED"], list, "\n"); for (i = 1; i <= count; i++) claimed[list[i]] = 1 }
        { pair = $1 $2; if (pair in claimed) print }'
}

# renamed: lines NAME ROLE ... with the labels of a stack that has another name now as they are by that one.
renamed() {
    awk -v from="${was%/*/*}/" -v to="${role%/*/*}/" 'from != "/" && index($2, from) == 1 { $2 = to substr($2, length(from) + 1) } { print }'
}

# carry_name: a name that the proxy has the service by, where it is another than the program's, goes along with a stack that has another name.
carry_name() {
    before=$(names_of "${was%/*/*}")/$service
    now=$(names_of "${role%/*/*}")/$service
    if [ -n "$was" ] && [ "$before" != "$now" ] && [ -s "$before" ] && [ ! -e "$now" ]; then
        mkdir -p "${now%/*}" && mv "$before" "$now"
    fi
}

# take_turn: from here on nobody else stops anything of the role, or gives it traffic.
take_turn() {
    flock --timeout 120 7 || fail "something else of $role holds its turn for 120s; see sextant doctor, and run pulumi up again"
}

# check_again CONTAINER: by its gate, which starts it. The turn is given back meanwhile, as the gate takes it.
check_again() {
    flock --unlock 7
    beside=''
    for other in $containers $readers; do [ "$other" = "$1" ] || beside="$beside beside=$other"; done
    # shellcheck disable=SC2086 # one word a container
    pass_again "$role" "$1" $beside || exit 1
    take_turn
}

# end_unchecked: stops what was started here and has not come to its check, as no lease ends it; what another check or switch has by now
# stays. Each has its own time to stop: a worker may have begun something.
unchecked=''
# shellcheck disable=SC2317 # a trap calls it
end_unchecked() {
    [ -n "$unchecked" ] && flock --timeout 120 7 || return 0
    work=$(at_work "$role" "$port")
    idle=''
    for container in $unchecked; do
        printf '%s\n' "$work" | grep -qFx -e "$container" && continue
        [ -n "$(find "$(gate_of "$container")" -newer "$dir/began" 2>/dev/null)" ] || idle="$idle $container"
    done
    # shellcheck disable=SC2086 # names have no blanks
    [ -z "$idle" ] || docker stop --time "$stop" $idle >/dev/null 2>&1
}

exec 7>"$(passing "$role")"
take_turn
trap 'end_unchecked; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
# What passed its check and was not switched in time has been stopped. It gets nothing before it has passed again. Meanwhile another one
# may be stopped the same way, so that all are looked at once more.
checked=''
while :; do
    stopped=''
    for container in $containers $readers; do
        known=$(state "$container")
        case $? in
        1) fail "$container is not there to take traffic: it was removed; run pulumi up --refresh" ;;
        2) fail "Docker does not answer on this host (systemctl status docker), so that nothing of $role was switched; run pulumi up again when it does" ;;
        esac
        case $known in 'true '*) continue ;; esac
        case "$checked " in *" $container "*) fail "$container has stopped again since its check passed; run pulumi up again" ;; esac
        stopped="$stopped $container"
    done
    [ -n "$stopped" ] || break
    # Several boot side by side, as they did before, and each is checked then.
    # shellcheck disable=SC2086 # names have no blanks
    case $stopped in
    ' '*' '*)
        unchecked=$stopped
        docker start $stopped >/dev/null 2>&1
        ;;
    esac
    for container in $stopped; do
        check_again "$container"
        # shellcheck disable=SC2086 # names have no blanks
        unchecked=$(printf '%s\n' $unchecked | without "$container")
    done
    checked="$checked$stopped"
done
trap - HUP INT TERM
trap 'rm -rf "$dir"' EXIT
there=$(roles | renamed)

# have_it: the new containers have the traffic, or the work, of the role. From here on no lease ends them and no check stops them.
have_it() {
    # shellcheck disable=SC2046,SC2086 # names have no blanks
    put_to_work "$role" $containers $([ -z "$keep" ] || noted "$role" | without $containers)
    for container in $containers; do rm -f "$until_boot/lease-$container" "$(gate_of "$container")"; done
}

deploy=''
if [ -n "$service" ]; then
    if ! in_front "$bridge"; then
        evidence switch proxy-bridged "container=${containers##* }" "service=$service"
        exit 1
    fi
    if ! running "$proxy"; then
        evidence switch proxy-gone "container=${containers##* }" "service=$service"
        exit 1
    fi

    routing
    carry_name

    table=$(routes)
    name_there=$(name_of "$service" "$there")
    taken=''
    if [ -n "$kamal" ]; then
        taken=$(table_now | targets_in "$(kamal_prefix "$kamal")")
        if kamal_has "$kamal" "$taken"; then name_there=$(kamal_prefix "$kamal"); else taken=''; fi
    fi
    targets_now=$(table_now | targets_in "$name_there")

    # What was ours by this name may be another's by now: its route is not ours to take.
    [ -n "$taken" ] || ! held_by_stranger "$name_there" "$there" ||
        fail "the proxy route $name_there leads to containers that are not of ${role%/*/*}, and was not touched: remove it by the program that it belongs to, or give this app another name"

    wanted=$(pairs "$@")
    [ -z "$taken" ] || {
        lost=$(kamal_lost "$(pairs_of "$name_there")" "$wanted$newline$(printf '%s\n' "$claimed" | sed 's,/, /,')")
        [ -z "$lost" ] ||
            fail "Kamal's route $name_there answers $(printf '%s\n' "$lost" | tr -d ' ' | tr '\n' ' ')as well, which this program gives to no route, and was not touched: add it to the route, or deploy by Kamal once without it"
    }
    # What it still has of that which the program gives to others stays until they take it.
    had=$([ -z "$claimed" ] || pairs_of "$name_there")
    if [ -n "$had" ] && [ "$(paths_in "$had")" = "$(paths_in "$wanted")" ]; then
        while read -r host; do
            case $host in '' | '*') ;; *) set -- "$@" "--host=$host" ;; esac
        done <<END
$(claimed_of "$had" | cut -d ' ' -f 1 | sort -u)
END
    fi
    # What others have of that which the program gives to this one now.
    losers=''
    while read -r other whole; do
        case $other in '' | *.moving-*) continue ;; esac
        owner=$(owner_of "$other" "$there")
        # The proxy refuses it, and says so.
        [ "${owner%/*/*}" = "${role%/*/*}" ] || continue
        if [ "$whole" = all ] && [ -z "$targets_now" ]; then
            # It was renamed: under its old name it gets the new containers in one step.
            name_there=$other
            targets_now=$(table_now | targets_in "$other")
        else
            losers="$losers $other"
        fi
    done <<END
$(conflicts "$name_there" "$wanted")
END
    # Of several targets the proxy waits for all, puts them in the place of all old ones in one step, and drains these side by side (v0.9.2
    # internal/server/router.go DeployService, load_balancer.go). From two on it goes on asking each, and leaves out one that is not well.
    targets=''
    for container in $containers; do targets="$targets --target=$container:$port"; done
    for container in $readers; do targets="$targets --read-target=$container:$port"; done
    for other in $losers; do
        moving=$(pairs_of "$other" | common_lines "$wanted")
        cover "$name_there" "$targets" "$moving" "$@"
    done
    case $table in *.moving-*) covers=left ;; esac
    table=''
    for other in $losers; do lose "$other" "$wanted"; done
    # Where the proxy serves them already (other flags, or a second try), only the end of its command tells that it is done.
    if serves "$targets_now"; then before=served; else before=''; fi
    # The proxy sends new requests to the new containers at once, and ends its own command when the old ones have drained.
    # That, and stopping them, goes on by itself: the next host need not wait for it, and `prune` waits for all.
    # shellcheck disable=SC2016,SC2086 # expanded by the inner shell; one word a target
    setsid sh -c '. "$1/lib/common"
        dir=$2
        shift 2
        in_proxy "$proxy" "$@" >"$dir/answer" 2>&1
        echo $? >"$dir/code"' \
        deploy "${0%/*}" "$dir" kamal-proxy deploy "$name_there" $targets "$@" </dev/null >/dev/null 2>&1 5>&- 6>&- 7>&- &
    deploy=$!
    # As a rule at once, since the gate has found them fit; a question costs the host more than the wait.
    sleep 0.1
    until [ -s "$dir/code" ] || { [ -z "$before" ] && served; }; do
        [ -e "/proc/$deploy" ] || [ -s "$dir/code" ] ||
            fail "the deploy of $service was ended before it had an answer, as when memory is short; run pulumi up again"
        sleep 0.1
    done
    if [ -s "$dir/code" ]; then
        read -r code <"$dir/code"
        if [ "$code" -ne 0 ]; then
            evidence switch proxy-refused "container=${containers##* }" "service=$service" \
                "answer=$(tail -n 3 "$dir/answer" | cut -c1-300)"
            exit 1
        fi
        served || fail "the proxy serves $(target_of "$name_there") for $service, not $containers: another deploy ran at the same time; run pulumi up again"
    fi
    # shellcheck disable=SC2086 # one word a target
    keep_route "$name_there" "$role" $targets "$@"
    named "$service" "$name_there"
    [ -z "$covers" ] || uncover
    exec 6>&-
    [ -z "$taken" ] || printf 'took=%s\n' "$(kamal_names "$taken" | tr '\n' ' ')"
    # Maintenance, or a pause, goes on: for whoever looks at the shop now, the release has changed nothing.
    held=$(printf '%s\n' "$seen" | awk -v service="$name_there" '$1 == service && NF >= 6 { print $5 }')
    case $held in paused | stopped) printf 'held=%s\n' "$held" ;; esac
fi

have_it

# What the role has at the proxy and not in the program goes with its last switch, but for what another service takes over yet.
stays=''
if [ -n "$declared" ] && [ -z "$keep" ] && running "$proxy"; then
    routing
    mine=$(for one in $(printf "%s" "$services" | tr , " "); do name_of "$one" "$there"; done)
    for file in "$kept"/routes/*; do
        one=${file##*/}
        [ -s "$file" ] || continue
        case $(head -n 1 "$file") in "$role" | "${was:-$role}") ;; *) continue ;; esac
        printf '%s\n' "$mine" | grep -qFx -e "$one" && continue
        if [ -n "$(claimed_of "$(pairs_of "$one")")" ]; then
            stays="$stays,$(target_of "$one")"
            continue
        fi
        [ -z "$(target_of "$one")" ] || in_proxy "$proxy" kamal-proxy remove "$one" >/dev/null </dev/null ||
            fail "the proxy did not remove the route $one, which is not in the program any more; run pulumi up again"
        forget_route "$one"
    done
    exec 6>&-
fi

exec 5>&-

# What is left: draining, then stopping what is old, unless another route of the role is still to be switched.
old=''
while read -r name owner state; do
    if [ -n "$keep" ] || [ "$owner" != "$role" ]; then continue; fi
    case $state in running | restarting | paused) ;; *) continue ;; esac
    case "$containers " in *" $name "*) continue ;; esac
    case $stays, in *",$name:"*) ;; *) old="$old $name" ;; esac
done <<END
$there
END
# Kamal's containers of the role go the same way, but for what another route of Kamal's leads to.
if [ -n "$kamal" ] && [ -z "$keep" ]; then
    routed=$(routes | serving)
    while read -r id name; do
        case $id in
        '') ;;
        *)
            if printf '%s\n' "$routed" | grep -qFx -e "$id" -e "$name"; then
                printf 'serves=%s\n' "$name"
            else
                printf 'stops=%s\n' "$name"
                old="$old $name"
            fi
            ;;
        esac
    done <<END
$(kamal_running "$kamal")
END
fi
# Containers that still serve what another service takes over: the clean-up leaves them to Pulumi.
printf '%s\n' "$stays" | tr ',' '\n' | sed 's/:[0-9]*$//; /^$/d' >"$lock.stay"
# What is drained or stopped now has its own time for that, also when the next release begins meanwhile.
# shellcheck disable=SC2086 # names have no blanks
[ -z "$old" ] || printf '%s\n' $old >>"$lock.old"
# The files that the route had before, of certificates and error pages. The proxy reads its own again when it starts, so that they go
# only when those that it has now are in its state; and what a later release has put there meanwhile is its own.
certificate='' pages=''
for flag; do
    case $flag in
    --tls-certificate-path=*/cert.pem) certificate=${flag#*=} certificate=${certificate%/cert.pem} ;;
    --error-pages=*/error-pages/*) pages=${flag#*=} ;;
    esac
done
# shellcheck disable=SC2016,SC2086 # expanded by the inner shell; names have no blanks
setsid sh -c '
    dir=$1 deploy=$2 stop=$3 drains=$4 certificate=$5 pages=$6 kept=$7 first=$8
    shift 8
    # Until it has drained, or was killed.
    [ -z "$deploy" ] || until [ -s "$dir/code" ] || [ ! -e "/proc/$deploy" ]; do sleep 0.1; done
    exec 9>&-
    for files in $certificate $pages; do
        [ "$(cat "$dir/code" || echo 1)" -eq 0 ] || break
        for former in "${files%-*}"-*; do
            name=${former##*-}
            case $former in "$files" | "$files".new) continue ;; esac
            case $name in *[!0-9a-f]*) continue ;; esac
            if [ "${#name}" -ne 12 ] || [ "$former" != "${files%-*}-$name" ]; then continue; fi
            [ "$former" -ot "$dir/began" ] || continue
            grep -rqF "$former" "$kept/routes" 2>/dev/null || rm -rf "$former"
        done
    done
    if [ $# -gt 0 ]; then
        [ -z "$first" ] || flock "$first" true
        flock "$drains" docker stop --time "$stop" "$@" >/dev/null 2>"$dir/said" || cp "$dir/said" "$drains.failed"
    fi
    rm -rf "$dir"' rest "$dir" "$deploy" "$stop" "$lock.drains" "$certificate" "$pages" "$kept" "${reads:+$(switching "$reads")}${reads:+.drains}" $old </dev/null >/dev/null 2>&1 7>&- &
trap - EXIT
exit 0
