# Docker's own packages, of docker.com, for docker-install: its repository as docs.docker.com/engine/install has it, with the key that Docker
# names there, and no other one. Who sources it has sourced `packages`, and has $root and $system.
# shellcheck shell=sh disable=SC2034,SC2154 # what docker-install has, and what install_docker takes

# Other ones in tests alone.
docker_com=${SEXTANT_DOCKER_COM:-https://download.docker.com}
docker_key=${SEXTANT_DOCKER_KEY:-9dc858229fc7dd38854ae2d88d81803c0ebfcd88}

# primary_keys FILE: the packets of primary keys in a file of OpenPGP, a line each: where what it holds begins, and how many bytes that is
# (RFC 9580, 4.2). Other packets are passed over; a length that keys do not have ends it with a line that is none.
primary_keys() {
    od -An -v -tu1 "$1" | tr -s ' ' '\n' | awk '
        NF { b[n++] = $1 }
        END {
            for (at = 0; at < n; at += head + length_) {
                h = b[at]
                if (h < 128) { print "broken"; exit }
                if (h >= 192) {
                    tag = h - 192; l = b[at + 1]
                    if (l < 192) { head = 2; length_ = l }
                    else if (l < 224) { head = 3; length_ = (l - 192) * 256 + b[at + 2] + 192 }
                    else if (l == 255) { head = 6; length_ = ((b[at + 2] * 256 + b[at + 3]) * 256 + b[at + 4]) * 256 + b[at + 5] }
                    else { print "broken"; exit }
                } else {
                    tag = int((h - 128) / 4); kind = h % 4
                    if (kind == 0) { head = 2; length_ = b[at + 1] }
                    else if (kind == 1) { head = 3; length_ = b[at + 1] * 256 + b[at + 2] }
                    else { print "broken"; exit }
                }
                if (tag == 6) print at + head, length_
            }
        }'
}

# fingerprint FILE: that of the one primary key in a file; nothing where there is another number of them. It is the SHA-1 of the byte 0x99,
# the length in two bytes, and the packet (RFC 9580, 5.5.4.2).
fingerprint() {
    keys=$(primary_keys "$1")
    case $keys in '' | *[!0-9\ ]*) return ;; esac
    at=${keys% *} bytes=${keys#* }
    # shellcheck disable=SC2059 # two bytes
    { printf '\231'; printf "\\$(printf %03o $((bytes / 256)))\\$(printf %03o $((bytes % 256)))"; tail -c "+$((at + 1))" "$1" | head -c "$bytes"; } |
        sha1sum | cut -d ' ' -f 1
}

# docker_com_listed: whether a list of apt's names docker.com, on a line or in a stanza that counts: what upgrades of a system have switched off
# is none (sources.list(5)).
docker_com_listed() {
    there=${docker_com#*://}/linux
    cat "$root/etc/apt/sources.list" "$root"/etc/apt/sources.list.d/*.list 2>/dev/null |
        grep '^[[:space:]]*deb[[:space:]]' | grep -qF "$there" && return
    cat "$root"/etc/apt/sources.list.d/*.sources 2>/dev/null | grep -v '^#' | awk -v there="$there" '
        BEGIN { RS = "" }
        index($0, there) && tolower($0) !~ /(^|\n)enabled:[ \t]*no/ { found = 1 }
        END { exit !found }'
}

# docker_com_repository: Docker's key and repository, where no list of apt's names it yet. What was put here goes again where it does not answer.
docker_com_repository() {
    base=$docker_com/linux/$system
    if docker_com_listed; then return; fi
    install ca-certificates
    codename=$(sed -n 's/^VERSION_CODENAME=//p' "$root/etc/os-release" | tr -d '"')
    [ -n "$codename" ] || give_up "/etc/os-release has no VERSION_CODENAME, by which docker.com names its packages; say docker: \"install\" for those of the distribution."
    key=$root/etc/apt/keyrings/docker.asc list=$root/etc/apt/sources.list.d/docker.sources
    step "sets up the packages of docker.com"
    mkdir -p "${key%/*}" "${list%/*}"
    rm -f "$key.new"
    # By apt's own way out: what it may need to be let through is in its settings.
    said=$(/usr/lib/apt/apt-helper -o Acquire::Retries=2 download-file "$base/gpg" "$key.new" 2>&1) || {
        rm -f "$key.new"*
        give_up "docker.com's key could not be had from $base/gpg ($(reason)); let this machine reach download.docker.com, by apt's own proxy where it has one, or say docker: \"install\" for the packages of the distribution."
    }
    sed -n '/^-----BEGIN/,/^-----END/p' "$key.new" | grep -v '^-----\|^=\|:\|^$' | base64 -d >"$key.bytes" 2>/dev/null
    found=$(fingerprint "$key.bytes")
    rm -f "$key.bytes"
    if [ "$found" != "$docker_key" ]; then
        rm -f "$key.new"
        give_up "the key at $base/gpg is not the one that Docker names ($docker_key, and there is ${found:-none, or more than one}); something between this machine and docker.com gives another. Nothing was installed."
    fi
    chmod 644 "$key.new"
    mv -f "$key.new" "$key"
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: stable\nArchitectures: %s\nSigned-By: %s\n' \
        "$base" "$codename" "$(dpkg --print-architecture)" "$key" >"$list"
    if ! refresh || ! apt-cache madison docker-ce | grep -qF "${base#*://} "; then
        why=$(printf '%s\n' "$said" | grep '^[EW]: ' | grep -m 1 -F "${base#*://}")
        rm -f "$list" "$key"
        give_up "docker.com's packages for $system $codename could not be read${why:+ (${why#?: })}; see whether $base/dists/$codename is there, or say docker: \"install\" for the packages of the distribution."
    fi
}

# docker_com_packages VERSION: sets $engine to the packages, of the newest version that begins so.
docker_com_packages() {
    engine='docker-ce docker-ce-cli containerd.io'
    [ -n "$1" ] || return 0
    all=$(apt-cache madison docker-ce | awk '{ print $3 }')
    exact=$(printf '%s\n' "$all" | awk -v wanted="$1" '
        { plain = $0; sub(/^[0-9]+:/, "", plain) }
        index(plain, wanted) == 1 && substr(plain, length(wanted) + 1, 1) ~ /^[-.~+]?$/ { print; exit }')
    [ -n "$exact" ] ||
        give_up "docker.com has no Docker $1 for this machine; the newest are $(printf '%s\n' "$all" | sed 's/^[0-9]*://; s/-.*//' | head -n 5 | paste -s -d , - | sed 's/,/, /g')."
    engine="docker-ce=$exact docker-ce-cli=$exact containerd.io"
}
