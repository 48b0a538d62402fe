/** The containers that this run of Pulumi has made: its plugin is one process for all resources of a run. */
const made = new Set<string>();

/** A container was made. */
export function freshlyMade(name: string): void {
  made.add(name);
}

/** Whether one of them was. */
export function hasFresh(names: readonly string[]): boolean {
  return names.some((name) => made.has(name));
}

/** Forgets what this run knows; for tests. */
export function forgetFresh(): void {
  made.clear();
}
