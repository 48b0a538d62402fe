/** The hosts of a stack, from its state: pure, so that it can be tested on a state that was written down. */
import type { Shell } from "../provider/ssh/address";

export interface DeployedHost {
  shell: Shell;
  /** Where its verbs are. */
  directory: string;
}

interface Resource {
  type: string;
  inputs?: { shell?: unknown; line?: unknown; directory?: unknown };
}

/** Every host that a verb runs on, once, as it was last reached. */
export function hostsOf(state: unknown): DeployedHost[] {
  const { deployment } = state as { deployment?: { resources?: Resource[] } };
  const found = new Map<string, DeployedHost>();
  /** Where the host's gate has put the verbs: what has not been done again since an upgrade still names older ones. */
  const current = new Map<string, string>();
  for (const { type, inputs } of deployment?.resources ?? []) {
    if (!type.startsWith("sextant:index:")) continue;
    const [shell, line] = [inputs?.shell, inputs?.line].map(plain);
    if (isShell(shell) && typeof inputs?.directory === "string") current.set(shell.name, inputs.directory);
    if (!isShell(shell) || typeof line !== "string" || !line.startsWith("/")) continue;
    const verb = line.split(" ")[0] ?? "";
    found.set(shell.name, { shell, directory: verb.slice(0, verb.lastIndexOf("/")) });
  }
  const hosts = [...found.values()].map((host) => ({
    ...host,
    directory: current.get(host.shell.name) ?? host.directory,
  }));
  return hosts.sort((a, b) => (a.shell.name < b.shell.name ? -1 : 1));
}

/** A value that the state marks as a secret, in clear: its JSON is text in the state. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("plaintext" in value)) return value;
  return JSON.parse(String(value.plaintext));
}

function isShell(value: unknown): value is Shell {
  const shell = value as Partial<Shell> | undefined;
  return (
    typeof shell === "object" &&
    typeof shell.name === "string" &&
    typeof shell.destination === "string" &&
    typeof shell.port === "number"
  );
}
