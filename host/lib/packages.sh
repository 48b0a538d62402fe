# Shared by the first boot of a server and by docker-install: packages of Debian and Ubuntu, and Docker from them. Who sources it has the
# functions `step WHAT`, for what goes on now, and `give_up WHY`, which ends it.
# shellcheck shell=sh

# What is read below is what apt prints in English. On a machine that is in use, apt's hook is not to restart other services.
export LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=yes

installed() {
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

apt_get() { apt-get -o Acquire::Retries=5 -o DPkg::Lock::Timeout=300 -q "$@"; }

# reason: what apt said last that was wrong.
reason() { printf '%s\n' "$said" | sed -n 's/^E: //p' | head -n 1; }

# refresh: the package lists. Another apt is waited for: the lock of the lists is none that apt itself waits for.
refresh() {
    tries=0
    until said=$(apt_get update 2>&1); do
        printf '%s\n' "$said" | tail -n 20
        tries=$((tries + 1))
        case $said in *'Could not get lock'*) ;; *) return 1 ;; esac
        [ "$tries" -lt 60 ] || return 1
        step "waits for another apt: $(reason)"
        sleep 5
    done
    printf '%s\n' "$said" | tail -n 3
}

# install PACKAGE...: those that are missing, whatever the image has apt do with recommended ones. $adding has more words for apt-get.
install() {
    missing=
    for package; do installed "$package" || missing="$missing $package"; done
    [ -z "$missing" ] && return 0
    step "installs$missing"
    # shellcheck disable=SC2086 # lists of words
    if refresh && said='' && apt_get -y ${adding:-} install $missing; then return 0; fi
    why=$(reason)
    give_up "apt-get could not install$missing${why:+ after $((tries * 5)) seconds ($why)}; the lines above say why."
}

service_do() { # service_do ACTION NAME: by systemd where it is the init
    if [ -d /run/systemd/system ] || ! command -v service >/dev/null; then
        systemctl "$1" "$2"
    else
        service "$2" "$1"
    fi
}

# install_docker: an engine, where there is none, its command, and what the verbs run beside it. A Docker that is there stays; it may be
# docker-ce. $engine has other packages of it.
install_docker() {
    # shellcheck disable=SC2086 # a list of words
    command -v dockerd >/dev/null || install ${engine:-docker.io}
    install curl iptables ca-certificates iproute2 procps
    # Newer packages of the engine only recommend its command, and what loads its AppArmor profile.
    command -v docker >/dev/null || if installed docker-ce; then install docker-ce-cli; else install docker-cli; fi
    ! grep -qs Y /sys/module/apparmor/parameters/enabled || command -v apparmor_parser >/dev/null || install apparmor

    # An upgrade of the engine is a decision, not something that happens at night.
    for package in docker.io docker-cli docker-ce docker-ce-cli containerd containerd.io runc; do
        installed "$package" && apt-mark hold "$package" >/dev/null
    done
}

# await_docker: until the daemon answers, a minute at most.
await_docker() {
    tries=0
    until said=$(docker version 2>&1); do
        tries=$((tries + 1))
        [ "$tries" -lt 120 ] ||
            give_up "dockerd does not answer after 60 seconds ($(printf '%s\n' "$said" | tail -n 1)); see journalctl --unit docker."
        sleep 0.5
    done
}
