#!/bin/sh
# database-copy server=postgres|mysql [old=CONTAINER from=DATABASE as=USER [by=CONTAINER] [owners=no]] [new=CONTAINER into=DATABASE to=USER]
#
# Copies a database into an empty one as SQL, without a file: with old= and new= on this host; with old= alone it prints the SQL, with new=
# alone it reads it from standard input. by= is the container whose pg_dump is used, over the network, in place of the old one's own.
#
# Standard input has a password a line, that of the new database first. What then stays open says that somebody waits: its end ends the
# dump. What ends too early commits nothing, since COMMIT comes behind a dump alone that has ended well: psql takes the end of its input for
# that of its work, and commits by itself with --single-transaction.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"

server='' old='' from='' as='' by='' owners='' new='' into='' to=''
for word; do
    case $word in
    server=*) server=${word#*=} ;;
    old=*) old=${word#*=} ;;
    from=*) from=${word#*=} ;;
    as=*) as=${word#*=} ;;
    by=*) by=${word#*=} ;;
    owners=*) owners=${word#*=} ;;
    new=*) new=${word#*=} ;;
    into=*) into=${word#*=} ;;
    to=*) to=${word#*=} ;;
    *) fail "database-copy: unknown word $word" ;;
    esac
done
case $server in postgres | mysql) ;; *) fail "database-copy: server= is postgres or mysql" ;; esac
if [ -z "$old$new" ]; then fail "database-copy: old= or new= is missing"; fi

# What a dump in a container is: $dump has begun, and ends with its reader, or when standard input, which is descriptor 3, does.
#
# The first process of the container is the server itself, and a child of this shell that is left behind becomes its own: PostgreSQL takes
# one that a signal has ended for a crashed backend, and starts all of itself anew (src/backend/postmaster/postmaster.c, CleanupBackend). So
# this shell outlives its children and waits for each of them: pg_dump ends by its own handler, and a reader that is gone is an error of
# writing. The watch is killed: a signal that a shell traps is lost where it comes just before the shell waits for its input.
# shellcheck disable=SC2016 # for the shell in the container
followed='
    dump=$!
    (IFS= read -r _ <&3; kill "$dump"; exit 0) >/dev/null 2>&1 &
    watch=$!
    wait "$dump"
    code=$?
    kill -9 "$watch" 2>/dev/null
    wait "$watch" 2>/dev/null
    [ "$code" -eq 0 ] || exit 1
'

# dump: takes the place of the shell that calls it, whose process is then the one to end.
dump() {
    case $server in
    postgres)
        # shellcheck disable=SC2016 # for the shell in the container
        exec docker exec --interactive "${by:-$old}" sh -c '
            IFS= read -r PGPASSWORD
            export PGPASSWORD PGAPPNAME="sextant copy"
            unset PGHOST PGHOSTADDR
            trap "" PIPE
            exec 3<&0
            echo "BEGIN;"
            pg_dump --no-password --verbose --lock-wait-timeout=5min --quote-all-identifiers --no-tablespaces ${4:+--no-owner --no-privileges} \
                ${3:+--host "$3"} --username "$1" --dbname "$2" </dev/null &
            '"$followed"'
            # What the planner knows of tables is in no dump.
            printf "%s\n" "COMMIT;" "SELECT '\''sextant: copied'\'';" "ANALYZE;"
        ' sh "$as" "$from" "${by:+$old}" "$owners"
        ;;
    mysql)
        # shellcheck disable=SC2016 # for the shell in the container
        exec docker exec --interactive "$old" sh -c '
            IFS= read -r password
            tool=$(command -v mariadb-dump || command -v mysqldump) || { echo "there is neither mariadb-dump nor mysqldump in it" >&2; exit 1; }
            exec 3<&0
            exec 4<<OPTIONS
[client]
password=$password
OPTIONS
            "$tool" --defaults-extra-file=/dev/fd/4 --protocol=socket --user=root --single-transaction --quick --routines --events --triggers \
                --hex-blob --no-tablespaces --loose-set-gtid-purged=OFF --verbose --default-character-set=utf8mb4 "$1" </dev/null &
            '"$followed"'
            printf "%s\n" "DROP TABLE sextant_copy_unfinished;" "SELECT '\''sextant: copied'\'';"
        ' sh "$from"
        ;;
    esac
}

load() {
    case $server in
    postgres)
        # shellcheck disable=SC2016 # for the shell in the container
        docker exec --interactive "$new" sh -c '
            IFS= read -r PGPASSWORD
            export PGPASSWORD PGAPPNAME="sextant copy"
            unset PGHOST PGHOSTADDR
            exec psql --no-psqlrc --no-password --tuples-only --no-align --set ON_ERROR_STOP=1 --set VERBOSITY=terse --username "$1" --dbname "$2"
        ' sh "$to" "$into"
        ;;
    mysql)
        # shellcheck disable=SC2016 # for the shell in the container
        docker exec --interactive "$new" sh -c '
            client=$(command -v mariadb || command -v mysql) || { echo "there is neither mariadb nor mysql in it" >&2; exit 1; }
            IFS= read -r password
            exec 4<<OPTIONS
[client]
password=$password
OPTIONS
            exec "$client" --defaults-extra-file=/dev/fd/4 --protocol=socket --user=root --default-character-set=utf8mb4 --binary-mode \
                --skip-column-names "$1"
        ' sh "$into"
        ;;
    esac
}

if [ -z "$new" ]; then
    dump
elif [ -z "$old" ]; then
    load
else
    IFS= read -r secret || fail "database-copy: there is no password on standard input"
    mkdir -p "$until_boot"
    # The process of the dump, while there is one.
    dumping=$(mktemp "$until_boot/copy.XXXXXX") || exit 1
    trap 'rm -f "$dumping"' EXIT
    exec 3<&0
    {
        printf '%s\n' "$secret"
        dump <&3 3<&- &
        echo $! >"$dumping"
        wait $! 2>/dev/null
        : >"$dumping"
    } | {
        load 3<&-
        code=$?
        # A dump that waits prints nothing, and would not notice that nobody reads it.
        exec <&-
        [ ! -s "$dumping" ] || kill -9 "$(cat "$dumping")" 2>/dev/null
        exit "$code"
    }
fi
