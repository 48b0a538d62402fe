#!/bin/sh
# Makes the data directory on first start, as the official image does, then becomes postgres.
#   POSTGRES_PASSWORD, POSTGRES_USER, POSTGRES_DB, POSTGRES_INITDB_ARGS, each also as NAME_FILE
#   POSTGRES_HOST_AUTH_METHOD, PGDATA, /docker-entrypoint-initdb.d/*.{sh,sql,sql.gz,sql.xz}
set -eu

die() {
    echo "postgres: $1" >&2
    exit 1
}

# Sets and exports NAME from NAME_FILE, or from a default.
setting() {
    name=$1
    # shellcheck disable=SC2034 # used by the last eval
    default=${2-}
    eval "value=\${$name-}; file=\${${name}_FILE-}"
    # shellcheck disable=SC2154 # set by the eval above
    if [ -n "$value" ] && [ -n "$file" ]; then die "$name and ${name}_FILE are both set; set one of them."; fi
    if [ -n "$file" ]; then value=$(cat "$file"); fi
    eval "$name=\${value:-\$default}"
    unset "${name}_FILE" value file
}

# Refuses to begin a new database beside one of another place or version, as docker_setup_env and docker_error_old_databases of
# docker-library/postgres do: a volume where 17 and older had it means that somebody took the new image for the old one.
refuse_old_databases() {
    [ "$PGDATA" = "/var/lib/postgresql/$PG_MAJOR/docker" ] || return 0
    old=''
    for place in /var/lib/postgresql /var/lib/postgresql/data /var/lib/postgresql/*/docker; do
        [ ! -s "$place/PG_VERSION" ] || old="$old $place"
    done
    if [ -z "$old" ] && [ "$PG_MAJOR" -ge 18 ] && mountpoint -q /var/lib/postgresql/data; then
        old=' /var/lib/postgresql/data (unused mount/volume)'
    fi
    [ -z "$old" ] || die "in 18+, these Docker images keep data elsewhere; counter to that, there appears to be PostgreSQL data in:$old"
}

run_sql() { psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" "$@"; }

run_init_files() {
    for path in /docker-entrypoint-initdb.d/*; do
        case $path in
        *.sh) if [ -x "$path" ]; then "$path"; else sh "$path"; fi ;;
        *.sql) run_sql -f "$path" ;;
        *.sql.gz) gunzip -c "$path" | run_sql ;;
        *.sql.xz) xzcat "$path" | run_sql ;;
        */'*') ;;
        *) echo "postgres: ignoring $path" ;;
        esac
    done
}

initialise() {
    setting POSTGRES_PASSWORD
    setting POSTGRES_USER postgres
    setting POSTGRES_DB "$POSTGRES_USER"
    setting POSTGRES_INITDB_ARGS
    method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
    if [ -z "$POSTGRES_PASSWORD" ] && [ "$method" != trust ]; then
        die "database is uninitialized and superuser password is not specified; set POSTGRES_PASSWORD."
    fi

    # A pipe in place of a file, so that the password is never on the disk. The arguments are words on purpose.
    # shellcheck disable=SC2086
    if [ -n "$POSTGRES_PASSWORD" ]; then
        printf '%s\n' "$POSTGRES_PASSWORD" |
            initdb --username "$POSTGRES_USER" --pwfile=/dev/stdin --auth-local=trust $POSTGRES_INITDB_ARGS
    else
        initdb --username "$POSTGRES_USER" --auth-local=trust $POSTGRES_INITDB_ARGS
    fi
    printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"

    # This first server is for the files below; nobody else can reach it.
    pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
    if [ "$POSTGRES_DB" != postgres ]; then
        psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc --username "$POSTGRES_USER" --dbname postgres \
            --set db="$POSTGRES_DB" <<'SQL'
CREATE DATABASE :"db";
SQL
    fi
    export PGHOST=/var/run/postgresql POSTGRES_USER POSTGRES_DB POSTGRES_PASSWORD
    run_init_files
    unset PGHOST
    pg_ctl -D "$PGDATA" -m fast -w stop
    echo "PostgreSQL init process complete; ready for start up."
}

case ${1-} in
'' | -*) set -- postgres "$@" ;;
esac

if [ "$1" = postgres ]; then
    if [ "$(id -u)" = 0 ]; then
        mkdir -p "$PGDATA"
        chmod 700 "$PGDATA"
        find "$PGDATA" \! -user postgres -exec chown postgres:postgres {} +
        exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
    fi
    chmod 700 "$PGDATA" 2>/dev/null || echo "postgres: $PGDATA keeps its mode, it belongs to another user" >&2
    if [ ! -s "$PGDATA/PG_VERSION" ]; then refuse_old_databases && initialise; else echo "Database directory exists; skipping initialization"; fi
fi
exec "$@"
