#!/bin/sh
# mysql-login container=NAME user=NAME database=NAME
#
# Makes the database and the user of a MariaDB or MySQL accessory where they are not there yet, gives the user its password, and logs in
# as an app does: over TCP, with that user, password and database. Standard input has root's password and the user's, a line each as the
# clients read it in a file of options, and then the SQL for root. The same again is no harm, so that a run which was cut off is just run
# again. The passwords are in no argument list and in no environment: the clients read them from a descriptor.
set -u
# shellcheck source=lib/common.sh
. "${0%/*}/lib/common"

container='' user='' database=''
for word; do
    case $word in
    container=*) container=${word#*=} ;;
    user=*) user=${word#*=} ;;
    database=*) database=${word#*=} ;;
    *) fail "mysql-login: unknown word $word" ;;
    esac
done
if [ -z "$container" ] || [ -z "$user" ] || [ -z "$database" ]; then fail "mysql-login: container=, user= or database= is missing"; fi

# shellcheck disable=SC2016 # for the shell in the container
said=$(timeout 120 docker exec --interactive "$container" sh -c '
    client=$(command -v mariadb || command -v mysql) || { echo "there is neither mariadb nor mysql in it"; exit 1; }
    IFS= read -r root && IFS= read -r own || exit 1
    "$client" --defaults-extra-file=/dev/fd/3 --protocol=socket --user=root --default-character-set=utf8mb4 --binary-mode 3<<OPTIONS || exit 21
[client]
password=$root
OPTIONS
    "$client" --defaults-extra-file=/dev/fd/3 --protocol=tcp --host=127.0.0.1 --port=3306 --user="$1" --loose-ssl-verify-server-cert=0 \
        --default-character-set=utf8mb4 --skip-column-names --execute="SELECT 1" "$2" 3<<OPTIONS >/dev/null || exit 22
[client]
password=$own
OPTIONS
' sh "$user" "$database" 2>&1)
code=$?
[ "$code" -ne 0 ] || exit 0
printf '%s\n' "$said" | tail -n 3 | cut -c1-300 >&2
case $code:$said in
21:*"Access denied for user 'root'"*)
    fail "rootPassword is not that of root in the data of $container, which takes it with an empty volume only; nothing of it was changed. Give the password that the data was made with, or change root's there first, then rootPassword."
    ;;
22:*) fail "$container does not take the login of $user on the database $database over TCP, which root has just set; look at its log (docker logs $container)." ;;
esac
fail "the login of $user on the database $database in $container is not set; what stands above says why. Run pulumi up again once that is done."
