# Shared by the verbs that take over what Kamal 2 has on this host. It labels the containers of an app `service`, `role` and `destination`, the
# last one empty where there is none (lib/kamal/configuration/role.rb default_labels), and gives their short ids to the proxy as targets
# (lib/kamal/cli/app/boot.rb). A role of Kamal's is SERVICE/ROLE/DESTINATION here.
# shellcheck shell=sh
# shellcheck disable=SC2154 # proxy is of common
# shellcheck source=common.sh
. "${0%/*}/lib/common"

# kamal_prefix ROLE: what its route is called in the proxy.
kamal_prefix() {
    printf '%s' "${1%/}" | tr / -
}

# kamal_label: the format by which a container says whose it is of Kamal's roles; ours say nothing.
kamal_label='{{if index .Config.Labels "sextant.role"}}{{else}}{{index .Config.Labels "service"}}/{{index .Config.Labels "role"}}/{{index .Config.Labels "destination"}}{{end}}'

# kamal_has ROLE TARGETS: whether the targets are containers of the role, as far as they are there.
kamal_has() (
    [ -n "$2" ] || exit 1
    printf '%s\n' "$2" | tr ',' '\n' | while read -r target; do
        whose=$(inspect "$kamal_label" "${target%:*}") || continue
        [ "$whose" = "$1" ] || exit 1
    done
)

# kamal_names TARGETS: the names of the containers, as far as they are there.
kamal_names() {
    printf '%s\n' "$1" | tr ',' '\n' | while read -r target; do
        inspect '{{.Name}}' "${target%:*}" | sed 's,^/,,'
    done
}

# kamal_running ROLE: the containers of the role that run, a line each: ID NAME.
kamal_running() {
    service=${1%%/*} of=${1#*/}
    docker ps --filter "label=service=$service" --filter "label=role=${of%%/*}" --filter "label=destination=${of#*/}" \
        --format '{{.ID}} {{.Names}}' | while read -r id name; do
        [ "$(inspect "$kamal_label" "$id")" != "$1" ] || printf '%s %s\n' "$id" "$name"
    done
}

# kamal_lost PAIRS WANTED: the pairs of a route of Kamal's that are in nothing of what is wanted, a line each: HOST PATH.
kamal_lost() {
    printf '%s\n' "$1" | WANTED=$2 awk '
        BEGIN { count = split(ENVIRON["WANTED"], list, "\n"); for (i = 1; i <= count; i++) { split(list[i], part, " "); host[i] = part[1]; path[i] = part[2] } }
        {
            for (i = 1; i <= count; i++)
                if ((host[i] == $1 || host[i] == "*") && (path[i] == "/" || $2 == path[i] || index($2, path[i] "/") == 1)) next
            print
        }'
}
