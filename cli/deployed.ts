/** A stack that was deployed: its hosts, and what it runs on them. */
import { isNamedBy, partsOfList } from "./host-pattern";
import { hidesHosts, hostsOf, type DeployedHost } from "./hosts";
import { partsOf, type Part } from "./operate/parts";
import { exportStack, type StackChoice } from "./stack";

export interface Deployed {
  readonly hosts: readonly DeployedHost[];
  readonly parts: readonly Part[];
  readonly state: unknown;
}

/**
 * Reads its state. The secrets in it are asked for only where one of them is how a host is reached.
 * @throws Error where nothing of it was deployed yet
 */
export function deployed(choice: StackChoice): Deployed {
  const hidden = exportStack(choice);
  const state = hidesHosts(hidden) ? exportStack(choice, true) : hidden;
  const [hosts, parts] = [hostsOf(state), partsOf(state)];
  if (hosts.length === 0 && parts.length === 0) throw new Error(nothingYet);
  return { hosts, parts, state };
}

/** What is said where there is nothing to look at or to work on. */
export const nothingYet =
  "Nothing of this stack is deployed yet: pulumi up deploys it. Another stack is named by --stack; pulumi stack ls lists them.";

/**
 * The hosts that a command is about.
 * @param list names with commas between them, in which `*` stands for anything; all without one
 * @throws Error when there is none of a name.
 */
export function hostsNamed(
  command: string,
  hosts: readonly DeployedHost[],
  list: string | undefined,
): readonly DeployedHost[] {
  if (hosts.length === 0)
    throw new Error(`${command}: this stack has no hosts yet: pulumi up makes them ready.`);
  const names = list === undefined ? [] : partsOfList(list);
  const unknown = names.find((name) => !hosts.some(({ shell }) => isNamedBy(name)(shell.name)));
  const found = hosts.filter(({ shell }) => isNamedBy(list)(shell.name));
  if (unknown === undefined && found.length > 0) return found;
  throw new Error(
    `${command}: this stack has no host ${unknown ?? list ?? ""}; it has ${hosts.map(({ shell }) => shell.name).join(", ")}.`,
  );
}
