#!/bin/sh
# routes: what the proxy of this host serves, a line a service: SERVICE TARGET. No proxy serves nothing.
set -u
# shellcheck source=common.sh
. "${0%/*}/common"

running "$proxy" || exit 0
routes | awk 'NR > 1 && NF >= 4 { print $1, $4 }'
