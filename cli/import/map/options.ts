/** `options`: flags of `docker run`, as arguments of a component or as the body of Docker's API. */
import { size, Fields, type Node } from "../node";
import type { Reader } from "../reader";
import type { Raw } from "../yaml";

export interface Options {
  readonly memory?: Node;
  readonly cpus?: Node;
  readonly shm?: Node;
  readonly restart?: string;
  /** Of the body of `POST /containers/create`. */
  readonly body: Fields;
  readonly host: Fields;
}

/** Flags whose values Docker's API takes as they are. */
const lists: Readonly<Record<string, string>> = {
  "add-host": "ExtraHosts",
  "cap-add": "CapAdd",
  "cap-drop": "CapDrop",
  dns: "Dns",
  "dns-search": "DnsSearch",
  "group-add": "GroupAdd",
  "security-opt": "SecurityOpt",
};
const flags: Readonly<Record<string, string>> = {
  init: "Init",
  privileged: "Privileged",
  "read-only": "ReadonlyRootfs",
};
const numbers: Readonly<Record<string, string>> = {
  "cpu-shares": "CpuShares",
  "pids-limit": "PidsLimit",
  "oom-score-adj": "OomScoreAdj",
};
const texts: Readonly<Record<string, string>> = {
  user: "User",
  workdir: "WorkingDir",
  "stop-signal": "StopSignal",
};

/** Reads the flags below a key; those that have no counterpart are decisions. */
export function optionsOf(of: Reader, key: string): Options {
  const all = of.map(key);
  const found: { memory?: Node; cpus?: Node; shm?: Node; restart?: string } = {};
  let [body, host] = [new Fields(), new Fields()];
  for (const name of all?.keys ?? []) {
    if (all === undefined) break;
    const flag = name.replaceAll("_", "-");
    const plain = all.plain(name);
    const amount = sizeOf(plain);
    if (flag === "memory" && amount !== undefined) found.memory = taken(all, name, amount);
    else if (flag === "shm-size" && amount !== undefined) found.shm = taken(all, name, amount);
    else if (flag === "cpus" && Number(plain) > 0) found.cpus = taken(all, name, Number(plain));
    else if (flag === "restart" && /^(no|always|on-failure|unless-stopped)$/.test(plain ?? ""))
      found.restart = taken(all, name, plain ?? "");
    else if (flag in lists) host = host.with(lists[flag] ?? "", all.list(name).map(String));
    else if (flag in flags && /^(true|false)$/.test(plain ?? ""))
      host = host.with(flags[flag] ?? "", taken(all, name, plain === "true"));
    else if (flag in numbers && Number.isInteger(Number(plain)))
      host = host.with(numbers[flag] ?? "", taken(all, name, Number(plain)));
    else if (flag in texts && plain !== undefined)
      body = body.with(texts[flag] ?? "", taken(all, name, plain));
    else if (flag === "sysctl" || flag === "tmpfs") host = host.with(...pairs(all, name, flag));
    else if (flag === "publish" || flag === "p")
      all.decide(
        name,
        "act",
        "it publishes a port past the host's firewall, and two releases cannot have it at once; give the role a route, or make it an Accessory with port and publish.",
      );
    else if (flag === "volume" || flag === "mount" || flag === "v")
      all.decide(name, "act", "write it as volumes.");
    else
      all.decide(
        name,
        "none",
        "this flag of docker run is not translated; as Docker's API names it, it goes into transform.container.body (npx sextant docs app#containerargs).",
      );
  }
  return { ...found, body, host };
}

function taken<T>(all: Reader, name: string, value: T): T {
  all.take(name);
  return value;
}

function pairs(all: Reader, name: string, flag: string): [string, Fields] {
  const divider = flag === "sysctl" ? "=" : ":";
  const members = all.list(name).map((each: Raw) => String(each).split(new RegExp(`${divider}(.*)`, "s"), 2));
  const made = members.reduce((fields, [key = "", value = ""]) => fields.with(key, value), new Fields());
  return [flag === "sysctl" ? "Sysctls" : "Tmpfs", made];
}

/** An amount as Docker's command takes it. */
export function sizeOf(text: string | undefined): Node | undefined {
  const found = /^(\d+(?:\.\d+)?)([bkmg]?)b?$/i.exec(text ?? "");
  if (found === null) return undefined;
  const [, amount = "", unit = ""] = found;
  return /[kmg]/i.test(unit) ? size(`${amount}${unit.toLowerCase()}`) : bytes(Number(amount));
}

/** Bytes in the largest unit that leaves no fraction, or in KiB. */
export function bytes(amount: number): Node {
  for (const [unit, factor] of [
    ["g", 1024 ** 3],
    ["m", 1024 ** 2],
  ] as const)
    if (amount % factor === 0) return size(`${amount / factor}${unit}`);
  return size(`${Math.ceil(amount / 1024)}k`);
}

/** What a transform of the container is, where there is anything that no argument has. */
export function bodyOf({ body, host }: Options, more: Fields = new Fields()): Fields {
  return body.with("HostConfig", host.and(more));
}

/** `resources`, of the memory and the cores. */
export function resourcesOf({ memory, cpus }: Options): Fields {
  return new Fields().with("memory", memory).with("cpus", cpus);
}
