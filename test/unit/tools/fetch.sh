#!/bin/sh
# fetch.sh MIRROR DIRECTORY
#
# Puts the tools of today's servers into the directory, a set each in DIRECTORY/sets: Debian's newest packages with the libraries that
# they need, so that they run on any Debian. By an apt of its own: the machine's lists and packages stay as they are.
set -eu
mirror=$1 directory=$2
making=$(mktemp -d "$directory.XXXXXX")
trap 'rm -rf "$making"' EXIT
chmod 755 "$making"

apt=$making/apt
mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s sid main\n' "$mirror" >"$apt/list"
get() {
    apt-get -qq -o Dir::State="$apt/state" -o Dir::Cache="$apt/cache" -o Dir::Etc::sourcelist="$apt/list" -o APT::Sandbox::User=root \
        -o Dir::Etc::sourceparts=/dev/null -o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}
get update
(cd "$apt/debs" && get download rust-coreutils gawk mawk original-awk busybox libc6 libgcc-s1 libselinux1 libpcre2-8-0 libssl3t64 \
    libzstd1 zlib1g libsystemd0 libcap2 libgmp10 libmpfr6 libreadline8t64 libtinfo6)
for package in "$apt/debs/"*.deb; do dpkg-deb -x "$package" "$making/system"; done
rm -r "$apt"

loader=$(find "$making/system" -name 'ld-linux*' | head -n 1)
libraries=$(dirname "$(find "$making/system" -name libc.so.6 | head -n 1)"):$(dirname "$(find "$making/system" -name libgmp.so.10 | head -n 1)")
# command SET NAME PROGRAM [WORD]: a command of a set, which runs the program with its own libraries.
command() {
    mkdir -p "$making/sets/$1"
    printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' "$loader" "$libraries" "$making/system/usr/bin/$3${4:+ $4}" |
        sed "s,$making,$directory,g" >"$making/sets/$1/$2"
    chmod 755 "$making/sets/$1/$2"
}
for name in $("$loader" --library-path "$libraries" "$making/system/usr/bin/coreutils" --list | grep -x '[a-z0-9]*'); do
    command rust-coreutils "$name" coreutils "$name"
done
for name in gawk mawk original-awk; do command "$name" awk "$name"; done
command busybox-awk awk busybox awk
# Whoever was faster has made the same.
mv -T "$making" "$directory" 2>/dev/null || [ -d "$directory/sets" ]
