# Asks a new container for its health, keeps every answer as a line of a trace, and knows which answers time cannot change.
# shellcheck shell=sh

# moment: the time as Docker's events want it, seconds since 1970 with nine decimals. A width (%3N) is GNU's own, and coreutils in
# Rust drop the zeros in front of nanoseconds before 0.9.0 (uutils/coreutils#12001).
moment() {
    at=$(date '+%s %N')
    decimals=${at#* }
    case $decimals in '' | *[!0-9]*) decimals=0 ;; esac
    while [ "${#decimals}" -lt 9 ]; do decimals=0$decimals; done
    printf '%s.%s\n' "${at% *}" "$decimals"
}

# milliseconds: the time, to tell how far apart things were.
milliseconds() {
    at=$(moment)
    at=${at%??????}
    printf '%s\n' "${at%.*}${at#*.}"
}

# ask_once TRACE BEGUN ADDRESS PORT PATH HOST PROTO SECONDS: asks one time, adds a line to the file TRACE, and sets
# curl_exit, status, location and framework. No redirect is followed, and no proxy of the environment is used.
# BEGUN is what milliseconds said when the wait began. It returns 0 for a 2xx and nothing else.
# shellcheck disable=SC2034 # for the caller
ask_once() {
    ask_dir=${1%/*}
    rm -f "$ask_dir/headers" "$ask_dir/body"
    # The body is cut by head: curl then ends with 23, which is an answer all the same.
    {
        curl --silent --show-error --max-time "$8" --noproxy '*' --max-redirs 0 --header "Host: $6" \
            --header "X-Forwarded-Proto: $7" --header 'X-Forwarded-For: 127.0.0.1' --user-agent sextant-ready \
            --dump-header "$ask_dir/headers" --write-out '%{stderr}\n%{http_code} %{time_connect} %{time_starttransfer} %{size_download}\n' \
            "http://$3:$4$5" 2>"$ask_dir/meta"
        echo $? >"$ask_dir/exit"
    } | head -c 600 >"$ask_dir/body"
    read -r curl_exit <"$ask_dir/exit"
    answer=$(tail -n 1 "$ask_dir/meta")
    status=${answer%% *} location='' framework=''
    case $status in [1-5]??) ;; *) status=000 ;; esac
    if [ "$curl_exit" -eq 23 ] && [ "$status" != 000 ]; then curl_exit=0; fi
    at=$(($(milliseconds) - $2))
    if [ "$curl_exit" -ne 0 ] && [ "$status" = 000 ]; then
        printf '%s\t%s\t%s\t%s\n' "$at" 0 "$curl_exit" "$answer" >>"$1"
        return 1
    fi
    printf '%s\t%s\t%s\t%s\t' "$at" "$status" "$curl_exit" "$answer" >>"$1"
    case $status in
    2??)
        echo >>"$1"
        return 0
        ;;
    esac
    # shellcheck disable=SC2016 # awk's own
    LC_ALL=C awk '
        function value() { sub(/^[^:]*:[ \t]*/, ""); gsub(/[\t\r]/, ""); return substr($0, 1, 400) }
        { name = tolower($0); sub(/:.*/, "", name) }
        name == "location" { location = value() }
        name == "server" { server = value() }
        name == "content-type" { type = value() }
        name == "retry-after" { after = value() }
        name == "x-runtime" || name == "x-request-id" { framework = "yes" }
        END { printf "%s\t%s\t%s\t%s\t%s\t", location, server, type, after, framework }
    ' "$ask_dir/headers" >"$ask_dir/parts"
    location=$(cut -f 1 "$ask_dir/parts")
    framework=$(cut -f 5 "$ask_dir/parts")
    { cat "$ask_dir/parts" && tr -s '\000-\037' ' ' <"$ask_dir/body" && echo; } >>"$1"
    return 1
}

# final_answer STATUS FRAMEWORK: true for an answer that time cannot change; provider/diagnosis/final.ts says why.
final_answer() {
    case $1 in
    30[12378] | 401 | 403 | 421 | 429) return 0 ;;
    404 | 410) [ -n "$2" ] ;;
    *) return 1 ;;
    esac
}

# final_state STATUS EXIT RESTARTS OOM LOG: true for a state of the container that time cannot change; LOG is a file with the
# end of its log. One that Docker starts again may find what it missed, so that is waited for some times; then passes is set.
# shellcheck disable=SC2034 # for the caller
final_state() {
    passes=''
    [ "$4" != true ] || return 0
    case $1 in
    exited | dead) return 0 ;;
    restarting) case $2 in 0 | 126 | 127) return 0 ;; esac ;;
    *) [ "$3" -ge 1 ] || return 1 ;;
    esac
    [ "$3" -lt 3 ] || return 0
    ! tail -n 5 "$5" | grep -q 'exec format error' || return 0
    if tail -n 40 "$5" | grep -qiE "$passing" || tail -n 40 "$5" | grep -qwE "$passing_codes"; then
        passes=yes
        return 1
    fi
    [ "$3" -lt 2 ] || return 0
    tail -n 40 "$5" | grep -qE "$exception"
}

# What an app says about a server that may still come, and how the common languages print an exception that ended it.
passing='refused|could not connect|timed out|timeout|starting up|not yet accepting|is loading|no such host|name or service not known|name resolution|could not translate|unreachable'
# Names of errors are names: ModuleNotFoundError has ENOTFOUND in it, for who does not heed capitals.
passing_codes='ENOTFOUND|EAI_AGAIN|ECONNREFUSED'
exception='^[^ ]*\.rb:[0-9]+:in |\([A-Z][A-Za-z]*(::[A-Z][A-Za-z]*)*\)$|^Traceback |^[A-Za-z_.]*(Error|Exception)(:| \[)|Uncaught \(in promise\)|^panic: |Exception in thread|^\*\* \([A-Z]|PHP Fatal error'

# listening PID: the sockets that are listened on in the network of a process, a line each: ADDRESS PORT. Docker's own
# name server is left out.
listening() {
    [ "${1:-0}" -gt 0 ] 2>/dev/null || return 0
    LC_ALL=C awk '
        function hex(text,    i, n) { n = 0; for (i = 1; i <= length(text); i++) n = n * 16 + index("123456789ABCDEF", substr(text, i, 1)); return n }
        function dotted(word) { return hex(substr(word, 7, 2)) "." hex(substr(word, 5, 2)) "." hex(substr(word, 3, 2)) "." hex(substr(word, 1, 2)) }
        $4 == "0A" {
            split($2, part, ":")
            if (length(part[1]) == 8) address = dotted(part[1])
            else if (part[1] ~ /^0*$/) address = "::"
            else if (part[1] == "00000000000000000000000001000000") address = "::1"
            else if (substr(part[1], 1, 24) == "0000000000000000FFFF0000") address = dotted(substr(part[1], 25))
            else address = "[" part[1] "]"
            port = hex(part[2])
            if (address != "127.0.0.11" && !seen[address, port]++) print address, port
        }
    ' "/proc/$1/net/tcp" "/proc/$1/net/tcp6" 2>/dev/null | head -n 30
}

# in_url ADDRESS: how a socket is asked from inside the container's network; one on all addresses by the loopback.
in_url() {
    case $1 in 0.0.0.0 | ::) echo 127.0.0.1 ;; *:*) echo "[$1]" ;; *) echo "$1" ;; esac
}

# at_port PID PORT: where that port is listened on, for a URL; nothing where nobody does.
at_port() {
    address=$(listening "$1" | awk -v port="$2" '$2 == port { print $1; exit }')
    [ -z "$address" ] || in_url "$address"
}

# answers_elsewhere PID PORT PATH HOST PROTO: asks the health path at the sockets that are not the route's, from inside the
# container's network, a line each: ADDRESS PORT STATUS. A loopback bind and a wrong port show here before the time is up.
answers_elsewhere() {
    listening "$1" | head -n 6 | while read -r address port; do
        case $address in 127.* | ::1) ;; *) [ "$port" != "$2" ] || continue ;; esac
        target=$(in_url "$address")
        code=$(nsenter -t "$1" -n curl --silent --output /dev/null --max-time 0.7 --noproxy '*' --header "Host: $4" \
            --header "X-Forwarded-Proto: $5" --write-out '%{http_code}' "http://$target:$port$3" 2>/dev/null)
        printf '%s %s %s\n' "$address" "$port" "$((1${code:-000} - 1000))"
    done
}

# sockets_of_files PID: the unix sockets that are listened on in the network of a process, a path a line.
sockets_of_files() {
    [ "${1:-0}" -gt 0 ] 2>/dev/null || return 0
    LC_ALL=C awk '$4 == "00010000" && $8 ~ /^\// && !seen[$8]++ { print $8 }' "/proc/$1/net/unix" 2>/dev/null | head -n 10
}

# speaks_tls PID PORT HOST: whether a TLS handshake on that port succeeds, asked from inside the container's network: true or false.
# Whose certificate it is does not matter. Nothing is said where nothing listens there.
speaks_tls() {
    target=$(at_port "$1" "$2")
    [ -n "$target" ] || return 0
    met=$(nsenter -t "$1" -n curl --silent --insecure --output /dev/null --max-time 1 --noproxy '*' --header "Host: $3" \
        --write-out '%{time_appconnect}' "https://$target:$2/" 2>/dev/null)
    case $met in *[1-9]*) echo true ;; *) echo false ;; esac
}

# answers_besides PID PORT PATH HOST PROTO: what the app answers to other questions than that for its health, a line each:
# `host localhost STATUS` and `path / STATUS` and the like. Shows whether a refusal is about the host, or about the path.
answers_besides() {
    target=$(at_port "$1" "$2")
    [ -n "$target" ] || return 0
    for question in "host localhost $3" "path $4 /" "path $4 /health" "path $4 /healthz"; do
        what=${question%% *} question=${question#* }
        host=${question% *} path=${question##* }
        code=$(nsenter -t "$1" -n curl --silent --output /dev/null --max-time 0.7 --noproxy '*' --header "Host: $host" \
            --header "X-Forwarded-Proto: $5" --user-agent sextant-ready --write-out '%{http_code}' "http://$target:$2$path" 2>/dev/null)
        case $what in host) value=$host ;; *) value=$path ;; esac
        [ "$value" = "$3" ] || printf '%s %s %s\n' "$what" "$value" "$((1${code:-000} - 1000))"
    done
}
