#!/bin/sh
# preflight: tells what a machine that was not made here is like.
#
# It prints facts and judges nothing: provider/host/preflight/ reads them, and says what is wrong and what cures it. It changes nothing, and
# stands alone, since it runs before the verbs are installed; of the system it needs no more than what it asks, and sh.
#
# Each fact is what a command has printed, between a head and a line that is none of its own, and after the last one comes "told":
#
#   fact NAME CODE END THE LAST LINE OF ITS ERRORS
#   what the command has printed
#   END
#
# CODE is how the command ended, or "-" where the machine has no such command or file. Nothing is asked for that may hold what is secret:
# of processes and containers no environment and no arguments, of Docker's settings one word.
set -u
# What is read are the messages in English, and bytes are counted.
export LC_ALL=C

# Files of the system are looked for below this directory: none but in tests.
root=${SEXTANT_PREFLIGHT_ROOT:-}
newline='
'

there() { command -v "$1" >/dev/null 2>&1; }

# tell NAME CODE TEXT [ERROR]
tell() {
    end=.
    while :; do
        case $newline$3$newline in *"$newline$end$newline"*) end=$end. ;; *) break ;; esac
    done
    printf 'fact %s %s %s %s\n%s\n%s\n' "$1" "$2" "$end" "${4:-}" "$3" "$end"
}

# ask NAME COMMAND...: tells what a command prints, which is in $answer then, and ends as it does.
ask() {
    name=$1 answer=''
    shift
    if ! there "$1"; then
        tell "$name" - ''
        return 127
    fi
    answer=$(
        exec 3>&1
        error=$("$@" 2>&1 >&3 3>&-)
        printf '\n%s %s' "$?" "${error##*"$newline"}"
    )
    ended=${answer##*"$newline"}
    answer=${answer%"$newline"*}
    answer=${answer%"$newline"}
    tell "$name" "${ended%% *}" "$answer" "${ended#* }"
    return "${ended%% *}"
}

# ask_within SECONDS NAME COMMAND...: the same of a command that must not hang.
ask_within() {
    seconds=$1 name=$2
    shift 2
    if there "$1" && there timeout; then set -- timeout "$seconds" "$@"; fi
    ask "$name" "$@"
}

# ask_file NAME PATH: what is in a file.
ask_file() {
    if [ -e "$2" ]; then ask "$1" cat "$2"; else tell "$1" - ''; fi
}

# Where the commands are that the verbs and the judgement speak of, a line each, with "-" for those that are not there.
list_commands() {
    for tool in docker dockerd curl iptables nft ip ss flock nsenter setsid awk find xargs sed grep; do
        printf '%s %s\n' "$tool" "$(command -v "$tool" || echo -)"
    done
}

# The beginning of what a command says of itself, a paragraph each, which names BusyBox and Toybox.
list_help() {
    for tool in awk date flock timeout; do
        there "$tool" || continue
        printf '%s: %.200s\n' "$tool" "$("$tool" --help 2>&1)"
    done
}

# Whether what is put on a machine can be put there: a line for each directory.
list_writable() {
    for directory in /usr/local /var/lib; do
        if [ ! -d "$root$directory" ]; then writable=-; elif [ -w "$root$directory" ]; then writable=yes; else writable=no; fi
        printf '%s %s\n' "$directory" "$writable"
    done
}

# Which of the kernel's tables there are.
list_tables() {
    for path in /proc/net/tcp /proc/net/if_inet6; do
        [ ! -e "$root$path" ] || printf '%s\n' "$path"
    done
}

# The files of jobs that prune Docker.
list_prune_jobs() {
    cd "$root/" || return
    set --
    for path in etc/cron* var/spool/cron etc/systemd/system; do
        [ ! -e "$path" ] || set -- "$@" "$path"
    done
    [ $# -gt 0 ] || return 0
    grep -rlE 'docker[ a-z]* prune' "$@"
}

# list_groups SOCKETS: the control group of every process that ss names, a line each: PID GROUP.
list_groups() {
    rest=$1 seen=' '
    while :; do
        case $rest in *pid=*) ;; *) return 0 ;; esac
        rest=${rest#*pid=}
        pid=${rest%%[!0-9]*}
        case $seen in *" $pid "*) continue ;; esac
        seen="$seen$pid "
        group=''
        # The last line is the one of version 2, where there are both.
        [ ! -e "$root/proc/$pid/cgroup" ] || while read -r line; do group=$line; done <"$root/proc/$pid/cgroup"
        printf '%s %s\n' "$pid" "$group"
    done
}

# Every container, a line of JSON each, with the labels by which it is known whose it is.
ask_containers() {
    labels=''
    for label in sextant.config sextant.bridge sextant.app sextant.accessory sextant.proxy \
        coolify.managed com.dokku.app-name service role destination com.docker.stack.namespace; do
        labels="$labels${labels:+,}\"$label\":{{json (.Label \"$label\")}}"
    done
    more='"state":{{json .State}},"mounts":{{json .Mounts}},"networks":{{json .Networks}}'
    # Else Docker cuts the names of volumes.
    ask_within 10 containers docker ps --all --no-trunc --format \
        "{\"id\":{{json .ID}},\"name\":{{json .Names}},\"image\":{{json .Image}},\"ports\":{{json .Ports}},\"labels\":{$labels},$more}"
}

ask_docker() {
    docker_root=/
    ask_within 5 docker-path readlink -f "$(command -v docker)"
    ask_within 5 docker-client docker --version
    # One that does not answer is asked nothing else.
    if ask_within 10 docker-version docker version --format '{{.Server.Version}}{{range .Server.Components}} {{.Name}}{{end}}'; then
        ask_within 10 docker-info docker info --format '{{json .}}'
        case $answer in *'"DockerRootDir":"'?*)
            docker_root=${answer#*'"DockerRootDir":"'}
            docker_root=${docker_root%%'"'*}
            ;;
        esac
        ask_containers
    fi
    ask docker-iptables grep -os '"iptables": *[a-z]*' "$root/etc/docker/daemon.json"
    # The path of a login over SSH may lack the directories of the system.
    for dockerd in "$(command -v dockerd)" "$root/usr/sbin/dockerd" "$root/usr/bin/dockerd"; do
        [ ! -x "$dockerd" ] || break
    done
    [ -x "$dockerd" ] || return 0
    ask_within 5 dockerd-path readlink -f "$dockerd"
    dockerd=$answer
    ask_within 10 package-dpkg dpkg-query --search "$dockerd"
    ask_within 10 package-rpm rpm -q --file "$dockerd" --queryformat '%{NAME}'
}

ask_machine() {
    ask user-id id -u
    ask user-name id -un
    tell sudo-user 0 "${SUDO_USER:-}"
    # Who has become root by Docker (by-docker).
    tell by-docker 0 "${SEXTANT_LOGIN:-}"
    [ -z "${SUDO_USER:-}" ] || ask_within 5 sudo-settings sudo -n -l -U "$SUDO_USER"
    ask commands list_commands
    ask help list_help
    ask writable list_writable
    ask architecture uname -m
    ask kernel uname -r
    ask tables list_tables
    ask cores nproc
    ask processes cat "$root"/proc/[0-9]*/comm
    ask_file memory "$root/proc/meminfo"
    # In KB: coreutils in Rust know no other unit by a letter.
    ask_within 10 disk df -Pk "$docker_root"
    ask_within 10 inodes df -Pi "$docker_root"
    ask_within 2 clock-chrony chronyc -n tracking || ask_within 2 clock-systemd timedatectl show --property NTPSynchronized --value
    ask_file clock-hardware "$root/sys/class/rtc/rtc0/since_epoch"
    ask clock date +%s
    ask prune-jobs list_prune_jobs
}

ask_network() {
    ask_within 5 addresses ip -4 -o address
    ask_within 5 default-route ip -4 route show default
    ask_file nonlocal-bind "$root/proc/sys/net/ipv4/ip_nonlocal_bind"
    ask_within 5 sockets ss -Hltnp
    ask socket-groups list_groups "$answer"
    ask_within 5 docker-user iptables -w 2 -S DOCKER-USER
    ask_within 5 ufw ufw status verbose
    ask_within 5 nft nft list chains
    ask_within 5 sshd "$(command -v sshd || echo "$root/usr/sbin/sshd")" -T -C "user=${SUDO_USER:-${SEXTANT_LOGIN:-root}},host=localhost,addr=127.0.0.1"
}

# The script itself may come by standard input, which no command is to read from.
{
    ask_docker
    ask_machine
    ask_network
    echo told
} </dev/null
