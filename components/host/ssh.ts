/** How a host is reached over SSH: by our own resources, and by a program's own commands and Docker provider. */
import { existsSync, readFileSync } from "node:fs";
import { isIP, isIPv6 } from "node:net";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type * as command from "@pulumi/command";
import * as check from "../core/checks";
import { sentence, type Problem } from "../core/problem";
import { lateRefusal } from "../core/refusal";
import { home, untilded, usualKeys } from "../../provider/ssh/client-files";
import { keyFacts, keyMaterial, normalKey, type KeyFacts } from "../../provider/ssh/private-key";
import { addressOf, userOf, type Jump, type SshAddress } from "../../provider/ssh/address";
import { agentKeys } from "../../provider/ssh/user-agent";
import type { Check } from "../core/check";

export const sshKeyCheck: Check = {
  id: "ssh-key",
  title: "SSH key that ssh cannot use",
  effect: "refused",
  why: "ssh says of all of these only that permission was denied, and sshd counts them as attacks. A key from a secret often loses its line breaks on the way; those are mended. A key with a passphrase has to be in the agent that `SSH_AUTH_SOCK` names (`ssh-add FILE`), since nobody is asked during a deploy; on macOS the keychain may have it.",
  says: [
    'ExistingServer "old": ssh.privateKey has a passphrase, and no agent holds the key; take the passphrase off a copy of it with ssh-keygen -p, or make a key for deploys alone (npx sextant docs checks#ssh-key).',
    'ExistingServer "old": ssh.privateKey is the public half of a key; give the private one, or, where an agent holds it, the public half as ssh.publicKey alone (npx sextant docs checks#ssh-key).',
  ],
};

/**
 * SSH access to a host, by the `ssh` program of the machine that runs `pulumi`: OpenSSH 7.6 or newer (Debian 11 to 13 are
 * tested), on Linux, macOS, or Windows with WSL. Its settings in ~/.ssh/config count, so that an address may be an alias and
 * a jump host may lie on the way.
 *
 * Without any of the arguments for keys, the usual key of ~/.ssh is taken, and where there is none, the keys of the agent that
 * `SSH_AUTH_SOCK` names. A key with a passphrase has to be in the agent.
 *
 * @example { privateKeyFile: "~/.ssh/deploy_ed25519" }
 * @example { privateKey: config.requireSecret("deployKey") }
 */
export interface SshArgs {
  /**
   * The login user: root, or on an `ExistingServer` one who becomes root by sudo without a password, such as `ubuntu`, `admin` or
   * `debian` on the images of clouds. All that a deploy does there runs as root, by `sudo -n`. A user whom sudo does not make root, and who may
   * use Docker's socket, as a member of the group docker, becomes root by that: each command runs in a container of its own, which takes a second
   * or so, and the preflight says so (`root-by-docker`). Any other user is refused by the first connection.
   *
   * @default "root"
   * @example "ubuntu"
   */
  user?: string;
  /** The port that sshd listens on. @default 22, or that of the alias in ~/.ssh/config */
  port?: number;
  /**
   * The jump host that the connection goes through, as by ssh's ProxyJump; nothing is run on it, and no agent is forwarded to it. The
   * key of the server opens it, too. A way over several hosts, or one with keys of its own, stands in ~/.ssh/config, as ProxyJump or
   * ProxyCommand below a Host with the server's address.
   *
   * @default none, or that of ~/.ssh/config
   * @example { address: "203.0.113.1", user: "ubuntu" }
   */
  jumpHost?: JumpHostArgs;
  /**
   * The file of ssh's settings, in place of ~/.ssh/config and /etc/ssh/ssh_config, such as one in the repository that all who deploy share;
   * `false` for none: nothing that this machine has then counts but what the program says. Other files are taken in by `Include`. A path is
   * from where `pulumi` and `sextant` run, the project's directory; of a program with `host.docker` it is best one within that directory, as
   * one from ~/ is another in the provider's options on each machine. `host.connection` reads no settings at all.
   *
   * @default ~/.ssh/config and /etc/ssh/ssh_config
   * @example "ssh/config"
   */
  configFile?: string | false;
  /**
   * A line for a shell on the machine that runs `pulumi` or `sextant`, before its first connection of a run, Kamal's hook pre-connect: it brings
   * up a VPN, or warms a name. It runs once in each run that connects at all, previews, refreshes and commands of `sextant` among them, and
   * once for all servers that have the same line; so it has to be one that may run again. It has five minutes. Where it fails, nothing is
   * connected to. `KAMAL_HOSTS` is the address that is connected to first; KAMAL_PERFORMER and KAMAL_RECORDED_AT are there, too.
   * `SEXTANT_SKIP_HOOKS=1` leaves it out. What a program does by `host.docker` and `host.connection` does not wait for it by itself.
   *
   * @default none
   * @example "bin/vpn up"
   */
  beforeConnect?: string;
  /**
   * The private key, as a file on the machine that runs `pulumi`. Its public half is read from the same name with
   * `.pub`, or from the key.
   *
   * @default the first of ~/.ssh/id_ed25519, ~/.ssh/id_ecdsa and ~/.ssh/id_rsa
   */
  privateKeyFile?: string;
  /**
   * The private key itself, from a secret, where there is no file (CI). It is kept in the state, encrypted, so that `pulumi refresh` and
   * `destroy` work on a machine where the program has never run, and is given to ssh without a file. It has no passphrase. Each
   * resource on the host has it, so that a short key (ed25519) keeps the state small.
   *
   * @default none: the file, or the agent, is used
   */
  privateKey?: pulumi.Input<string>;
  /**
   * The public half, in the form of authorized_keys. Without a private key it says which of the agent's keys is taken.
   *
   * @default read from beside the private key's file, from the key, or from an agent that holds one key
   */
  publicKey?: string;
}

/** A jump host. */
export interface JumpHostArgs {
  /** Its address or name; an alias of ~/.ssh/config, too. @example "203.0.113.1" */
  address: string;
  /** The login user there, who needs no rights. @default the user of the server */
  user?: string;
  /** The port that its sshd listens on. @default 22, or that of the alias in ~/.ssh/config */
  port?: number;
  /**
   * The ed25519 host key that it is held to. Without it, the list of known hosts on the machine that runs `pulumi` counts, and the key that
   * answers first is added to it.
   *
   * @default that of ~/.ssh/known_hosts
   * @example "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI…"
   */
  hostKey?: string;
}

/** `SshArgs` with its defaults, plain. */
export interface Ssh {
  user: string;
  port: number;
  /** The host on the way. */
  jump: Jump | undefined;
  /** The file that the program names. */
  privateKeyFile: string | undefined;
  /** The file of settings, or `none`; undefined for the user's. */
  config: string | undefined;
  /** What is run before the first connection. */
  beforeConnect: string | undefined;
  privateKey: pulumi.Input<string> | undefined;
  /** The public half of the key, whatever the key comes from; none where it is not known here. */
  publicKey: string | undefined;
  /** The public half of the key that an agent is asked for; none where the key comes from elsewhere. */
  agentKey: string | undefined;
}

/** Fills in defaults; looks into ~/.ssh and asks the agent only when no key is named. */
export function ssh(args: SshArgs = {}): Ssh {
  const { user = "root", port = 22, privateKeyFile, privateKey, jumpHost, configFile, beforeConnect } = args;
  const config = configFile === false ? "none" : configFile;
  const given = args.publicKey === undefined ? undefined : args.publicKey.trim();
  const jump = jumpHost === undefined ? undefined : jumpOf(user, jumpHost);
  const named = { user, port, jump, privateKeyFile, config, beforeConnect, privateKey, agentKey: undefined };
  if (privateKey !== undefined) {
    const own = check.isPlain(privateKey) ? keyFacts(privateKey).publicKey : undefined;
    return { ...named, publicKey: given ?? own };
  }
  const file = privateKeyFile === undefined ? usualKeys()[0] : untilded(privateKeyFile);
  if (file !== undefined) {
    return {
      ...named,
      publicKey: given ?? publicHalf(file),
      agentKey: privateKeyFile === undefined && given !== undefined ? keyMaterial(given) : undefined,
    };
  }
  const keys = agentKeys();
  const publicKey = given ?? (keys.length === 1 ? keys[0] : undefined);
  return {
    ...named,
    publicKey,
    agentKey: publicKey === undefined ? undefined : keyMaterial(publicKey),
  };
}

function jumpOf(login: string, { address, user = login, port = 22, hostKey }: JumpHostArgs): Jump {
  const held = hostKey === undefined ? {} : { hostKey: keyMaterial(hostKey) };
  return { destination: `${user}@${address}`, port, ...held };
}

function publicHalf(file: string): string | undefined {
  if (existsSync(`${file}.pub`)) return readFileSync(`${file}.pub`, "utf8").trim();
  return existsSync(file) ? keyFacts(readFileSync(file, "utf8")).publicKey : undefined;
}

/** What is wrong with SSH arguments. */
export function checkSsh(argument: string, args: SshArgs = {}): Problem[] {
  const problems = [
    ...check.port(`${argument}.port`, args.port),
    ...checkUser(`${argument}.user`, args.user),
    ...(args.jumpHost === undefined ? [] : checkJumpHost(`${argument}.jumpHost`, args.jumpHost)),
    ...checkConfig(`${argument}.configFile`, args.configFile),
    ...(args.beforeConnect === undefined
      ? []
      : check.notEmpty(
          `${argument}.beforeConnect`,
          args.beforeConnect.trim(),
          "give a line for a shell, such as bin/vpn up",
        )),
  ];
  const { privateKeyFile, privateKey, publicKey } = args;
  if (privateKeyFile !== undefined && privateKey !== undefined) {
    problems.push({
      argument: `${argument}.privateKey`,
      fault: `cannot be given beside ${argument}.privateKeyFile`,
      cure: "keep one of them",
    });
  }
  if (publicKey !== undefined && keyFacts(publicKey).kind !== "public") {
    problems.push({
      argument: `${argument}.publicKey`,
      fault: "is no public key",
      cure: 'write it like "ssh-ed25519 AAAA…", as in the file that ends in .pub',
    });
  }
  if (privateKey !== undefined) return [...problems, ...checkSecret(`${argument}.privateKey`, privateKey)];
  if (privateKeyFile !== undefined)
    return [...problems, ...checkFile(`${argument}.privateKeyFile`, privateKeyFile)];
  const [usual] = usualKeys();
  if (usual !== undefined) return [...problems, ...checkFile(`${argument}.privateKeyFile`, usual)];
  return [...problems, ...checkAgent(argument, publicKey, args.configFile)];
}

function checkConfig(argument: string, file: string | false | undefined): Problem[] {
  if (file === undefined || file === false || (file !== "" && existsSync(untilded(file)))) return [];
  return [
    {
      argument,
      value: file,
      rule: "there is no such file on this machine",
      cure: "name it from the project's directory or from ~/, or write false for no settings at all",
    },
  ];
}

function checkJumpHost(argument: string, { address, user, port, hostKey }: JumpHostArgs): Problem[] {
  const usual = 'give its address or name, such as "203.0.113.1"; user and port are members of their own';
  const cure = apart(address, `${argument}.address`, argument) ?? usual;
  const wrong = isIP(address) === 0 ? check.hostName(`${argument}.address`, address) : [];
  return [
    ...wrong.map((problem) => ({ ...problem, cure })),
    ...checkUser(`${argument}.user`, user),
    ...check.port(`${argument}.port`, port),
    ...checkHostKey(`${argument}.hostKey`, hostKey),
  ];
}

/**
 * Where an address is written with a user or a port, as one for ssh: how it is written as members of their own.
 * @param ssh the argument that has these members
 */
export function apart(written: string, argument: string, ssh: string): string | undefined {
  const [, user, host = "", port] =
    /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(\[[0-9a-fA-F:.]+\]|[^@:\s/]+)(?::(\d+))?\/?$/.exec(written) ?? [];
  const address = host.replace(/^\[|\]$/g, "");
  const more = [
    ...(user === undefined ? [] : [`${ssh}.user "${user}"`]),
    ...(port === undefined ? [] : [`${ssh}.port ${port}`]),
  ];
  if (more.length === 0 || (isIP(address) === 0 && check.hostName("address", address).length > 0))
    return undefined;
  return `write ${argument} "${address}" and ${more.join(" and ")}`;
}

/** A user's name stands in a command line, and in the line of sudoers that a sentence gives. */
function checkUser(argument: string, user: unknown): Problem[] {
  if (!check.isPlain(user) || (typeof user === "string" && /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(user)))
    return [];
  return [
    {
      argument,
      value: user,
      rule: "it is no name of a user",
      cure: 'write the name alone, such as "ubuntu"',
    },
  ];
}

/** A host key that connections are held to. */
export function checkHostKey(argument: string, key: unknown): Problem[] {
  if (
    !check.isPlain(key) ||
    (typeof key === "string" && /^ssh-ed25519 [A-Za-z0-9+/]{60,}={0,2}( .*)?$/.test(key))
  ) {
    return [];
  }
  return [
    {
      argument,
      value: key,
      rule: "a pinned host key is of type ed25519 and has no address in front",
      cure: 'take "ssh-ed25519 AAAA…" from ssh-keyscan -t ed25519',
    },
  ];
}

function checkFile(argument: string, value: string): Problem[] {
  const path = untilded(value);
  if (!existsSync(path)) {
    return [
      {
        argument,
        value,
        rule: "there is no such file on this machine",
        cure: `make it with ssh-keygen -t ed25519 -f ${value}, or name the right one`,
      },
    ];
  }
  const facts = keyFacts(readFileSync(path, "utf8"));
  // On macOS ssh takes the passphrase from the keychain by itself.
  if (facts.kind === "locked" && process.platform === "darwin") return [];
  if (facts.publicKey !== undefined && facts.kind === "locked" && agentKeys().includes(facts.publicKey))
    return [];
  return faults(
    facts,
    `run ssh-add ${value} in a shell with an agent first, or name a key without a passphrase`,
  ).map(({ fault, ...rest }) => ({ argument, value, rule: `it ${fault}`, ...rest }));
}

/** A value that is known only when it is read is refused then, see `secretKey`. */
function checkSecret(argument: string, value: pulumi.Input<string>): Problem[] {
  if (!check.isPlain(value)) return [];
  return faults(keyFacts(String(value)), lockedSecret).map((found) => ({ argument, ...found }));
}

const lockedSecret =
  "take the passphrase off a copy of it with ssh-keygen -p, or make a key for deploys alone";

/** What is wrong with a key, whether its file is named or nothing of it is shown. */
interface Fault {
  fault: string;
  cure: string;
  check: Problem["check"];
}

/** What is wrong with what should be a private key; the text itself is never shown. */
function faults(facts: KeyFacts, unlock: string): Fault[] {
  return faultsOf(facts, unlock).map((found) => ({ ...found, check: sshKeyCheck }));
}

function faultsOf({ kind }: KeyFacts, unlock: string): Omit<Fault, "check">[] {
  switch (kind) {
    case "open":
      return [];
    case "locked":
      return [{ fault: "has a passphrase, and no agent holds the key", cure: unlock }];
    case "public":
      return [
        {
          fault: "is the public half of a key",
          cure: "give the private one, or, where an agent holds it, the public half as ssh.publicKey alone",
        },
      ];
    case "putty":
      return [
        {
          fault: "is in PuTTY's format, which ssh does not read",
          cure: 'export it in PuTTYgen by "Export OpenSSH key", or with puttygen KEY -O private-openssh',
        },
      ];
    case "none":
      return [
        {
          fault: "is no private key, or only a part of one",
          cure: 'give all of it, from "-----BEGIN" to the last line',
        },
      ];
  }
}

/** No key is named and ~/.ssh has none: an agent has to hold one, or the user's settings name one. */
function checkAgent(
  argument: string,
  publicKey: string | undefined,
  settings: string | false | undefined,
): Problem[] {
  const keys = agentKeys();
  if (publicKey !== undefined) {
    if (keys.includes(keyMaterial(publicKey))) return [];
    return [
      {
        argument: `${argument}.publicKey`,
        value: publicKey,
        rule: "the agent does not hold that key, and no private key is given",
        cure: "run ssh-add FILE, or give ssh.privateKeyFile or ssh.privateKey",
      },
    ];
  }
  if (keys.length > 0 || settingsNameKeys(settings)) return [];
  return [
    {
      argument: `${argument}.privateKeyFile`,
      fault: "is missing, ~/.ssh has no key of the usual names, and no agent holds one",
      cure: "make one with ssh-keygen -t ed25519, name its file, or run ssh-add",
    },
  ];
}

function settingsNameKeys(settings: string | false | undefined): boolean {
  if (settings === false) return false;
  const config = settings === undefined ? join(home(), ".ssh", "config") : untilded(settings);
  const words = /^\s*(IdentityFile|IdentityAgent|PKCS11Provider|Include)\b/im;
  return existsSync(config) && words.test(readFileSync(config, "utf8"));
}

/**
 * The key from a secret, as ssh reads it. One that cannot be used is refused when it is read: a preview goes on to its end and fails with
 * the sentence, as it reaches no host.
 * @throws the sentence, in an update.
 */
export function secretKey(component: Named, text: string): string {
  const [fault] = faults(keyFacts(text), lockedSecret);
  if (fault === undefined) return normalKey(text);
  const said = sentence(component.label, { argument: "ssh.privateKey", ...fault });
  if (!pulumi.runtime.isDryRun()) throw lateRefusal(said);
  void pulumi.log.error(said);
  // By this code Pulumi knows that a program has failed and has said why.
  process.exitCode = 32;
  return "";
}

/** A component, as errors and the state name it. */
interface Named {
  label: string;
  componentName: string;
}

/**
 * The connection of remote commands. The whole of it is a secret, since it holds the private key. @pulumi/command has an ssh of its own:
 * what ~/.ssh/config says does not count, and its commands run as the login user.
 */
export function connectionOf(
  access: Ssh,
  address: pulumi.Input<string>,
  hostKey: pulumi.Input<string> | undefined,
): pulumi.Output<command.types.input.remote.ConnectionArgs> {
  const { privateKey, privateKeyFile, agentKey, jump } = access;
  const file = privateKeyFile === undefined ? usualKeys()[0] : untilded(privateKeyFile);
  // Without a key the agent is asked.
  const key =
    privateKey === undefined
      ? file === undefined || agentKey !== undefined
        ? undefined
        : readFileSync(file, "utf8")
      : pulumi.output(privateKey).apply(normalKey);
  // A machine that has just been made refuses connections until sshd is up: about two minutes of tries.
  const common = { privateKey: key, dialErrorLimit: 30, perDialTimeout: 15 };
  const proxy = jump && {
    ...{ host: addressOf(jump), port: jump.port, user: userOf(jump), hostKey: jump.hostKey },
    ...common,
  };
  return pulumi.secret({
    ...{ host: address, port: access.port, user: access.user, hostKey },
    ...common,
    ...(proxy === undefined ? {} : { proxy }),
  });
}

/** The `host` of the Docker provider. */
export function dockerHost(access: Ssh, address: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.interpolate`ssh://${access.user}@${pulumi.output(address).apply(inUrl)}:${access.port}`;
}

/** An address as it stands in a URL: one of IPv6 in brackets. */
function inUrl(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}

/** What the library's own resources reach the host by; a secret where it holds the private key. */
export function shellOf(
  component: Named,
  access: Ssh,
  address: pulumi.Input<string>,
  hostKey: pulumi.Input<string> | undefined,
  machine?: pulumi.Output<string>,
): pulumi.Output<SshAddress> {
  const { user, port, jump, config, beforeConnect } = access;
  const { privateKeyFile: keyFile, privateKey: secret, agentKey: publicKey } = access;
  const privateKey =
    secret === undefined ? undefined : pulumi.secret(secret).apply((text) => secretKey(component, text));
  return pulumi.all([address, hostKey, privateKey, machine]).apply(([host, known, key, id]) => ({
    name: component.componentName,
    destination: `${user}@${host}`,
    port,
    ...(user === "root" ? {} : { sudo: true as const }),
    ...(jump === undefined ? {} : { jump }),
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(key === undefined ? {} : { privateKey: key }),
    ...(publicKey === undefined ? {} : { publicKey }),
    ...(known === undefined ? {} : { hostKey: keyMaterial(known) }),
    ...(config === undefined ? {} : { config }),
    ...(beforeConnect === undefined ? {} : { beforeConnect }),
    ...(id === undefined ? {} : { machine: id }),
  }));
}
