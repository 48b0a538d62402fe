#!/bin/sh
# Makes a minimal Debian root file system and writes it as a tar archive to standard output.
# usage: debootstrap.sh SUITE MIRROR DIR [PACKAGE,PACKAGE]        (apt sources on standard input)
set -eu
suite=$1 mirror=$2 dir=$3 packages=${4-}
trap 'rm -rf "$dir"' EXIT INT TERM

debootstrap --variant=minbase --include="ca-certificates${packages:+,$packages}" "$suite" "$dir" "$mirror" >&2
cat >"$dir/etc/apt/sources.list"
if [ -f /etc/apt/apt.conf.d/99lab-proxy ]; then cp /etc/apt/apt.conf.d/99lab-proxy "$dir/etc/apt/apt.conf.d/"; fi

# As in Docker's own Debian images: no service starts while packages are installed, no archives are kept.
printf '#!/bin/sh\nexit 101\n' >"$dir/usr/sbin/policy-rc.d"
chmod 755 "$dir/usr/sbin/policy-rc.d"
echo force-unsafe-io >"$dir/etc/dpkg/dpkg.cfg.d/docker-apt-speedup"
cat >"$dir/etc/dpkg/dpkg.cfg.d/no-docs" <<'CONF'
path-exclude /usr/share/doc/*
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
CONF
echo 'Acquire::Languages "none";' >"$dir/etc/apt/apt.conf.d/no-languages"
rm -rf "$dir"/usr/share/doc/* "$dir"/usr/share/man/* "$dir"/usr/share/locale/* \
  "$dir"/var/cache/apt/archives/*.deb "$dir"/var/lib/apt/lists/* "$dir"/dev/*
tar -C "$dir" --numeric-owner --one-file-system -c .
