#!/bin/sh
# docker-install [settings=JSON] [from=docker.com [version=BEGINNING]]
#
# Installs Docker from the packages of Debian or Ubuntu, or from Docker's own, on a machine that has none, and waits until it answers. An engine that is there
# stays as it is, and a daemon.json, too. It stands alone, since it runs before the verbs are installed. Running it again changes nothing.
set -u
settings='' from='' version=''
for word; do
    case $word in
    settings=*) settings=${word#*=} ;;
    from=docker.com) from=docker.com ;;
    version=*) version=${word#*=} ;;
    *) printf 'docker-install: unknown word %s\n' "$word" >&2 && exit 2 ;;
    esac
done

step() { printf 'docker-install %s\n' "$*"; }
give_up() {
    printf '%s\n' "$*" >&2
    exit 1
}
# shellcheck source=lib/packages.sh
. "${0%/*}/lib/packages"
# shellcheck source=lib/docker-com.sh
. "${0%/*}/lib/docker-com"

# Files of the system are looked for below this directory: none but in tests.
root=${SEXTANT_INSTALL_ROOT:-}
# The path of a login may lack the snaps.
[ ! -e "$root/snap/bin/docker" ] ||
    give_up "Docker is the snap package, which cannot mount the directories of a deploy; remove it first (snap remove docker)."
system=$(sed -n 's/^ID=//p' "$root/etc/os-release" 2>/dev/null | tr -d '"')
case $system in
debian | ubuntu) ;;
*) give_up "Docker is installed from the packages of Debian or Ubuntu, and this is ${system:-another system}; install Docker there, and leave docker: \"install\" out." ;;
esac
if command -v dockerd >/dev/null && command -v docker >/dev/null; then exit 0; fi

if [ -n "$settings" ] && [ ! -e "$root/etc/docker/daemon.json" ]; then
    mkdir -p "$root/etc/docker"
    printf '%s\n' "$settings" >"$root/etc/docker/daemon.json" || give_up "/etc/docker/daemon.json could not be written."
fi
if [ -n "$from" ] && ! command -v dockerd >/dev/null; then
    for package in containerd runc; do
        ! installed "$package" ||
            give_up "docker.com's containerd.io cannot stand beside the package $package, which is here and may be in use; remove that where nothing needs it (apt-get remove $package), or say docker: \"install\" for the packages of the distribution."
    done
    docker_com_repository
    docker_com_packages "$version"
    # Nothing that is here makes way for it.
    adding='--no-remove --no-install-recommends'
fi
install_docker
# Its package starts it, but where something forbids that (policy-rc.d).
docker version >/dev/null 2>&1 || service_do start docker
await_docker
printf 'Docker %s was installed.\n' "$(docker version --format '{{.Server.Version}}')"
