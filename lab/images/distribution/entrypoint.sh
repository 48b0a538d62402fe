#!/bin/sh
# As the official image's: a file of settings is what the registry serves, and any other command runs as it is.
set -e
case "$1" in
*.yaml | *.yml) set -- registry serve "$@" ;;
serve | garbage-collect | help | -*) set -- registry "$@" ;;
esac
exec "$@"
