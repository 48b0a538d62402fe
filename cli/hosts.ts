/** The hosts of a stack, from its state: pure, so that it can be tested on a state that was written down. */
import type { SshAddress } from "../provider/ssh/address";
import { plain, resourcesOf } from "./state";

export interface DeployedHost {
  shell: SshAddress;
  /** Where its verbs are. */
  directory: string;
}

interface Resource {
  type: string;
  inputs?: { shell?: unknown; directory?: unknown };
}

/** Every host that something is on and whose gate has put verbs there, once, as it was last reached. */
export function hostsOf(state: unknown): DeployedHost[] {
  const shells = new Map<string, SshAddress>();
  const directories = new Map<string, string>();
  for (const { type, inputs } of resourcesOf<Resource>(state)) {
    const shell = plain(inputs?.shell);
    if (!type.startsWith("sextant:index:") || !isShell(shell)) continue;
    if (typeof inputs?.directory === "string") directories.set(shell.name, inputs.directory);
    // What is on the host is held to the host key that the gate saw.
    else shells.set(shell.name, shell);
  }
  return [...shells.values()]
    .flatMap((shell) => {
      const directory = directories.get(shell.name);
      return directory === undefined ? [] : [{ shell, directory }];
    })
    .sort((a, b) => (a.shell.name < b.shell.name ? -1 : 1));
}

/** Whether the state keeps secret how a host is reached, as where the key for SSH is a value of the stack. */
export function hidesHosts(state: unknown): boolean {
  return resourcesOf<Resource>(state).some(
    ({ type, inputs }) => type.startsWith("sextant:index:") && isHidden(inputs?.shell),
  );
}

const isHidden = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "ciphertext" in value;

function isShell(value: unknown): value is SshAddress {
  const shell = value as Partial<SshAddress> | undefined;
  return (
    typeof shell === "object" &&
    typeof shell.name === "string" &&
    typeof shell.destination === "string" &&
    typeof shell.port === "number"
  );
}
