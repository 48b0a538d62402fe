#!/bin/sh
# by-docker LINE
#
# Runs a line for a shell as root, for a user who may use this host's Docker and does not become root by sudo: whoever may use Docker's
# socket is root by it (docs.docker.com/engine/install/linux-postinstall). It stands alone, since it runs before the verbs are installed.
#
# The line runs in a container that has no files of its own, enters the namespaces of this login, and leaves its control group for that of
# the login: what it starts is what a root who has logged in starts, and what goes on in the background outlives the container, with which
# Docker ends all that is left in its group. Standard input, output and errors are those of the container, and its code is the line's.
# Ends with 3, and says nothing, where the user may not use Docker. Running it twice does what running the line twice does.
set -u
line=$1
PATH=$PATH:/usr/local/bin:/usr/sbin:/sbin
socket=${SEXTANT_SOCKET:-/var/run/docker.sock}
image=sextant-root:1

[ -w "$socket" ] && command -v docker >/dev/null || exit 3
enter=$(command -v nsenter) || {
    echo 'by-docker: nsenter is not there, of the package util-linux' >&2
    exit 1
}
# The user's own settings may name the Docker of another machine.
docker() { command docker --host "unix://$socket" "$@"; }
there() { docker image inspect --format . "$image" >/dev/null 2>&1; }

# began PID: when a process was started, in ticks since boot.
began() { sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
began=$(began $$)
name=sextant-root-$$-$began

# What the container runs, as root in this login's namespaces: PID BEGAN BOOT GROUPS LINE. A socket may lead to the Docker of another
# machine, or of that around a container, where PID is somebody else's.
# shellcheck disable=SC2016 # its own words
root='
set -u
began() { sed "s/^.*) //" "/proc/$1/stat" 2>/dev/null | cut -d " " -f 20; }
wrong() { echo "by-docker: $1" >&2; exit 125; }
[ "$(cat /proc/sys/kernel/random/boot_id) $(began "$1")" = "$3 $2" ] || wrong "the Docker of its socket is that of another machine"
groups=$4
while IFS=: read -r _ controllers path; do
    case $controllers in
    "") at=/sys/fs/cgroup; [ ! -d $at/unified ] || at=$at/unified ;;
    name=*) at=/sys/fs/cgroup/${controllers#name=} ;;
    *) at=/sys/fs/cgroup/$controllers ;;
    esac
    echo $$ 2>/dev/null >"$at$path/cgroup.procs"
done <<END
$groups
END
[ "$(cat /proc/$$/cgroup)" = "$groups" ] || wrong "it cannot leave the control group of its container"
exec env -i "PATH=$PATH" HOME=/root USER=root LOGNAME=root SHELL=/bin/sh "SEXTANT_LOGIN=$6" ${TERM:+"TERM=$TERM"} \
    ${SSH_CONNECTION:+"SSH_CONNECTION=$SSH_CONNECTION"} sh -c "$5"'

set -- --pull never --rm --interactive --name "$name" --label sextant.root=1 --log-driver none --workdir / \
    --pid host --network host --userns host --env TERM --env SSH_CONNECTION \
    --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt label=disable \
    --security-opt no-new-privileges=false
# Of the keys that Docker keeps for leaving, a console wants the first one for the line before.
[ ! -t 0 ] || set -- "$@" --tty --detach-keys=ctrl-^,ctrl-_
# What the verbs and the packages of a system need beyond what Docker gives; --privileged fails where a container lacks any right itself.
for right in SYS_ADMIN SYS_PTRACE NET_ADMIN DAC_READ_SEARCH SYS_NICE IPC_LOCK LINUX_IMMUTABLE SYSLOG; do
    set -- "$@" --cap-add "$right"
done
# nsenter itself, and what it is linked with.
for directory in usr bin sbin lib lib64; do
    [ ! -d "/$directory" ] || set -- "$@" --volume "/$directory:/$directory:ro"
done
set -- "$@" --entrypoint "$enter" "$image" --target $$ --mount --uts --ipc --net --cgroup -- \
    sh -c "$root" sh $$ "$began" "$(cat /proc/sys/kernel/random/boot_id)" "$(cat /proc/$$/cgroup)" "$line" "$(id -un)"

# Docker's command goes on where its terminal has hung up, and what it runs with it: that gets the hang-up from here.
watcher=''
if [ -t 0 ]; then
    exec 3<&0
    (
        trap '' HUP
        while [ -t 3 ] && kill -0 $$ 2>/dev/null; do sleep 1; done
        [ -t 3 ] || docker kill --signal HUP "$name"
    ) </dev/null >/dev/null 2>&1 &
    watcher=$!
fi

# The image holds nothing: an archive without a file. Another by-docker, or a job that prunes, may take it away at any time.
for _ in 1 2; do
    there || said=$(head -c 10240 /dev/zero | docker import --change 'LABEL sextant.root=1' - "$image" 2>&1) || {
        printf '%s\n' "$said" >&2
        exit 1
    }
    docker run "$@"
    code=$?
    if [ "$code" -ne 125 ] || there; then break; fi
done
# Where the connection was cut, Docker's command ends at what is printed next, and what it runs does not. It gets the signal that it would
# have got without a container. Of one that has ended by itself there is nothing left.
[ "$code" -eq 0 ] || docker kill --signal PIPE "$name" >/dev/null 2>&1
# It goes with the verbs.
[ -d /usr/local/lib/sextant ] || docker image rm "$image" >/dev/null 2>&1
[ -z "$watcher" ] || kill "$watcher" 2>/dev/null
exit "$code"
