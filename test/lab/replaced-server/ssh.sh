#!/bin/sh
# A machine to ssh, as far as volumes go: a directory in $MACHINES by its address, or it does not answer. Docker's API is asked for
# volumes, containers and networks; whatever else is run there succeeds. What is asked of Docker is written down.
for word; do
    case $word in root@*) host=${word#*@} ;; esac
    line=$word
done
machine=$MACHINES/$host
[ -d "$machine" ] || {
    echo "ssh: connect to host $host port 22: No route to host" >&2
    exit 255
}
case $line in
*" engine "*) ;;
*)
    [ "$line" = true ] || cat >/dev/null
    # What a test says of the machine: the words of a line that fails.
    if [ -f "$machine/fails" ] && [ "${line#*"$(cat "$machine/fails")"}" != "$line" ]; then
        echo "it does not do that" >&2
        exit 1
    fi
    exit 0
    ;;
esac
request=${line##*" engine "}
method=${request%% *}
path=$(printf %s "${request#* }" | tr -d "'")
body=$(cat)
printf '%s %s\n' "$method" "$path" >>"$machine/requests"
answer() { printf '%s\n%s\n' "$2" "$1"; }
case "$method $path" in
"POST /volumes/create")
    name=$(printf %s "$body" | sed 's/.*"Name":"\([^"]*\)".*/\1/')
    mkdir -p "$machine/volumes/$name"
    answer 201 "{\"Name\":\"$name\"}"
    ;;
"GET /volumes?"*) answer 200 '{"Volumes":[]}' ;;
"GET /volumes/"*)
    if [ -d "$machine/volumes/${path#/volumes/}" ]; then
        answer 200 '{"Driver":"local","Options":null,"Labels":null}'
    else
        answer 404 '{"message":"no such volume"}'
    fi
    ;;
"DELETE /volumes/"*) rm -r "$machine/volumes/${path#/volumes/}" && answer 204 '' ;;
"GET /containers/json?"* | "GET /networks?"*) answer 200 '[]' ;;
"GET /images/"*) answer 200 '{"Config":{}}' ;;
"POST /containers/create?"* | "POST /networks/create") answer 201 '{"Id":"made"}' ;;
*) answer 204 '' ;;
esac
