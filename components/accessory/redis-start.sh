#!/bin/sh
# redis-start files|snapshots DIRECTORY
#
# Starts Redis or Valkey in its container: with every write appended to files, or with snapshots alone. Whatever the container
# before it did, nothing of what that one held is lost:
# - Redis that appends and finds no files of that kind starts empty, and ignores the snapshot. So the snapshot becomes the first of
#   them: a file that begins with a snapshot is what every version since 4 reads, and 7 and later take it over as their own
#   (`loadAppendOnlyFiles` and `aofUpgradePrepare` in Redis's src/aof.c).
# - Redis that does not append reads the snapshot alone. So what was appended is read once by a server that nobody can reach,
#   which saves it as a snapshot; the files are put away when that is on the disk.
# The password is read from the container's environment; in an argument list every process list on the host would show it.
# The server takes the place of this shell, so that it is told to stop: a shell in front of it would keep the signal.
set -eu

mode=${1-} directory=${2-}
case $mode in files | snapshots) ;; *) echo "redis-start: files or snapshots, and not '$mode'" >&2 && exit 2 ;; esac
cd "$directory"
server=redis-server cli=redis-cli
! command -v valkey-server >/dev/null || server=valkey-server
command -v redis-cli >/dev/null || cli=valkey-cli
# As the image starts it: as a user that is not root, with the modules that it has. Without one of the official images, as it is.
entrypoint=$(command -v docker-entrypoint.sh || :)

# How the container before this one kept its data; empty where another program ran it.
former=$(cat .sextant-keeps 2>/dev/null || :)
keeps() {
    echo "$1" >.sextant-keeps.new
    mv .sextant-keeps.new .sextant-keeps
}

# appended: true where there is what was appended.
appended() { [ -f appendonly.aof ] || [ -d appendonlydir ]; }

# appended_last: true where something was appended after the snapshot was made.
appended_last() {
    [ ! -f dump.rdb ] || [ -n "$(find appendonly.aof appendonlydir -type f -newer dump.rdb 2>/dev/null)" ]
}

# put_away: what was appended is of no use any more. At no moment half of it looks like all.
put_away() {
    rm -rf appendonlydir.old appendonly.aof.old
    [ ! -d appendonlydir ] || mv appendonlydir appendonlydir.old
    [ ! -f appendonly.aof ] || mv appendonly.aof appendonly.aof.old
}

# start_from_snapshot: the snapshot as the first of the files that are appended to.
start_from_snapshot() {
    [ -s dump.rdb ] || return 0
    cp -p dump.rdb appendonly.aof.new
    sync
    mv appendonly.aof.new appendonly.aof
}

# save_as_snapshot: reads what was appended, and saves it, by a server that can be reached by its socket alone.
save_as_snapshot() {
    socket=/tmp/sextant-redis.sock
    rm -f "$socket"
    $entrypoint "$server" - <<SETTINGS &
port 0
unixsocket $socket
dir $directory
appendonly yes
save ""
SETTINGS
    saving=$!
    trap 'kill "$saving"; exit 143' TERM INT
    until [ "$($cli -s "$socket" ping 2>/dev/null || :)" = PONG ]; do
        kill -0 "$saving" 2>/dev/null || { echo "redis-start: what was appended cannot be read; it is left as it is" >&2 && exit 1; }
        sleep 0.1
    done
    [ "$($cli -s "$socket" save)" = OK ] ||
        { echo "redis-start: what was appended cannot be saved as a snapshot; it is left as it is" >&2 && exit 1; }
    $cli -s "$socket" shutdown nosave >/dev/null 2>&1 || :
    wait "$saving" || :
    trap - TERM INT
}

# quoted: a line of standard input as an argument in a file of settings, by Redis's own rules (`sdssplitargs` in src/sds.c).
quoted() { LC_ALL=C sed 's/[\\"]/\\&/g; s/.*/"&"/'; }

case $mode in
files)
    [ "$former" != snapshots ] || put_away
    appended || start_from_snapshot
    append=yes
    ;;
snapshots)
    if appended && [ "$former" != snapshots ] && { [ "$former" = files ] || appended_last; }; then
        save_as_snapshot
    fi
    put_away
    append=no
    ;;
esac
keeps "$mode"

password=''
[ -z "${REDIS_PASSWORD-}" ] || password="requirepass $(printf '%s\n' "$REDIS_PASSWORD" | quoted)"
# shellcheck disable=SC2086 # no word where there is none
exec $entrypoint "$server" - --bind '*' --protected-mode no <<SETTINGS
dir $directory
appendonly $append
$password
SETTINGS
