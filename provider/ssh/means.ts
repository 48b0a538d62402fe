/** What this machine has for reaching a host, found where the work is done: `pulumi refresh` and `destroy` do not run the program. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { contentFile, home, ownDirectory, sameHome, untilded, usualKeys } from "./client-files";
import { agentOf } from "./key-agent";
import { keyFacts } from "./private-key";
import type { SshAddress } from "./address";
import { jumpHostsLine, knownHostsLine, type Means } from "./options";
import { agentKeys } from "./user-agent";

/**
 * Finds it, and starts an agent for a key from a secret.
 * @throws Error when the key's file is on another machine.
 */
export async function meansFor(shell: SshAddress): Promise<Means> {
  const knownHosts = knownHostsFile(knownHostsLine(shell));
  const jumpKnownHosts = knownHostsFile(jumpHostsLine(shell));
  return {
    ...(await keysFor(shell)),
    ...(knownHosts === undefined ? {} : { knownHosts }),
    ...(jumpKnownHosts === undefined ? {} : { jumpKnownHosts }),
    ...userConfig(),
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

/** The user's settings, where ssh would look for them in another home directory. */
export function userConfig(): Pick<Means, "config"> {
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
