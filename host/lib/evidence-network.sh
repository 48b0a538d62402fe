# What a container reaches: the servers that its environment or its log names, the name server, the world. Asked from the
# container's own network, or from the proxy's, which is the same, when the container has ended.
# shellcheck shell=sh
# shellcheck disable=SC2154 # proxy is of common

hub='registry-1.docker.io'

# network_facts CONTAINER PID NAMES HOSTS IMAGE ENVIRONMENT DIRECTORY: prints facts, and leaves in DIRECTORY the files `named` (a
# line a server: FROM HOST PORT), `inside` and `outside` (INDEX RESOLVES CONNECTS, asked from the container's network and from
# the host; 0 is the registry) and `neighbours` (STATE NAME ALIAS...). PID is the container's process, NAMES and HOSTS are its
# resolv.conf and hosts file. Goes on in the background: the caller waits.
network_facts() {
    from=$1 pid=$2 names=$3 hosts=$4
    { printf '%s' "$6" | named_in_environment && named_in_log <"$7/log"; } | awk '!seen[$2, $3]++' | head -n 8 >"$7/named"
    docker ps --all --quiet --filter network=sextant | xargs -r docker inspect --format \
        '{{.State.Status}}{{if .State.Health}},{{.State.Health.Status}}{{end}} {{slice .Name 1}}{{range .NetworkSettings.Networks}}{{range .Aliases}} {{.}}{{end}}{{end}}' \
        2>/dev/null >"$7/neighbours" &
    if [ "$pid" -eq 0 ]; then
        from=$proxy
        read -r pid proxy_names proxy_hosts <<END
$(inspect '{{.State.Pid}} {{.ResolvConfPath}} {{.HostsPath}}' "$proxy")
END
        # One that never started has no names of its own.
        [ -s "$names" ] || names=$proxy_names hosts=$proxy_hosts
    fi
    [ "${pid:-0}" -gt 0 ] || return 0

    # The registry is a server that the host has just reached.
    registry=${5%%/*}
    case $registry in
    "$5") registry='' ;; # a name alone
    *.* | *:*) ;;
    *) registry='' ;; # a user's name
    esac
    registry=${registry:-$hub}
    name=${registry%:*}
    case $registry in *:*) number=${registry##*:} ;; *) number=443 ;; esac
    # Its address as the host knows it: the way out is tried also where the name is not known inside.
    known=$(timeout 1.2 getent ahostsv4 "$name" | awk 'NR == 1 { print $1 }')
    printf 'registry %s %s %s\n' "$name" "$number" "${known:--}" | cat - "$7/named" >"$7/asked"
    mkdir "$7/etc"
    { cat "$names" && echo 'options timeout:1 attempts:1'; } >"$7/etc/resolv.conf" 2>/dev/null
    cat "$hosts" >"$7/etc/hosts" 2>/dev/null
    echo 'hosts: files dns' >"$7/etc/nsswitch.conf"

    # A private copy of the mounts, with the container's names in place of the host's; where that is refused, nothing is asked.
    # shellcheck disable=SC2016 # expanded by the inner shell
    nsenter -t "$pid" -n unshare -m sh -c '
        for file in "$1"/etc/*; do mount --bind "$file" "/etc/${file##*/}" || exit; done
        eval "$2"' sh "$7" "$network_questions" >"$7/inside" 2>/dev/null &
    sh -c "$network_questions" sh "$7" >"$7/outside" 2>/dev/null &
    fact network from s "$from"
    fact network nameservers l "$(awk '$1 == "nameserver" { printf "%s\035", $2 }' "$7/etc/resolv.conf")"
    route=$(awk '$2 == "00000000" { found = "true" } END { print found ? found : "false" }' "/proc/$pid/net/route" 2>/dev/null)
    fact network defaultRoute b "$route"
    fact network name s "$name"
    fact network target s "$name:$number"
}

# Asks for every server of the file `asked` at the same time: whether its name resolves, whether it takes a connection.
# shellcheck disable=SC2016 # run by another shell
network_questions='
reach() {
    said=$(timeout 1 bash -c "exec 3<>/dev/tcp/\$0/\$1" "$1" "$2" 2>&1)
    case $?:$said in
    0:*) echo yes ;;
    124:*) echo timeout ;;
    *refused*) echo refused ;;
    *nreachable* | *"No route"*) echo unreachable ;;
    *) echo - ;;
    esac
}
index=-1
while read -r _ name port known; do
    index=$((index + 1))
    {
        # Both at once, as either may wait for a name server in vain; an address of IPv4 goes first.
        address=$({ timeout 1.2 getent ahostsv4 "$name" & timeout 1.2 getent ahosts "$name" & wait; } | awk "
            \$1 !~ /:/ { four = \$1 } { any = \$1 } END { print four ? four : any }")
        if [ -z "$address" ] && [ "${known:--}" != - ]; then echo "$index no $(reach "$known" "$port")"
        elif [ -z "$address" ]; then echo "$index no -"
        elif [ "$port" = - ]; then echo "$index yes -"
        else echo "$index yes $(reach "$address" "$port")"
        fi
    } &
done <"$1/asked"
wait
'

# named_in_environment: the servers that variables on standard input (\036 between them) name: URLs of databases, queues and
# caches, and NAME_HOST with NAME_PORT. A line each: VARIABLE HOST PORT.
named_in_environment() {
    # shellcheck disable=SC2016 # awk's own
    LC_ALL=C awk '
        BEGIN {
            RS = "\036"
            known["postgres"] = known["postgresql"] = known["postgis"] = 5432
            known["mysql"] = known["mysql2"] = known["trilogy"] = known["mariadb"] = 3306
            known["redis"] = known["rediss"] = known["valkey"] = 6379
            known["amqp"] = 5672; known["amqps"] = 5671; known["mongodb"] = 27017; known["memcached"] = 11211; known["nats"] = 4222
        }
        function good(host) { return host ~ /^[A-Za-z0-9][A-Za-z0-9._-]*$/ && host != "0.0.0.0" }
        /^[A-Za-z_][A-Za-z0-9_]*=/ {
            at = index($0, "="); name = substr($0, 1, at - 1); value = substr($0, at + 1)
            values[name] = value
            if (!match(value, /^[a-z][a-z0-9+]*:\/\//)) next
            scheme = substr(value, 1, RLENGTH - 3); rest = substr(value, RLENGTH + 1)
            if (!(scheme in known)) next
            sub(/[\/?#].*/, "", rest); sub(/^.*@/, "", rest); sub(/,.*/, "", rest)
            port = known[scheme]
            if (match(rest, /:[0-9]+$/)) { port = substr(rest, RSTART + 1); rest = substr(rest, 1, RSTART - 1) }
            if (good(rest)) print name, rest, port
        }
        END {
            for (name in values) {
                if (name !~ /_HOST$/ || name ~ /^(LISTEN|BIND|APP|HTTP|SERVER|PUBLIC|RAILS|KAMAL)_/ || !good(values[name])) continue
                stem = substr(name, 1, length(name) - 5)
                port = values[stem "_PORT"]
                if (port !~ /^[0-9]+$/) port = stem ~ /^(DB|DATABASE|POSTGRES|PG)$/ ? 5432 : stem ~ /^MYSQL$/ ? 3306 : stem ~ /^REDIS$/ ? 6379 : "-"
                print name, values[name], port
            }
        }'
}

# named_in_log: the servers that lines of a log on standard input could not reach, a line each: log HOST PORT.
named_in_log() {
    # shellcheck disable=SC2016 # awk's own
    LC_ALL=C awk '
        # WORDS are a string: awk hands a regular expression on as what it found in the line, 0 or 1.
        function after(text, words,    rest) {
            if (!match(text, words)) return ""
            rest = substr(text, RSTART + RLENGTH)
            return match(rest, /^[A-Za-z0-9][A-Za-z0-9._-]*/) ? substr(rest, 1, RLENGTH) : ""
        }
        function say(host, port) { if (host ~ /[A-Za-z]/ || host ~ /^[0-9]+(\.[0-9]+)+$/) print "log", host, (port == "" ? "-" : port) }
        tolower($0) ~ /refused|could not translate|not known|no such host|not found|enotfound|eai_again|timed out|timeout|unreachable|no route|failure in name|failed to open tcp|could not connect|econn|cannot connect|can.t connect|execution expired|unknown .*host/ {
            host = after($0, "host name \"|server at \"|connection to server at \"|ENOTFOUND |EAI_AGAIN |lookup |host=.|server host .|to host \"|in upstream \"|resolve host: |HostException: ")
            if (host != "") { say(host, after($0, "port[ =]+")); next }
            text = $0
            while (match(text, /[A-Za-z0-9][A-Za-z0-9._-]*:[0-9]+/)) {
                found = substr(text, RSTART, RLENGTH)
                before = RSTART > 1 ? substr(text, RSTART - 1, 1) : ""
                text = substr(text, RSTART + RLENGTH)
                host = found; sub(/:[0-9]+$/, "", host)
                port = found; sub(/^.*:/, "", port)
                # A place in a source file, and a time of day, look alike.
                if (before == "/" && host ~ /\./ && host ~ /\.[a-z]+$/ && host ~ /\.(rb|py|js|ts|go|ex|exs|php|java|erb|mjs|cjs)$/) continue
                if (host ~ /\.(rb|py|js|ts|go|ex|exs|php|java|erb|mjs|cjs)$/ || host ~ /^[0-9T-]+$/ || port + 0 < 20 || port + 0 > 65535 || text ~ /^:in/) continue
                say(host, port)
                break
            }
        }' | tail -n 4
}

# cut_off DIRECTORY: true when, by what network_facts has left there, the log speaks of a server that this host knows by name, or
# reaches, and the container's network does not. Time does not cure that, where a server that is not there yet is missing on both.
cut_off() {
    named_in_log <"$1/log" >"$1/spoken"
    awk '
        FILENAME ~ /spoken$/ { spoken[$2 SUBSEP $3] = 1; next }
        FILENAME ~ /asked$/ { server[FNR - 1] = $2 SUBSEP $3; next }
        FILENAME ~ /outside$/ { resolves[$1] = $2; connects[$1] = $3; next }
        # The first one is the registry.
        $1 > 0 && server[$1] in spoken {
            if (resolves[$1] == "yes" && $2 == "no") found = 1
            if (connects[$1] == "yes" && ($3 == "timeout" || $3 == "unreachable")) found = 1
        }
        END { exit !found }' "$1/spoken" "$1/asked" "$1/outside" "$1/inside" 2>/dev/null
}
