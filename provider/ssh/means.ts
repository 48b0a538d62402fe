/** What this machine has for reaching a host, found where the work is done: `pulumi refresh` and `destroy` do not run the program. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { contentFile, home, ownDirectory, sameHome, untilded, usualKeys } from "./client-files";
import { agentOf } from "./key-agent";
import { keyFacts } from "./private-key";
import type { SshAddress } from "./address";
import { beforeConnecting } from "./before-connect";
import { jumpHostsLine, knownHostsLine, type Means } from "./options";
import { agentKeys } from "./user-agent";

/**
 * Finds it, and starts an agent for a key from a secret. Whoever connects asks for it first, so that the user's line before the first
 * connection is run here.
 * @throws Error when the key's file, or that of the settings, is on another machine.
 */
export async function meansFor(shell: SshAddress): Promise<Means> {
  await beforeConnecting(shell);
  const knownHosts = knownHostsFile(knownHostsLine(shell));
  const jumpKnownHosts = knownHostsFile(jumpHostsLine(shell));
  return {
    ...(await keysFor(shell)),
    ...(knownHosts === undefined ? {} : { knownHosts }),
    ...(jumpKnownHosts === undefined ? {} : { jumpKnownHosts }),
    ...configOf(shell),
    directory: ownDirectory(),
  };
}

async function keysFor(shell: SshAddress): Promise<Pick<Means, "identities" | "agent">> {
  const { name, privateKey, keyFile, publicKey } = shell;
  if (privateKey !== undefined) {
    const { socket, publicFile } = await agentOf(privateKey);
    return { identities: [publicFile], agent: socket };
  }
  if (keyFile !== undefined) {
    const path = untilded(keyFile);
    if (existsSync(path) || existsSync(`${path}.pub`)) return { identities: [path] };
    throw new Error(
      `${name}: its key is the file ${keyFile}, which is not on this machine; put it there, or give the key as the secret ssh.privateKey, which works on every machine.`,
    );
  }
  if (publicKey !== undefined) return { identities: [contentFile("key", `${publicKey}\n`), ...usualKeys()] };
  return { identities: usualKeys().slice(0, 1) };
}

/** The file of the one host key that is known, or the user's list. */
function knownHostsFile(line: string | undefined): string | undefined {
  return line === undefined ? userKnownHosts() : contentFile("known", line);
}

/** The user's list of known hosts, where ssh would look for it in another home directory. */
function userKnownHosts(): string | undefined {
  return sameHome() ? undefined : join(home(), ".ssh", "known_hosts");
}

/** The settings that the program names, else the user's. @throws Error when their file is on another machine. */
export function configOf({ name, config }: Pick<SshAddress, "name" | "config">): Pick<Means, "config"> {
  if (config === undefined) return userConfig();
  const path = config === "none" ? config : resolve(untilded(config));
  if (config === "none" || existsSync(path)) return { config: path };
  throw new Error(
    `${name}: ssh.configFile is the file ${config}, which is not there (${path}); put it there, or name it from where pulumi and sextant run.`,
  );
}

/** The user's settings, where ssh would look for them in another home directory. */
function userConfig(): Pick<Means, "config"> {
  const config = join(home(), ".ssh", "config");
  return !sameHome() && existsSync(config) ? { config } : {};
}

/** The key's file that has a passphrase while no agent holds the key: ssh, which may not ask, takes it for no key at all. */
export function lockedFile({ keyFile, privateKey }: SshAddress): string | undefined {
  if (privateKey !== undefined) return undefined;
  const path = keyFile === undefined ? usualKeys()[0] : untilded(keyFile);
  if (path === undefined || !existsSync(path)) return undefined;
  const { kind, publicKey } = keyFacts(readFileSync(path, "utf8"));
  if (kind !== "locked" || (publicKey !== undefined && agentKeys().includes(publicKey))) return undefined;
  return keyFile ?? path;
}
