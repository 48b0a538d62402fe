/** Other firewalls on a machine for which a program has one of its own, and how they stand to each other. Pure. */
import type { Machine } from "./machine";

/** Those that are active and let in by rules of their own. */
export function otherFirewalls({ ufw, processes }: Pick<Machine, "ufw" | "processes">): string[] {
  return [...(ufw === undefined ? [] : ["UFW"]), ...(processes.has("firewalld") ? ["firewalld"] : [])];
}

/** What is said of them; in previews, too. */
export function besideSentence(others: readonly string[]): string {
  return `${others.join(" and ")} is active beside the program's firewall, which stands in front of it. What comes in to the machine itself has to be let in by both; what Docker publishes is held by the program's alone.`;
}
