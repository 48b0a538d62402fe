/** The options of the `ssh` program for a host: pure functions of how it is reached and of what this machine has for it. */
import { shortHash } from "../core/short-hash";
import { quote } from "../host/scripts";
import type { Jump, SshAddress } from "./address";

/** What this machine has for reaching a host; all paths are whole. */
export interface Means {
  /** Files of keys that are offered, each private, or the public half of a key that an agent holds. */
  identities: readonly string[];
  /** The agent that is asked. @default the user's */
  agent?: string;
  /** The file with the host key that has to answer, by the host's name. @default the user's known_hosts */
  knownHosts?: string;
  /** The same of the host on the way. */
  jumpKnownHosts?: string;
  /** The file of settings, where the program names one, or ssh would not find the user's by itself; `none` for none at all (ssh.c). */
  config?: string;
  /** The directory of the sockets of warm connections. */
  directory: string;
}

/**
 * What holds for every host. The user's own settings count for how a host is reached (an alias, a jump host), and not for what
 * would hand out an agent, open ports, or run something else than our commands.
 */
const always = [
  "LogLevel=ERROR",
  "BatchMode=yes",
  "ConnectTimeout=12",
  "ServerAliveInterval=15",
  "ForwardAgent=no",
  "ForwardX11=no",
  "ClearAllForwardings=yes",
  "PermitLocalCommand=no",
  "RemoteCommand=none",
  "RequestTTY=no",
];

/** Seconds for which a connection stays warm without use. */
export const warmSeconds = 30;

/** The options by which the library's own resources reach a host. All of them are known to OpenSSH 7.6 and later. */
export function sshOptions(shell: SshAddress, means: Means): string[] {
  const { knownHosts, jumpKnownHosts, directory } = means;
  return [
    ...found(means),
    ...[...always, ...heldTo(shell, knownHosts), ...warm(`${directory}/${socketName(shell)}`)].flatMap(set),
    ...through(shell, means, (jump) => heldTo(jump, jumpKnownHosts), ["-E", jumpLog(shell, means)]),
    ...port(shell),
  ];
}

/**
 * The options for a program's own Docker provider, which runs ssh where and when it likes: also in a refresh on a machine where
 * nothing of ours has run. So the host key comes from the options themselves, which takes OpenSSH 8.5.
 */
export function providerOptions(shell: SshAddress, means: Omit<Means, "knownHosts">): string[] {
  const known = (held: Held): string[] =>
    held.hostKey === undefined
      ? heldTo(held, undefined)
      : [...heldTo(held, "/dev/null"), `KnownHostsCommand=/bin/echo ${held.name} ${held.hostKey}`];
  return [
    ...found(means),
    ...[...always, ...known(shell), ...warm(`${means.directory}/.sextant-${socketName(shell)}`)].flatMap(set),
    ...through(shell, means, known, []),
  ];
}

/** The port, unless it is the usual one. */
function port({ port }: Pick<SshAddress, "port">): string[] {
  // The port that an alias of the user's settings has would lose against an option.
  return port === 22 ? [] : ["-p", String(port)];
}

const set = (option: string): string[] => ["-o", option];

/** What of this machine ssh is to use. */
function found({ config, identities, agent }: Pick<Means, "config" | "identities" | "agent">): string[] {
  return [
    ...(config === undefined ? [] : ["-F", config]),
    ...identities.flatMap((path) => ["-i", path]),
    // Servers cut a client off after some six keys, and an agent may hold more.
    ...(identities.length === 0 ? [] : set("IdentitiesOnly=yes")),
    ...(agent === undefined ? [] : set(`IdentityAgent=${agent}`)),
  ];
}

/** What a host is held to. */
type Held = Pick<SshAddress, "name" | "hostKey">;

/** The host on the way, by a name of its own in lists of known hosts. */
const jumpHeld = ({ name }: SshAddress, { hostKey }: Jump): Held => ({
  name: `${name}-jump`,
  ...(hostKey === undefined ? {} : { hostKey }),
});

/**
 * The way over another host. ssh's own ProxyJump gives the options of the command line to the host at the end alone (ssh.c), so that the
 * key and what holds for every host would not count on the way. Nothing is run on the host between, and no agent is there.
 */
function through(
  shell: SshAddress,
  means: Omit<Means, "directory">,
  known: (held: Held) => string[],
  log: readonly string[],
): string[] {
  const { jump } = shell;
  if (jump === undefined) return [];
  const options = [
    ...[...log, ...found(means)],
    ...[...always, ...known(jumpHeld(shell, jump)), "ControlMaster=no", "ControlPath=none"].flatMap(set),
    ...port(jump),
  ];
  const words = ["ssh", ...options].map((word) => quote(word).replaceAll("%", "%%"));
  return set(`ProxyCommand=${[...words, "-W", "'[%h]:%p'", quote(jump.destination)].join(" ")}`);
}

/** Where ssh writes what is wrong on the way: of a connection that is to stay warm it drops the errors of a ProxyCommand (sshconnect.c). */
export function jumpLog(shell: SshAddress, { directory }: Pick<Means, "directory">): string {
  return `${directory}/way-${socketName(shell)}`;
}

/**
 * Only the one host key, and nothing that vouches for another. It is looked up by the host's name in the program, so that an alias or
 * a jump host changes nothing.
 */
function heldTo({ name, hostKey }: Held, file: string | undefined): string[] {
  if (hostKey === undefined)
    return [
      "StrictHostKeyChecking=accept-new",
      ...(file === undefined ? [] : [`UserKnownHostsFile=${file}`]),
    ];
  return [
    "StrictHostKeyChecking=yes",
    `HostKeyAlias=${name}`,
    ...(file === undefined ? [] : [`UserKnownHostsFile=${file}`]),
    "GlobalKnownHostsFile=/dev/null",
    "CheckHostIP=no",
    "VerifyHostKeyDNS=no",
    "UpdateHostKeys=no",
  ];
}

/** The line of the file of known hosts. */
export function knownHostsLine({ name, hostKey }: Held): string | undefined {
  return hostKey === undefined ? undefined : `${name} ${hostKey}\n`;
}

/** That of the file for the host on the way. */
export function jumpHostsLine(shell: SshAddress): string | undefined {
  return shell.jump === undefined ? undefined : knownHostsLine(jumpHeld(shell, shell.jump));
}

/** One connection a host serves all that is done there at about the same time, and stays for half a minute. */
function warm(socket: string): string[] {
  return ["ControlMaster=auto", `ControlPath=${socket}`, `ControlPersist=${warmSeconds}`];
}

/**
 * Named after everything that says who answers and who asks, so that a new machine at an old address never meets the old one's
 * connection, nor another key that of the first.
 */
export function socketName(shell: SshAddress): string {
  const { destination, port, keyFile, privateKey, publicKey, hostKey, machine, jump, config } = shell;
  const known = [destination, port, keyFile, privateKey, publicKey, hostKey].map((part) => part ?? null);
  const way = jump === undefined ? [] : [[jump.destination, jump.port, jump.hostKey ?? null]];
  const parts = [
    ...known,
    ...(machine === undefined ? [] : [machine]),
    ...way,
    ...(config === undefined ? [] : [{ config }]),
  ];
  return shortHash(JSON.stringify(parts), 16);
}
