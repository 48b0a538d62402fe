# Sourced by what gives a canary a part of the visitors: which part the proxy gives to whom. `kamal-proxy list` does not say it; the file that the
# proxy keeps over a restart does (v0.9.2 internal/server/service.go marshalledService, router.go saveStateSnapshot).
# shellcheck shell=sh

# parts CONTAINER: the parts of all services of a proxy, a line each: SERVICE TARGETS PERCENT VALUES, each of the last three `-` for none. Where
# PERCENT is `-`, nobody gets the targets. False where the file cannot be read whole, as while the proxy writes it. It is the proxy's word, and so data: it
# is read with the proxy's rights, there is an end to it, and nothing of it is run.
parts() {
    turns=0
    until parts_once "$1"; do
        turns=$((turns + 1))
        [ "$turns" -lt 5 ] || return 1
        sleep 0.2
    done
}

parts_once() {
    timeout 20 docker exec "$1" cat /home/kamal-proxy/.config/kamal-proxy/kamal-proxy.state 2>/dev/null | head -c 4000000 |
        tr -d '\000-\010\013-\037\177' | grep -oE '"([^"\\]|\\.)*"|[][{},:]|[^][{},:" 	]+' | parts_of_tokens
}

# parts_of_tokens: the same, of JSON on standard input, a token a line. A value with a blank, or an escape that Go does not write for such a
# cookie, equals none of ours.
parts_of_tokens() {
    awk '
        function bare(token) {
            if (token ~ /^"/) token = substr(token, 2, length(token) - 2)
            gsub(/\\u0026/, "\\&", token)
            gsub(/\\u003c/, "<", token)
            gsub(/\\u003e/, ">", token)
            gsub(/[ \t]/, "?", token)
            return token
        }
        function value(text) {
            if (depth == 2 && key[2] == "name") name = text
            if (depth == 3 && kind[3] == "[" && key[2] == "rollout_targets") targets = targets (targets == "" ? "" : ",") text
            if (depth == 3 && kind[3] == "{" && key[2] == "rollout_controller" && key[3] == "percentage") percent = text
            if (depth == 4 && key[2] == "rollout_controller" && key[3] == "allowlist") values = values (values == "" ? "" : ",") text
        }
        function one(text) { return text == "" ? "-" : text }
        $0 == "[" || $0 == "{" {
            kind[++depth] = $0
            key[depth] = ""
            wants = $0 == "{"
            if (depth == 2) name = targets = percent = values = ""
            next
        }
        $0 == "]" || $0 == "}" {
            if (depth == 2 && name != "") line[++lines] = name " " one(targets) " " one(percent) " " one(values)
            depth--
            wants = 0
            if (depth == 0) whole = 1
            next
        }
        $0 == "," { wants = kind[depth] == "{"; next }
        $0 == ":" { wants = 0; next }
        wants { key[depth] = bare($0); next }
        { value(bare($0)) }
        END {
            if (!whole || depth != 0) exit 1
            for (i = 1; i <= lines; i++) print line[i]
        }'
}

# part_in SERVICE: its part, of such lines on standard input: TARGETS PERCENT VALUES.
part_in() {
    awk -v service="$1" '$1 == service { print $2, $3, $4 }'
}
