#!/bin/sh
# Serves the registry to the logins in $HTPASSWD; any other command runs as it is.
set -eu
if [ "$1" = docker-registry ]; then
    if [ -z "${HTPASSWD:-}" ]; then
        echo "registry: HTPASSWD is empty; it takes lines as printed by htpasswd -nB NAME" >&2
        exit 64
    fi
    umask 077
    printf '%s\n' "$HTPASSWD" >/tmp/htpasswd
    unset HTPASSWD
fi
exec "$@"
