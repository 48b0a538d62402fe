/**
 * What the resources of this run stand for on their machines. A resource that goes may have stood for the same as one that stays or comes
 * in its place, where a component, a server or a parent has another name now, or at `pulumi up --replace`: what it would take away is then
 * the other's. Pulumi's plugin is one process for all resources of a run.
 */
import { addressOf, type SshAddress } from "./ssh/address";

const standing = new Set<string>();
const keyOf = (shell: SshAddress, what: string): string => `${addressOf(shell)}:${shell.port}/${what}`;

/** A resource that the program has stands for it. An address that is known only later is none yet. */
export function stand(shell: SshAddress, what: string): void {
  if (typeof shell === "object") standing.add(keyOf(shell, what));
}

/** Whether one does. */
export function stands(shell: SshAddress, what: string): boolean {
  return standing.has(keyOf(shell, what));
}

/** Forgets what this run knows; for tests. */
export function forgetStanding(): void {
  standing.clear();
}
