/**
 * What a limited run leaves out: resources of apps on hosts, or of roles, that SEXTANT_HOSTS or SEXTANT_ROLES do not name. Nothing is done
 * there, so that such a host may be down. The program says of each resource that it has whether it is left out, by an input that goes no
 * further; what it has no more is told by its state. Pulumi's plugin is one process for all resources of a run.
 */
import { limitsOf, rolesVariable, type Environment, type Limits } from "./core/limited-run";
import { isGone, isReplaced } from "./gone";
import type { SshAddress } from "./ssh/address";

const inProgram = new Map<string, boolean>();

/** The program has this resource, and the run leaves it out or not. */
export function knowOf(urn: string, leftOut: boolean): void {
  inProgram.set(urn, leftOut);
}

/** Whether the run leaves it out, by the program. */
export const isLeftOut = (urn: string): boolean => inProgram.get(urn) === true;

/** Forgets what this run knows; for tests. */
export function forgetLeftOut(): void {
  inProgram.clear();
}

/** What is read of a state. */
interface Seen {
  shell?: unknown;
  role?: unknown;
  labels?: unknown;
}

/** Why something new is refused that is left out: what depends on it would be done without it. */
export function newRefused(urn: string, environment: Environment): string {
  const { by, names } = said(limitsOf(environment));
  return `${nameOf(urn)} is not there yet, and this run is limited by ${by}, which leaves it out, so that nothing was done; name it as well, or run without ${names}.`;
}

/**
 * Why something is not taken away that the program has no more: what is left out may serve from it still. Undefined where it may go: also of
 * a host that is gone. A role that the state does not tell is none that is named.
 */
export function removalRefused(urn: string, state: Seen, environment: Environment): string | undefined {
  const { shell } = state;
  // What the program has is replaced, by what it says.
  if (!isOfApp(urn) || inProgram.has(urn) || !isAddress(shell)) return undefined;
  if (isGone(shell) || isReplaced(shell)) return undefined;
  const limits = limitsOf(environment);
  const byRole = limits.by.some(({ variable }) => variable === rolesVariable);
  const own = roleOf(state);
  if (limits.host(shell.name) && (!byRole || (own !== undefined && limits.role(own)))) return undefined;
  const { by, names } = said(limits);
  return `${shell.name}: ${nameOf(urn)} is in the program no more, and this run is limited by ${by}, which leaves it out, so that it stays; a run without ${names} takes it away.`;
}

function said({ by }: Limits): { by: string; names: string } {
  return {
    by: by.map(({ variable, value }) => `${variable}=${value}`).join(" and "),
    names: by.map(({ variable }) => variable).join(" and "),
  };
}

/** `job` of `project/stack/shop/job`, which steps have as an input and containers as a label. */
function roleOf({ role, labels }: Seen): string | undefined {
  const label = role ?? (labels as Record<string, unknown> | undefined)?.["sextant.role"];
  return typeof label === "string" ? label.split("/").at(-1) : undefined;
}

const isOfApp = (urn: string): boolean => (urn.split("::")[2] ?? "").split("$").includes("sextant:index:App");
const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
const isAddress = (shell: unknown): shell is SshAddress => typeof shell === "object" && shell !== null;
