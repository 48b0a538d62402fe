/** The same work on several hosts at once, as one resource does it, and one error for all of them. */
import type { SshAddress } from "./address";

/** A host on which something failed, and what was said of it. */
export interface Failure {
  /** The host's name in the program. */
  host: string;
  message: string;
}

/**
 * Does it on all hosts at once and waits for all of them, so that none is left at work when it is known how it went. Answers
 * with what came of each, in the order of the hosts.
 * @throws Error that says of which hosts it failed, and why.
 */
export async function eachHost<Place extends { shell: SshAddress }, Result>(
  places: readonly Place[],
  work: (place: Place) => Promise<Result>,
): Promise<Result[]> {
  const ends = await Promise.allSettled(places.map(work));
  const failures = ends.flatMap((end, at): Failure[] =>
    end.status === "fulfilled"
      ? []
      : [{ host: places[at]?.shell.name ?? "", message: messageOf(end.reason) }],
  );
  if (failures.length > 0) throw new Error(together(failures));
  return ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []));
}

/** What is the same on several hosts is said once, behind all their names: `web-1, web-2: the disk is full`. */
export function together(failures: readonly Failure[]): string {
  const hosts = new Map<string, string[]>();
  for (const { host, message } of failures) {
    const said = message.startsWith(`${host}: `) ? message.slice(host.length + 2) : message;
    const names = hosts.get(said) ?? [];
    if (!names.includes(host)) names.push(host);
    hosts.set(said, names);
  }
  return [...hosts].map(([said, names]) => `${names.join(", ")}: ${said}`).join("\n\n");
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
