/** A stack that was deployed: its hosts, and what it runs on them. */
import { hidesHosts, hostsOf, type DeployedHost } from "./hosts";
import { partsOf, type Part } from "./operate/parts";
import { exportStack, type StackChoice } from "./stack";

export interface Deployed {
  readonly hosts: readonly DeployedHost[];
  readonly parts: readonly Part[];
  readonly state: unknown;
}

/** Reads its state. The secrets in it are asked for only where one of them is how a host is reached. */
export function deployed(choice: StackChoice): Deployed {
  const hidden = exportStack(choice);
  const state = hidesHosts(hidden) ? exportStack(choice, true) : hidden;
  return { hosts: hostsOf(state), parts: partsOf(state), state };
}

/** The hosts that a command is about. @throws Error when there is none. */
export function hostsNamed(
  command: string,
  hosts: readonly DeployedHost[],
  name: string | undefined,
): readonly DeployedHost[] {
  if (hosts.length === 0)
    throw new Error(`${command}: this stack has no hosts; name another by --stack, or see pulumi stack ls.`);
  const found = hosts.filter(({ shell }) => name === undefined || shell.name === name);
  if (found.length > 0) return found;
  throw new Error(
    `${command}: this stack has no host ${name ?? ""}; it has ${hosts.map(({ shell }) => shell.name).join(", ")}.`,
  );
}
