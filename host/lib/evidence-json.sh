# Writes the evidence as JSON: from records and text files to one line, bounded, escaped, with the values of a container's
# environment masked.
# shellcheck shell=sh

# document DIRECTORY: the line of JSON, made of the files in DIRECTORY. On standard input comes the container's environment,
# NAME=VALUE with \036 between them: a value that shows up in a text is written as [NAME]. No value is ever printed. The file
# `secrets` in DIRECTORY has the names that the program declares secret, with commas between them.
document() {
    (cd "$1" && cat facts.* 2>/dev/null) >"$1/facts"
    # Docker writes logs as they come, NUL bytes too, which not every awk takes.
    for file in log proxylog usage; do
        [ ! -e "$1/$file" ] || tr -d '\000' <"$1/$file" >"$1/$file.clean"
    done
    # shellcheck disable=SC2016 # awk's own
    LC_ALL=C awk -v dir="$1" '
        BEGIN {
            for (i = 1; i < 256; i++) code[sprintf("%c", i)] = i
            while ((getline record < (dir "/secrets")) > 0) {
                n = split(record, part, ",")
                for (i = 1; i <= n; i++) declared[part[i]]
            }
            RS = "\036"
            while ((getline < "-") > 0) remember($0)
            facts(dir "/facts")
            RS = "\n"
            group["probe"] = group["probe"] (("probe" in group) || exists("trace") ? "," quote("trace", 20) ":" trace(dir "/trace") : "")
            add("", "elsewhere", rows("elsewhere", "address:s port:n status:n"))
            add("", "besides", rows("besides", "what:s value:s status:n"))
            add("", "processes", rows("processes", "pid:n command:r"))
            # None at all is a fact, too.
            sockets = rows("sockets", "address:s port:n")
            add("", "sockets", sockets == "" && exists("sockets") ? "[]" : sockets)
            add("", "ports", rows("ports", "port:n owner:r"))
            add("", "log", lines(dir "/log.clean", 60, 300, 20000))
            add("proxy", "log", lines(dir "/proxylog.clean", 12, 300, 4000))
            add("", "usage", lines(dir "/usage.clean", 8, 160, 1500))
            add("", "env", names())
            network()
            add("host", "pressure", nested("host.pressure")); add("host", "disk", nested("host.disk"))
            split("probe state memory imageFacts configured program command network proxy host", order, " ")
            for (i = 1; i in order; i++) add("", order[i], nested(order[i]))
            print "{" substr(group[""], 2) "}"
        }

        # What has to be masked: what the program declares secret, whatever it looks like; and of the others the values that no one could
        # take for a word, a number, a path or a switch.
        function remember(pair,    at, name, value, part, n, i, secret, told) {
            at = index(pair, "=")
            if (at < 2) return
            name = substr(pair, 1, at - 1); value = substr(pair, at + 1)
            if (name !~ /^[A-Za-z_][A-Za-z0-9_.-]*$/) return
            if (count < 150) { count++; variable[count] = substr(name, 1, 100) }
            told = name in declared
            secret = told || toupper(name) ~ /PASS|SECRET|TOKEN|KEY|CRED|AUTH|PRIVATE|SALT|DSN|CERT/
            if (match(value, /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\/@]*@/)) {
                part = substr(value, 1, RLENGTH - 1)
                if (sub(/^[^:]*:\/\/[^:]*:/, "", part)) { hide(part, name, 4); hide(decoded(part), name, 4) }
                secret = 1
            }
            n = split(value, part_of, "\n")
            for (i = 1; i <= n; i++) if (secret || !plain(part_of[i], name)) hide(part_of[i], name, told ? 4 : 6, told)
            if (told && length(value) <= 4096) { hide(encoded(value), name, 4, told); hide(base64(value), name, 6, told) }
        }
        function plain(value, name) {
            return value ~ /^[+-]?[0-9][0-9.,:_]*[a-zA-Z%]?$/ || value ~ /^\// || value ~ /^[a-z][a-z .\/:-]*$/ ||
                toupper(name) ~ /(^|_)(HOST|HOSTNAME|HOSTS|ADDRESS|PORT|USER|USERNAME|DB|DATABASE|ENV|REGION|LEVEL|MODE|NAME|VERSION|PATH|LANG)$/
        }
        function hide(value, name, least, told) {
            sub(/^[ \t\r]+/, "", value); sub(/[ \t\r]+$/, "", value)
            if (length(value) < least || tolower(value) ~ /^(true|false|yes|no|on|off|enabled|disabled|null|nil|none)$/ || value in masked) return
            if (!told && value ~ /^[0-9]+$/ && length(value) < 9) return
            masked[value] = name; hidden[++hides] = value
            # The longest first: a value that holds another is one.
            for (i_ = hides; i_ > 1 && length(hidden[i_]) > length(hidden[i_ - 1]); i_--) { swap = hidden[i_]; hidden[i_] = hidden[i_ - 1]; hidden[i_ - 1] = swap }
        }
        function decoded(value,    out, at) {
            while ((at = index(value, "%")) > 0) {
                out = out substr(value, 1, at - 1)
                if (substr(value, at + 1, 2) !~ /^[0-9A-Fa-f][0-9A-Fa-f]$/) { out = out "%"; value = substr(value, at + 1); continue }
                out = out sprintf("%c", hex(substr(value, at + 1, 2))); value = substr(value, at + 3)
            }
            return out value
        }
        # As a URL has it, and as a header or a file of Kubernetes has it.
        function encoded(value,    i, c, out) {
            for (i = 1; i <= length(value); i++) { c = substr(value, i, 1); out = out (c ~ /[A-Za-z0-9_.~-]/ ? c : sprintf("%%%02X", code[c])) }
            return out
        }
        function base64(value,    i, bits, digits, out) {
            digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
            for (i = 1; i <= length(value); i += 3) {
                bits = code[substr(value, i, 1)] * 65536 + code[substr(value, i + 1, 1)] * 256 + code[substr(value, i + 2, 1)]
                out = out substr(digits, int(bits / 262144) + 1, 1) substr(digits, int(bits / 4096) % 64 + 1, 1)
                # Without the signs that fill up the end.
                if (i + 1 <= length(value)) out = out substr(digits, int(bits / 64) % 64 + 1, 1)
                if (i + 2 <= length(value)) out = out substr(digits, bits % 64 + 1, 1)
            }
            return out
        }
        function hex(text,    i, n) { for (i = 1; i <= length(text); i++) n = n * 16 + index("123456789abcdef", tolower(substr(text, i, 1))); return n + 0 }
        function mask(text,    i, at, out, value) {
            for (i = 1; i <= hides; i++) {
                value = hidden[i]
                if (index(text, value) == 0) continue
                out = ""
                while ((at = index(text, value)) > 0) {
                    out = out substr(text, 1, at - 1) "[" masked[value] "]"
                    text = substr(text, at + length(value))
                }
                text = out text
            }
            return text
        }

        # A text as a JSON string of so many characters: control characters escaped, bytes that are no UTF-8 replaced.
        function quote(text, max,    out, i, c, b, n, chars, whole) {
            if (length(text) > max * 4) text = substr(text, 1, max * 4)
            if (text !~ /[\001-\037"\\\177-\377]/) return "\"" substr(text, 1, max) "\""
            for (i = 1; i <= length(text) && chars < max; i++) {
                c = substr(text, i, 1); b = code[c]; chars++
                if (c == "\"" || c == "\\") out = out "\\" c
                else if (c == "\n") out = out "\\n"
                else if (c == "\t") out = out "\\t"
                else if (b < 32 || b == 127) out = out sprintf("\\u%04x", b)
                else if (b < 127) out = out c
                else {
                    n = sequence(text, i, b)
                    if (n == 0) out = out "\\ufffd"
                    else { out = out substr(text, i, n); i += n - 1 }
                }
            }
            return "\"" out "\""
        }
        # The length of the UTF-8 sequence that starts here, or 0.
        function sequence(text, at, b,    n, i, next_) {
            n = b >= 194 && b <= 223 ? 2 : b >= 224 && b <= 239 ? 3 : b >= 240 && b <= 244 ? 4 : 0
            for (i = 1; i < n; i++) {
                next_ = code[substr(text, at + i, 1)] + 0
                if (next_ < 128 || next_ > 191) return 0
                if (i == 1 && (b == 224 && next_ < 160 || b == 237 && next_ > 159 || b == 240 && next_ < 144 || b == 244 && next_ > 143)) return 0
            }
            return n
        }
        function number(text) { return text ~ /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/ && length(text) < 20 ? text : "" }

        function add(into, key, value) { if (value != "") group[into] = group[into] "," quote(key, 40) ":" value }
        function nested(name) { return name in group && group[name] != "" ? "{" substr(group[name], 2) "}" : "" }
        function facts(file,    field, value, n, item, i, made) {
            while ((getline record < file) > 0) {
                sub(/^\n+/, "", record) # of a command that printed records
                if (split(record, field, "\037") < 4) continue
                value = field[4]; made = ""
                # Names of containers and images are no secrets, and have to stay what Docker knows them by.
                if (field[3] == "s") made = value == "" ? "" : quote(field[1] == "" && field[2] ~ /^(container|image)$/ ? value : mask(value), field[2] == "error" || field[2] == "answer" ? 1500 : 400)
                else if (field[3] == "n") made = number(value)
                else if (field[3] == "b") made = value == "true" || value == "false" ? value : ""
                else {
                    n = split(value, item, "\035")
                    for (i = 1; i <= n && i <= 20; i++) {
                        if (i == n && item[i] == "") break
                        if (field[3] == "p") { sub(/\/.*/, "", item[i]); if (number(item[i]) != "") made = made "," item[i] }
                        else made = made "," quote(mask(item[i]), 200)
                    }
                    made = value == "" ? "" : "[" substr(made, 2) "]"
                }
                add(field[1], field[2], made)
            }
        }
        function exists(name,    line) { line = (getline one_ < (dir "/" name)) >= 0; close(dir "/" name); return line }

        # The end of a text file, within so many lines of so many characters, and so many bytes in all.
        function lines(file, most, chars, budget,    n, i, line, out, size, made, first) {
            while ((getline line < file) > 0) { n++; kept[n % 100] = line }
            if (n == 0) return ""
            first = n > most ? n - most + 1 : 1
            for (i = n; i >= first; i--) {
                line = kept[i % 100]
                gsub(/\033\[[0-9;?]*[A-Za-z]/, "", line); sub(/\r+$/, "", line); sub(/^.*\r/, "", line)
                made = quote(mask(line), chars)
                size += length(made) + 1
                if (size > budget) break
                out = made "," out
            }
            return "[" substr(out, 1, length(out) - 1) "]"
        }
        # A file of words as a list of objects; a member of type r takes the rest of the line.
        function rows(name, form,    line, field, member, n, i, out, made, value, key) {
            n = split(form, member, " ")
            while ((getline line < (dir "/" name)) > 0) {
                made = ""
                for (i = 1; i <= n; i++) {
                    split(member[i], key, ":")
                    if (key[2] == "r") { sub(/ +$/, "", line); value = quote(mask(line), 200) }
                    else {
                        value = line; sub(/ .*/, "", value); sub(/^[^ ]* ?/, "", line)
                        value = key[2] == "n" ? number(value) : quote(value, 60)
                    }
                    if (value != "") made = made "," quote(key[1], 40) ":" value
                }
                out = out ",{" substr(made, 2) "}"
                if (length(out) > 5000) break
            }
            return out == "" ? "" : "[" substr(out, 2) "]"
        }
        function names(    i, out) {
            for (i = 1; i <= count; i++) out = out "," quote(variable[i], 100)
            return count ? "[" substr(out, 2) "]" : ""
        }
        # The answers to the health question: equal ones that follow each other are one; of many the first and the last.
        function trace(file,    line, f, n, runs, i, out, key, last, times) {
            while ((getline line < file) > 0) {
                n = split(line, f, "\t")
                if (n < 3) continue
                split(f[4], times, " ")
                key = f[2] "\t" f[3] "\t" (f[3] + 0 == 28 ? times[2] + 0 > 0 : "") "\t" f[5]
                if (key != last) { last = key; runs++; at[runs] = f[1]; text[runs] = line; until[runs] = f[1]; seen[runs] = 0; slowest[runs] = 0 }
                until[runs] = f[1]; seen[runs]++
                if (times[3] * 1000 > slowest[runs]) slowest[runs] = times[3] * 1000
            }
            for (i = 1; i <= runs; i++) {
                if (i > 4 && i <= runs - 12) continue
                n = split(text[i], f, "\t"); split(f[4], times, " ")
                out = out ",{\"at\":" int(at[i]) ",\"until\":" int(until[i]) ",\"count\":" seen[i] ",\"status\":" int(f[2]) ",\"curl\":" int(f[3]) \
                    ",\"connected\":" (times[2] + 0 > 0 || f[2] + 0 > 0 || f[3] + 0 == 52 || f[3] + 0 == 56 ? "true" : "false") ",\"ttfb\":" int(slowest[i]) ",\"bytes\":" int(times[4])
                out = out said("location", mask(f[5]), 300) said("server", f[6], 60) said("contentType", f[7], 60) said("retryAfter", f[8], 40)
                if (f[9] == "yes") out = out ",\"framework\":true"
                out = out said("body", mask(f[10]), 400) "}"
            }
            return "[" substr(out, 2) "]"
        }
        function said(key, value, max) { return value == "" ? "" : ",\"" key "\":" quote(value, max) }

        # What was asked of the servers that the app needs, and of the registry, from inside and from the host.
        function network(    line, f, n, i, out, name_, k, w) {
            n = 0
            while ((getline line < (dir "/inside")) > 0) { split(line, f, " "); resolves[f[1]] = f[2]; connects[f[1]] = f[3]; inside = 1 }
            while ((getline line < (dir "/outside")) > 0) { split(line, f, " "); hostResolves[f[1]] = f[2]; hostConnects[f[1]] = f[3] }
            while ((getline line < (dir "/neighbours")) > 0) { k = split(line, w, " "); for (i = 2; i <= k; i++) state[w[i]] = w[1] }
            while ((getline line < (dir "/named")) > 0) {
                n++; split(line, f, " ")
                out = out ",{\"from\":" quote(f[1], 100) ",\"host\":" quote(f[2], 200)
                if (number(f[3]) != "") out = out ",\"port\":" f[3]
                if (n in resolves) out = out ",\"resolves\":" (resolves[n] == "yes" ? "true" : "false")
                if (n in hostResolves) out = out ",\"resolvesOnHost\":" (hostResolves[n] == "yes" ? "true" : "false")
                if (connects[n] ~ /^(yes|refused|timeout|unreachable)$/) out = out ",\"connects\":\"" connects[n] "\""
                if (f[2] in state) out = out ",\"container\":" quote(state[f[2]], 60)
                out = out "}"
            }
            add("", "dependencies", out == "" ? "" : "[" substr(out, 2) "]")
            if (!inside) return
            way(resolves[0], connects[0], "dns", "outbound")
            way(hostResolves[0], hostConnects[0], "dnsOnHost", "outboundOnHost")
        }
        # A registry that is an address says nothing about names; a connection that was not tried nothing about the way out.
        function way(name_, answer, dns, out) {
            if (name_ != "" && group["network"] !~ /"name":"[0-9.:]*"/) add("network", dns, name_ == "yes" ? "true" : "false")
            if (answer != "" && answer != "-") add("network", out, answer == "yes" || answer == "refused" ? "true" : "false")
        }
    ' -
}
