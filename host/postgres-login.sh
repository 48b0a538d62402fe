#!/bin/sh
# postgres-login container=NAME user=NAME database=NAME [check=yes]
#
# Gives the user of a Postgres accessory its password. Standard input is what psql reads: its \password, which hashes the password
# before it sends it. The same password again is no harm, so that a run which was cut off is just run again.
# It connects over the socket, which the official image trusts; an image that was told otherwise takes the password that the
# container was made with.
#
# With check=yes nothing is set: standard input is the password, and the verb asks whether it is the one that the database has. It connects
# as other containers do, by the container's address in its network, where the official image asks for it.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"

container='' user='' database='' check=''
for word; do
    case $word in
    container=*) container=${word#*=} ;;
    user=*) user=${word#*=} ;;
    database=*) database=${word#*=} ;;
    check=*) check=${word#*=} ;;
    *) fail "postgres-login: unknown word $word" ;;
    esac
done
if [ -z "$container" ] || [ -z "$user" ] || [ -z "$database" ]; then fail "postgres-login: container=, user= or database= is missing"; fi

if [ -n "$check" ]; then
    # shellcheck disable=SC2016 # for the shell in the container
    said=$(timeout 60 docker exec --interactive "$container" sh -c '
        IFS= read -r PGPASSWORD
        export PGPASSWORD
        address=$(hostname -i)
        exec psql --no-psqlrc --no-password --quiet --tuples-only --host "${address%% *}" --username "$1" --dbname "$2" --command "select 1"
    ' sh "$user" "$database" 2>&1 >/dev/null) && exit 0
    printf '%s\n' "$said" | tail -n 3 | cut -c1-300 >&2
    fail "the database of $container does not let $user in with the password that the program has; nothing was changed. Give user, database and password as Kamal's container has them (docker exec $container env shows the names; .kamal/secrets has the password), and run pulumi up again."
fi

# shellcheck disable=SC2016 # for the shell in the container
said=$(timeout 60 docker exec --interactive "$container" sh -c '
    unset PGHOST PGHOSTADDR
    PGPASSWORD=${POSTGRES_PASSWORD-} exec psql --no-psqlrc --no-password --quiet --set ON_ERROR_STOP=1 --username "$1" --dbname "$2"
' sh "$user" "$database" 2>&1) && exit 0
printf '%s\n' "$said" | grep -v '^Enter ' | tail -n 3 | cut -c1-300 >&2
case $said in
*"role \"$user\" does not exist"* | *"database \"$database\" does not exist"*)
    fail "the data of $container was made with another user or database than $user and $database, and PostgreSQL makes them with an empty volume only; nothing of it was changed. Give user and database the names that it was made with, or make a second Postgres with these beside it and copy the data there with npx sextant copy-data."
    ;;
esac
fail "the password of $user in the database of $container is still the old one: psql could not set it over the socket. Set it there by hand (docker exec -it $container psql -U $user $database, then \\password $user) and run pulumi up again."
