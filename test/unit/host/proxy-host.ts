/**
 * A host with a proxy, as far as the verbs see it: containers that a small `docker` keeps in files, routes that a proxy lists and copies,
 * rules that `iptables` keeps. After each command it is written down where a new connection goes, so that a test sees a moment in which
 * nobody would have taken it. The verbs are the real ones, in a real shell.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { putScripts } from "./put-scripts";
import { removeDirectory } from "./remove-directory";

/** A container as a test puts it there. */
export interface Put {
  running?: boolean;
  /** Whether its kamal-proxy answers. */
  answers?: boolean;
  config?: string;
  proxy?: string;
  bridge?: string;
  role?: string;
  /** Whose it is, where it is no role's: an accessory. */
  owner?: string;
  /** The Docker network that it is in. @default "sextant" */
  network?: string;
  image?: string;
  /** The services that it serves, with their targets. */
  routes?: Record<string, string>;
}

const fake = String.raw`#!/bin/sh
# One program under several names. A container is a directory of files.
S=@STATE@
name=${"$"}{0##*/}
field() { cat "$S/containers/$1/$2" 2>/dev/null; }
up() { [ -e "$S/containers/$1/running" ]; }
# What a format of docker inspect becomes for a container.
shown() {
    printf '%s\n' "$2" | sed \
        -e "s|{{range .*println .*}}|$(field "$1" ports)|" \
        -e "s|{{with index .NetworkSettings.Networks \"$(field "$1" network)\"}}.*|$(field "$1" ip)|" \
        -e "s|{{or (index .Config.Labels \"sextant.role\") (index .Config.Labels \"sextant.owner\") \"another program\"}}|$(field "$1" role | grep . || field "$1" owner | grep . || echo another program)|" \
        -e "s|{{index .Config.Labels \"sextant.\([a-z]*\)\"}}|<\1>|g" \
        -e "s|{{.Id}}|id-$1|; s|{{.Config.Image}}|$(field "$1" image)|; s|{{.State.Running}}|$(up "$1" && echo true || echo false)|" \
        -e "s|<config>|$(field "$1" config)|; s|<proxy>|$(field "$1" proxy)|; s|<bridge>|$(field "$1" bridge)|; s|<role>|$(field "$1" role)|" \
        -e "s|{{.State.Status}}|$(up "$1" && echo running || echo exited)|; s|{{[^}]*}}||g"
}
listing() {
    printf 'Service Host Path Target State TLS\n'
    while read -r service target; do [ -z "$service" ] || echo "$service * / $target $(cat "$S/held" 2>/dev/null || echo running) no"; done <"$S/containers/$1/routes"
}
docker() {
    command=$1
    shift
    case $command in
    inspect)
        format=$4
        shift 4
        known=1
        for one; do
            [ -d "$S/containers/$one" ] || continue
            known=0
            shown "$one" "$format"
        done
        return $known
        ;;
    create)
        made=''
        while :; do
            case $1 in
            --name) made=$2 && mkdir -p "$S/containers/$2" && shift ;;
            --label) printf '%s' "${"$"}{2#*=}" >"$S/containers/$made/$(printf '%s' "${"$"}{2%%=*}" | sed 's/sextant.//')" && shift ;;
            --network) printf '%s' "$2" >"$S/containers/$made/network" && shift ;;
            --publish | --volume) shift ;;
            *) break ;;
            esac
            shift
        done
        printf '%s' "$1" >"$S/containers/$made/image"
        shift
        printf '%s' "$*" >"$S/containers/$made/command"
        : >"$S/containers/$made/routes"
        printf '80/tcp 0.0.0.0 32768' >"$S/containers/$made/ports"
        printf 172.18.0.9 >"$S/containers/$made/ip"
        ;;
    start)
        [ -d "$S/containers/$1" ] || return 1
        : >"$S/containers/$1/running"
        # An image that does not know a flag ends at once.
        case $(field "$1" command) in *--unknown*) rm "$S/containers/$1/running" ;; *) : >"$S/containers/$1/answers" ;; esac
        ;;
    stop) rm -f "$S/containers/$3/running" "$S/containers/$3/answers" ;;
    rm) for one; do case $one in --*) ;; *) rm -rf "$S/containers/$one" ;; esac; done ;;
    cp) case $1 in -) cat >"$S/containers/${"$"}{2%%:*}/routes" ;; *) cat "$S/containers/${"$"}{1%%:*}/routes" ;; esac ;;
    logs) echo 'a line of its log' ;;
    exec)
        if ! up "$1" || [ ! -e "$S/containers/$1/answers" ]; then return 1; fi
        case $3 in
        list) listing "$1" ;;
        remove) sed -i "/^$4 /d" "$S/containers/$1/routes" ;;
        deploy)
            sed -i "/^$4 /d" "$S/containers/$1/routes"
            echo "$4 ${"$"}{5#--target=}" >>"$S/containers/$1/routes"
            ;;
        esac
        ;;
    esac
}
tables() {
    shift 4
    action=$1 chain=$2
    shift 2
    case $action in
    -C) grep -qxF -e "-A $chain $*" "$S/$name" ;;
    -I) { echo "-A $chain $*" && cat "$S/$name"; } >"$S/new" && mv "$S/new" "$S/$name" ;;
    -D) grep -vxF -e "-A $chain $*" "$S/$name" >"$S/new"; mv "$S/new" "$S/$name" ;;
    -S) grep -e "^-A $chain " "$S/$name" ;;
    esac
}
api() {
    for url; do :; done
    case $url in
    */info) cat "$S/info" ;;
    */containers/json)
        printf '['
        for at in "$S/containers/"*; do
            [ ! -s "$at/role" ] || printf '{"Id":"%s","Names":["/%s"],"Labels":{"sextant.role":"%s"},"State":"%s"}' \
                "${"$"}{at##*/}" "${"$"}{at##*/}" "$(cat "$at/role")" "$([ -e "$at/running" ] && echo running || echo exited)"
        done | sed 's/}{"Id/},{"Id/g'
        printf ']'
        ;;
    */containers/*/json)
        one=${"$"}{url%/json} one=${"$"}{one##*/}
        [ -d "$S/containers/$one" ] || { echo '{"message":"No such container"}' && return; }
        printf '{"Id":"a1","State":{"Status":"%s","Running":%s,"Pid":1,"ExitCode":0,"OOMKilled":false},"RestartCount":0}' \
            "$(up "$one" && echo running || echo exited)" "$(up "$one" && echo true || echo false)"
        ;;
    esac
}
# Where a new connection goes now.
front() {
    to=kamal-proxy
    grep -q sextant-bridge "$S/iptables" && to=kamal-proxy-bridge
    if up $to && [ -e "$S/containers/$to/answers" ]; then echo $to; else echo nobody; fi
}
case $name in
docker) docker "$@" && code=0 || code=$? ;;
iptables | ip6tables) tables "$@" && code=0 || code=$? ;;
curl) api "$@" && code=0 || code=$? ;;
*) code=0 ;;
esac
case "$name $1" in
'docker inspect' | curl*) ;;
*) echo "$(front): $name $*" >>"$S/log" ;;
esac
exit $code
`;

export class ProxyHost {
  readonly directory = mkdtempSync(join(tmpdir(), "sextant-proxy-host-"));
  private readonly state = join(this.directory, "state");

  constructor() {
    mkdirSync(join(this.state, "containers"), { recursive: true });
    mkdirSync(join(this.directory, "run"));
    // Nobody waits for what a test knows.
    putScripts(this.directory, (text) => text.replaceAll(/^( *)sleep [12]$/gm, "$1sleep 0.1"));
    for (const name of ["docker", "iptables", "ip6tables", "curl", "ss"])
      this.write(join(this.directory, name), fake.replace("@STATE@", this.state));
    for (const name of ["iptables", "ip6tables", "log"]) writeFileSync(join(this.state, name), "");
    writeFileSync(join(this.state, "info"), "{}");
    writeFileSync(join(this.directory, "socket"), "");
  }

  put(name: string, { running = true, answers = running, routes = {}, ...labels }: Put): void {
    const at = join(this.state, "containers", name);
    rmSync(at, { recursive: true, force: true });
    mkdirSync(at);
    if (running) writeFileSync(join(at, "running"), "");
    if (answers) writeFileSync(join(at, "answers"), "");
    for (const [label, value] of Object.entries({ network: "sextant", ...labels }))
      writeFileSync(join(at, label), value);
    writeFileSync(
      join(at, "routes"),
      Object.entries(routes)
        .map(([service, target]) => `${service} ${target}\n`)
        .join(""),
    );
    writeFileSync(join(at, "ports"), "80/tcp 0.0.0.0 80");
    writeFileSync(join(at, "ip"), "172.18.0.2");
  }

  /** Sends new connections to the bridging proxy. */
  redirect(): void {
    writeFileSync(
      join(this.state, "iptables"),
      ["PREROUTING", "OUTPUT"].map((chain) => `-A ${chain} -m comment --comment sextant-bridge\n`).join(""),
    );
  }

  /** What Docker says of its firewall. */
  info(text: string): void {
    writeFileSync(join(this.state, "info"), text);
  }

  /** Makes a command, in place of the machine's own. */
  command(name: string, script: string): void {
    this.write(join(this.directory, name), `#!/bin/sh\n${script}\n`);
  }

  /** Where the containers are. */
  get shelf(): string {
    return join(this.state, "containers");
  }

  /** The file of the rules. */
  get table(): string {
    return join(this.state, "iptables");
  }

  /** What a command has left in a file. */
  said(file: string): string {
    return readFileSync(join(this.directory, file), "utf8");
  }

  run(verb: string, ...words: string[]): { code: number | null; stdout: string; stderr: string } {
    const { status, stdout, stderr } = spawnSync("/bin/sh", [join(this.directory, verb), ...words], {
      encoding: "utf8",
      env: {
        PATH: `${this.directory}:${process.env["PATH"] ?? ""}`,
        DOCKER_HOST: `unix://${join(this.directory, "socket")}`,
        SEXTANT_STATE: join(this.state, "kept"),
        SEXTANT_RUN: join(this.directory, "run"),
      },
    });
    return { code: status, stdout, stderr };
  }

  /** The containers that are there. */
  get containers(): string[] {
    return readdirSync(join(this.state, "containers")).sort();
  }

  /** The rules that send connections elsewhere. */
  get rules(): string[] {
    return ["iptables", "ip6tables"].flatMap((name) =>
      readFileSync(join(this.state, name), "utf8").split("\n").filter(Boolean),
    );
  }

  /** The commands, each with who got new connections after it. */
  get log(): string[] {
    return readFileSync(join(this.state, "log"), "utf8").split("\n").filter(Boolean);
  }

  of(container: string, file: string): string {
    const at = join(this.state, "containers", container, file);
    return existsSync(at) ? readFileSync(at, "utf8").trim() : "";
  }

  private write(path: string, text: string): void {
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  }

  remove(): void {
    removeDirectory(this.directory);
  }
}
