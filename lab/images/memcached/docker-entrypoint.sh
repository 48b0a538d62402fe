#!/bin/sh
# What the official image does (docker-library/memcached): options alone are those of memcached.
set -eu
case ${1-} in
-*) set -- memcached "$@" ;;
esac
exec "$@"
