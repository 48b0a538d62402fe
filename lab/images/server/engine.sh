#!/bin/sh
# Installs Docker. usage: engine.sh [SUITE]      SUITE: a Debian suite to take the engine from; this release's own when empty.
# apt verifies what it fetches, by the keys of Debian's archive; a mirror that is some weeks behind will do. Only what is named comes from
# the other suite.
set -eu
suite=${1:-}
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y --no-install-recommends "$@"; }

if [ -z "$suite" ]; then
  # Since Debian 13 the engine only recommends its command line.
  if apt-cache show docker-cli >/dev/null 2>&1; then install docker.io docker-cli; else install docker.io; fi
else
  list=/etc/apt/sources.list.d/engine.list pins=/etc/apt/preferences.d/engine
  mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    sed -n 's,^\(deb\|URIs:\) *\([a-z]*://[^ ]*\).*,\2,p' | head -n 1)
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg check-valid-until=no] $mirror $suite main" >"$list"
  engine='docker.io docker-cli containerd tini tini-static'
  # A newer runc needs a newer C library than bookworm has, whose own serves engines up to 28.
  libc=$(dpkg-query -W -f '${Version}' libc6)
  if dpkg --compare-versions "$libc" ge 2.38; then engine="$engine runc"; fi
  cat >"$pins" <<PINS
Package: *
Pin: release n=$suite
Pin-Priority: -1

Package: $engine
Pin: release n=$suite
Pin-Priority: 990
PINS
  apt-get update
  # The engine of newer suites wants a systemd-sysusers, and any will do.
  install systemd-standalone-sysusers docker.io docker-cli containerd runc
  # Their tini is another package's program.
  if [ ! -e /usr/bin/tini ]; then ln -s tini-static /usr/bin/tini; fi
  rm -f "$list" "$pins"
  rm -f /var/lib/apt/lists/*_dists_"$suite"_*
fi
apt-get clean
dockerd --version
