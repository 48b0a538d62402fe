/**
 * Hosts that are gone: what was on them is given up without asking them. A host counts as gone when the program says so (`gone: true`),
 * or for one run when SEXTANT_GONE names it: `pulumi destroy` and `pulumi refresh` do not run the program, and one that the program has no
 * more can say nothing there. And a machine that Pulumi has replaced counts as gone for what was on it.
 */
import type { SshAddress } from "./ssh/address";

/** The variable that names hosts that are gone, with commas or blanks between them. */
export const goneVariable = "SEXTANT_GONE";

/** What this run of Pulumi knows: its plugin is one process for all resources. */
const declared = new Set<string>();
const machines = new Map<string, string>();
const told = new Set<string>();

/** The program says that a host is gone. */
export function declareGone(host: string): void {
  declared.add(host);
}

/** The machine that a host is now, by the id that its cloud has given it. */
export function knowMachine({ name, machine }: Pick<SshAddress, "name" | "machine">): void {
  if (machine !== undefined) machines.set(name, machine);
}

/** Whether the program says that a host is gone. The variable is about what was on it: a server that is made anew has its name. */
export function isDeclaredGone({ name }: Pick<SshAddress, "name">): boolean {
  return declared.has(name);
}

/** Whether a host is gone, by the program or by the variable. */
export function isGone({ name }: Pick<SshAddress, "name">): boolean {
  return declared.has(name) || namesIn(process.env[goneVariable]).includes(name);
}

/** Whether the host is another machine by now. */
export function isReplaced({ name, machine }: Pick<SshAddress, "name" | "machine">): boolean {
  const now = machines.get(name);
  return machine !== undefined && now !== undefined && now !== machine;
}

/** The names in a list of them. */
export function namesIn(list = ""): string[] {
  return list.split(/[\s,]+/).filter(Boolean);
}

/** Whether something is said the first time in this run. */
export function first(said: string): boolean {
  if (told.has(said)) return false;
  told.add(said);
  return true;
}

/** Forgets what this run knows; for tests. */
export function forget(): void {
  for (const known of [declared, machines, told]) known.clear();
}
