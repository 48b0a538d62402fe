#!/bin/sh
# Puts the coreutils written in Rust, which Ubuntu has since 25.10, before GNU's. They are those of Debian's sid, as newer ones differ less
# from those of Ubuntu than those of Debian 13.
set -eu
list=/etc/apt/sources.list.d/sid.list pins=/etc/apt/preferences.d/sid
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
  sed -n 's,^\(deb\|URIs:\) *\([a-z]*://[^ ]*\).*,\2,p' | head -n 1)
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg check-valid-until=no] $mirror sid main" >"$list"
# With the C library that they need, and no more.
printf 'Package: %s\nPin: release n=sid\nPin-Priority: %s\n\n' '*' -1 'rust-coreutils libc6 libc-bin libc-gconv-modules-extra libc-l10n locales' 990 >"$pins"
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends rust-coreutils
rm -f "$list" "$pins" /var/lib/apt/lists/*_dists_sid_*
apt-get clean
for program in $(dpkg -L rust-coreutils | grep -E '/coreutils/[^/]+$'); do
  ln -sf "$program" "/usr/local/bin/${program##*/}"
done
df --version | grep -F uutils
