#!/bin/sh
# Makes the data directory on first start, and upgrades that of an older series, as the official image does (MariaDB/mariadb-docker), then
# becomes mariadbd. The server of the first start and of an upgrade listens on its socket alone.
#   MARIADB_ROOT_PASSWORD, MARIADB_ROOT_HOST, MARIADB_DATABASE, MARIADB_USER, MARIADB_PASSWORD, MARIADB_AUTO_UPGRADE, and the same with
#   MYSQL_ in front; /docker-entrypoint-initdb.d/*.{sh,sql}
set -eu

data=/var/lib/mysql
socket=/run/mysqld/mysqld.sock

# Sets NAME of MARIADB_NAME, or of MYSQL_NAME, or from a default.
setting() {
    eval "value=\${MARIADB_$1-\${MYSQL_$1-${2-}}}"
    # shellcheck disable=SC2154 # set by the eval above
    eval "$1=\$value"
}
setting ROOT_PASSWORD
setting ROOT_HOST %
setting DATABASE
setting USER
setting PASSWORD

# quoted TEXT: as it stands between quotes in SQL.
quoted() { printf '%s\n' "$1" | sed "s/[\\\\']/\\\\&/g"; }

as_root() { mariadb --protocol=socket -uroot --socket="$socket" --default-character-set=utf8mb4 "$@"; }

# first_server OPTIONS...: a server that nobody else can reach.
first_server() {
    mariadbd --skip-networking --socket="$socket" --skip-slave-start "$@" &
    server=$!
    for _ in $(seq 300); do
        ! MYSQL_PWD='' as_root --execute='SELECT 1' >/dev/null 2>&1 || return 0
        sleep 0.1
    done
    echo "mariadb: the first server does not start" >&2
    exit 1
}
end_first_server() {
    kill "$server"
    wait "$server" || :
}

initialise() {
    [ -n "$ROOT_PASSWORD" ] || { echo "mariadb: database is uninitialized and MARIADB_ROOT_PASSWORD is not specified" >&2 && exit 1; }
    mariadb-install-db --datadir="$data" --auth-root-authentication-method=normal --skip-test-db >/dev/null
    first_server
    root=$(quoted "$ROOT_PASSWORD")
    {
        printf "SET @@SESSION.SQL_MODE = REPLACE(@@SESSION.SQL_MODE, 'NO_BACKSLASH_ESCAPES', '');\n"
        printf "DROP USER IF EXISTS root@'127.0.0.1', root@'::1';\n"
        printf "EXECUTE IMMEDIATE CONCAT('DROP USER IF EXISTS root@\\\\'', @@hostname, '\\\\'');\n"
        printf "SET PASSWORD FOR 'root'@'localhost' = PASSWORD('%s');\n" "$root"
        if [ "$ROOT_HOST" != localhost ]; then
            printf "CREATE USER 'root'@'%s' IDENTIFIED BY '%s';\n" "$ROOT_HOST" "$root"
            printf "GRANT ALL ON *.* TO 'root'@'%s' WITH GRANT OPTION;\n" "$ROOT_HOST"
        fi
        # shellcheck disable=SC2016 # a name in SQL
        [ -z "$DATABASE" ] || printf 'CREATE DATABASE IF NOT EXISTS `%s`;\n' "$DATABASE"
        if [ -n "$USER" ] && [ -n "$PASSWORD" ]; then
            printf "CREATE USER '%s'@'%%' IDENTIFIED BY '%s';\n" "$USER" "$(quoted "$PASSWORD")"
            # shellcheck disable=SC2016 # a name in SQL
            [ -z "$DATABASE" ] || printf 'GRANT ALL ON `%s`.* TO '"'%s'@'%%'"';\n' "$(printf %s "$DATABASE" | sed 's/_/\\_/g')" "$USER"
        fi
    } | MYSQL_PWD='' as_root --binary-mode mysql
    export MYSQL_PWD="$ROOT_PASSWORD"
    for path in /docker-entrypoint-initdb.d/*; do
        case $path in
        *.sh) if [ -x "$path" ]; then "$path"; else sh "$path"; fi ;;
        *.sql) as_root ${DATABASE:+"$DATABASE"} <"$path" ;;
        esac
    done
    unset MYSQL_PWD
    end_first_server
    echo "MariaDB init process done. Ready for start up."
}

# older: whether the data is of an older series than this server.
older() {
    has=$(cut -d. -f1,2 "$data/mariadb_upgrade_info" 2>/dev/null || cut -d. -f1,2 "$data/mysql_upgrade_info" 2>/dev/null) || return 0
    is=$(mariadbd --version | sed 's/.*Ver \([0-9]*\.[0-9]*\).*/\1/')
    [ "$has" != "$is" ] && [ "$(printf '%s\n' "$has" "$is" | sort -V | head -n 1)" = "$has" ]
}

upgrade() {
    case ${MARIADB_AUTO_UPGRADE-} in '' | 0) echo "MariaDB upgrade required, but skipped" && return 0 ;; esac
    first_server --skip-grant-tables
    mariadb-upgrade --socket="$socket" --upgrade-system-tables
    end_first_server
    echo "MariaDB upgrade done."
}

case ${1-} in
'' | -*) set -- mariadbd "$@" ;;
esac

if [ "$1" = mariadbd ]; then
    if [ "$(id -u)" = 0 ]; then
        find "$data" \! -user mysql -exec chown mysql: {} +
        exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
    fi
    if [ ! -d "$data/mysql" ]; then initialise; elif older; then upgrade; fi
    unset ROOT_PASSWORD PASSWORD MARIADB_ROOT_PASSWORD MARIADB_PASSWORD MYSQL_ROOT_PASSWORD MYSQL_PASSWORD
fi
exec "$@"
