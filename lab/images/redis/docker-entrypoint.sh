#!/bin/sh
# As in the official image: options and .conf files may stand alone, the server runs as redis, and answers other hosts.
set -eu

case ${1-} in
'' | -* | *.conf) set -- redis-server "$@" ;;
esac

if [ "$1" = redis-server ]; then
    if [ "$(id -u)" = 0 ]; then
        find . \! -user redis -exec chown redis:redis {} +
        exec setpriv --reuid=redis --regid=redis --init-groups "$0" "$@"
    fi
    umask 0077
    shift
    # The official build has protected mode off; a file or option that names it wins.
    # A file alone: settings on standard input are the server's to read.
    written=''
    [ ! -f "${1-}" ] || written=$(cat -- "$1")
    case "$* $written" in
    *protected-mode*) ;;
    *)
        case ${1-} in
        *.conf) conf=$1 && shift && set -- "$conf" --protected-mode no "$@" ;;
        *) set -- --protected-mode no "$@" ;;
        esac
        ;;
    esac
    set -- redis-server "$@"
fi
exec "$@"
