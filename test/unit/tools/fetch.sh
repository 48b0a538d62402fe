#!/bin/sh
# fetch.sh MIRROR DIRECTORY
#
# Puts the tools of other machines into the directory, a set each in DIRECTORY/sets: Debian's newest packages, and OpenSSH of Debian 11 and
# 13, with the libraries that they need, so that they run on any Debian. By an apt of its own: the machine's lists and packages stay as
# they are.
set -eu
mirror=$1 directory=$2
making=$(mktemp -d "$directory.XXXXXX")
trap 'rm -rf "$making"' EXIT
chmod 755 "$making"

# unpack SUITE PACKAGE...: the packages of a suite, in a tree of their own, from which commands come from then on.
unpack() {
    suite=$1 system=$making/$1 apt=$making/apt
    shift
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
    # As on a machine that has nothing, whose versions would go before those of the suite.
    : >"$apt/status"
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$mirror" "$suite" >"$apt/list"
    apt_get update
    (cd "$apt/debs" && apt_get download "$@")
    for package in "$apt/debs/"*.deb; do dpkg-deb -x "$package" "$system"; done
    rm -r "$apt"
    loader=$(find "$system" -type f \( -name 'ld-linux*' -o -name 'ld-2*.so' \) | head -n 1)
    libraries=$(find "$system" -name '*.so.*' -exec dirname {} + | sort -u | paste -s -d :)
}
apt_get() {
    apt-get -qq -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
        -o APT::Sandbox::User=root -o Dir::Etc::sourcelist="$apt/list" -o Dir::Etc::sourceparts=/dev/null -o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}
# command SET NAME PROGRAM [WORD]: a command of a set, which runs the program with its own libraries.
command() {
    mkdir -p "$making/sets/$1"
    printf '#!/bin/sh\nexec %s --library-path %s %s "$@"\n' "$loader" "$libraries" "$system/usr/bin/$3${4:+ $4}" |
        sed "s,$making,$directory,g" >"$making/sets/$1/$2"
    chmod 755 "$making/sets/$1/$2"
}

unpack sid rust-coreutils gawk mawk original-awk busybox libc6 libgcc-s1 libselinux1 libpcre2-8-0 libssl3t64 libzstd1 zlib1g libsystemd0 \
    libcap2 libgmp10 libmpfr6 libreadline8t64 libtinfo6
for name in $("$loader" --library-path "$libraries" "$system/usr/bin/coreutils" --list | grep -x '[a-z0-9]*'); do
    command rust-coreutils "$name" coreutils "$name"
done
for name in gawk mawk original-awk; do command "$name" awk "$name"; done
command busybox-awk awk busybox awk

ssh_libraries='libc6 zlib1g libselinux1 libpcre2-8-0 libgssapi-krb5-2 libkrb5-3 libkrb5support0 libk5crypto3 libcom-err2 libkeyutils1 libedit2
    libtinfo6 libbsd0 libmd0 libfido2-1 libudev1 libcap2 libgcc-s1'
# openssh VERSION: its set.
openssh() {
    for name in ssh ssh-add ssh-agent ssh-keygen; do command "openssh-$1" "$name" "$name"; done
}
# shellcheck disable=SC2086 # names of packages
unpack bullseye openssh-client $ssh_libraries libssl1.1 libcbor0
openssh 8.4
# shellcheck disable=SC2086
unpack trixie openssh-client $ssh_libraries libssl3t64 libcbor0.10 libzstd1
openssh 10.0

# Whoever was faster has made the same.
mv -T "$making" "$directory" 2>/dev/null || [ -d "$directory/sets" ]
