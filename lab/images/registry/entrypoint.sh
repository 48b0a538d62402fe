#!/bin/sh
# Serves the registry to the logins in $HTPASSWD, and on a second port to tokens of $TOKEN_REALM that $TOKEN_CERTIFICATE signed; any
# other command runs as it is.
set -eu
if [ "$1" = docker-registry ]; then
    for name in HTPASSWD TOKEN_CERTIFICATE TOKEN_REALM; do
        if ! printenv "$name" | grep -q .; then
            echo "registry: $name is empty; HTPASSWD takes lines as printed by htpasswd -nB NAME" >&2
            exit 64
        fi
    done
    umask 077
    printf '%s\n' "$HTPASSWD" >/tmp/htpasswd
    printf '%s\n' "$TOKEN_CERTIFICATE" >/tmp/tokens.pem
    realm=$TOKEN_REALM
    unset HTPASSWD TOKEN_CERTIFICATE TOKEN_REALM
    REGISTRY_AUTH_TOKEN_REALM=$realm docker-registry serve /etc/docker/registry/tokens.yml &
fi
exec "$@"
