/** All that a machine has told, as facts. */
import { readMemory } from "../../memory";
import type { Answers } from "../answers";
import type { Machine } from "../machine";
import { linesOf, Source } from "../source";
import { readDocker } from "./docker";
import { readDroppingChains } from "./nft";
import { readListeners } from "./ports";
import { readUfw } from "./ufw";

/** Reads it. It never throws: what cannot be read is not there, and `unknown` says why. */
export function readMachine(answers: Answers): Machine {
  const source = new Source(answers);
  const commands = pairs(source.text("commands", "command -v", { needed: true }) ?? "");
  const docker = readDocker(source, commands);
  const facts = {
    ...(docker === undefined || docker.is === "missing" ? {} : readDockerPath(source)),
    ...readLogin(source),
    ...readSystem(source),
    ...readResources(source),
    ...readClock(source),
    ...readNetwork(source),
  };
  return { commands, ...(docker === undefined ? {} : { docker }), ...facts, unknown: source.unknown };
}

function readDockerPath(source: Source): Pick<Machine, "dockerPath"> {
  const dockerPath = source.text("docker-path", "readlink");
  return dockerPath === undefined ? {} : { dockerPath };
}

function readLogin(source: Source): Pick<Machine, "login"> {
  const id = source.text("user-id", "id", { needed: true });
  if (id === undefined) return {};
  const name = source.raw("user-name");
  const by = source.raw("sudo-user")?.text ?? "";
  // sudo-rs keeps nothing, and has no such settings.
  const sudo = by === "" ? {} : { sudo: { user: by, settings: source.raw("sudo-settings")?.text ?? "" } };
  const member = source.raw("by-docker")?.text ?? "";
  const docker = member === "" ? {} : { docker: member };
  return { login: { id, name: name?.code === 0 ? name.text : `user ${id}`, ...sudo, ...docker } };
}

type System =
  "standIns" | "readOnly" | "architecture" | "kernel" | "cores" | "ipv6" | "processes" | "pruneJobs" | "sshd";

function readSystem(source: Source): Pick<Machine, System> {
  const help = source.text("help", "awk --help") ?? "";
  const standIns = help
    .split(/^(?=(?:awk|date|flock|timeout): )/m)
    .filter((text) => /busybox|toybox/i.test(text))
    .map((text) => text.split(":")[0] ?? "");
  const architecture = source.text("architecture", "uname", { needed: true });
  const kernel = source.text("kernel", "uname");
  const cores = source.text("cores", "nproc");
  const tables = source.text("tables", "/proc/net")?.split("\n");
  const sshd = source.text("sshd", "sshd -T", { mayLack: true });
  return {
    standIns: [...new Set(standIns)],
    readOnly: [...pairs(source.text("writable", "test -w") ?? "")].flatMap(([path, can]) =>
      can === "no" ? [path] : [],
    ),
    ...(architecture === undefined ? {} : { architecture: architectureOf(architecture) }),
    ...(kernel === undefined ? {} : { kernel }),
    ...(cores === undefined ? {} : { cores }),
    ...(tables?.includes("/proc/net/tcp") ? { ipv6: tables.includes("/proc/net/if_inet6") } : {}),
    processes: readProcesses(source),
    pruneJobs: linesOf(source.text("prune-jobs", "grep in the directories of jobs", { codes: [0, 1] })).map(
      (path) => `/${path}`,
    ),
    // Newer ones write their names with capitals.
    ...(sshd === undefined ? {} : { sshd: pairs(sshd, (key) => key.toLowerCase()) }),
  };
}

/** One that ends meanwhile is none of those that are looked for; that there is none at all is no answer. */
function readProcesses(source: Source): Machine["processes"] {
  const said = source.text("processes", "/proc/*/comm", { codes: [0, 1] });
  if (said === "") source.leave("/proc/*/comm", "it names no process");
  return new Set(linesOf(said));
}

/** Docker's word for it. */
function architectureOf(machine: string): string {
  return { x86_64: "amd64", aarch64: "arm64" }[machine] ?? machine;
}

function readResources(source: Source): Pick<Machine, "memory" | "disk" | "inodes"> {
  const said = source.text("memory", "/proc/meminfo", { needed: true });
  const memory = readMemory(said ?? "");
  if (said !== undefined && memory === undefined)
    source.leave("/proc/meminfo", "it has no line MemTotal", true);
  const space = source.text("disk", "df", { needed: true });
  const [, , , free] = secondLine(space);
  const disk = Math.floor(Number(free) / 1024);
  if (space !== undefined && !Number.isFinite(disk)) source.leave("df", "its second line is another", true);
  const [, files = "", , inodes] = secondLine(source.text("inodes", "df -i"));
  return {
    ...(memory === undefined ? {} : { memory }),
    ...(Number.isFinite(disk) ? { disk } : {}),
    // Some file systems make them as they need them, and say 0 or "-".
    ...(Number(files) > 0 && Number.isFinite(Number(inodes)) ? { inodes: Number(inodes) } : {}),
  };
}

function secondLine(said: string | undefined): string[] {
  return said?.split("\n")[1]?.trim().split(/\s+/) ?? [];
}

/** By chrony where it answers, else by systemd, and by the hardware's clock where nothing keeps the clock in step. */
function readClock(source: Source): Pick<Machine, "clockKept" | "clockOff"> {
  const chrony = source.raw("clock-chrony");
  const kept = chrony?.code === 0 ? !chrony.text.includes("Not synchronised") : bySystemd(source);
  if (kept === undefined) {
    source.leave("chronyc or timedatectl", "neither says whether the clock is kept in step");
  }
  const byChrony = /^System time *: *(\d+)/m.exec(chrony?.code === 0 ? chrony.text : "")?.[1];
  const hardware = source.text("clock-hardware", "/sys/class/rtc/rtc0/since_epoch", { mayLack: true });
  const now = source.text("clock", "date");
  const byHardware =
    kept === true || !isNumber(hardware) || !isNumber(now)
      ? undefined
      : Math.abs(((Number(now) - Number(hardware) + 9_000_000_450) % 900) - 450);
  const clockOff = byHardware ?? (byChrony === undefined ? undefined : Number(byChrony));
  return {
    ...(kept === undefined ? {} : { clockKept: kept }),
    ...(clockOff === undefined ? {} : { clockOff }),
  };
}

function bySystemd(source: Source): boolean | undefined {
  const said = source.raw("clock-systemd");
  return said?.code === 0 && /^(yes|no)$/.test(said.text) ? said.text === "yes" : undefined;
}

function isNumber(said: string | undefined): said is string {
  return said !== undefined && /^\d+$/.test(said);
}

type Network =
  "addresses" | "interface" | "nonlocalBind" | "listeners" | "dockerUserDrops" | "ufw" | "droppingChains";

function readNetwork(source: Source): Pick<Machine, Network> {
  const addresses = source.text("addresses", "ip address", { mayLack: true });
  const route = source.text("default-route", "ip route", { mayLack: true });
  const gateway = / dev ([^ \n]*)/.exec(route ?? "")?.[1];
  const nonlocalBind = source.text("nonlocal-bind", "net.ipv4.ip_nonlocal_bind", { mayLack: true });
  const groups = [...pairs(source.text("socket-groups", "/proc/*/cgroup") ?? "")];
  const status = source.text("ufw", "ufw status", { mayLack: true });
  if (status?.includes("Status: ") === false) source.leave("ufw status", "it has no line Status");
  const ufw = readUfw(status ?? "", gateway);
  return {
    ...(addresses === undefined
      ? {}
      : { addresses: [...addresses.matchAll(/ inet ([\d.]+)\//g)].map(([, address = ""]) => address) }),
    ...(gateway === undefined ? {} : { interface: gateway }),
    ...(nonlocalBind === undefined ? {} : { nonlocalBind: nonlocalBind !== "0" }),
    listeners: readListeners(
      source.text("sockets", "ss", { mayLack: true }) ?? "",
      new Map(groups.map(([pid, group]) => [Number(pid), group])),
    ),
    dockerUserDrops: /-j (DROP|REJECT|ufw)/.test(readDockerUser(source) ?? ""),
    ...(ufw === undefined ? {} : { ufw }),
    droppingChains: readDroppingChains(source.text("nft", "nft list chains", { mayLack: true }) ?? ""),
  };
}

/** Where Docker has made no such chain, iptables fails. */
function readDockerUser(source: Source): string | undefined {
  const none = /No chain/.test(source.raw("docker-user")?.error ?? "");
  return none ? undefined : source.text("docker-user", "iptables", { mayLack: true });
}

/** Lines of a name and what follows it. The first of a name counts. */
function pairs(said: string, key = (name: string): string => name): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of linesOf(said)) {
    const [, name = "", value = ""] = /^(\S+) *(.*)$/.exec(line) ?? [];
    if (name !== "" && !found.has(key(name))) found.set(key(name), value);
  }
  return found;
}
