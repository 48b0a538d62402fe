/** Whether a copy is whole: what was counted on both sides. Pure. */
import { table } from "../table";
import type { Counts } from "./facts";

/** What was counted of one thing; nothing where it is not there. */
export interface Compared {
  readonly name: string;
  readonly old: string | undefined;
  readonly fresh: string | undefined;
}

/** All that there is on either side, in the order of the old one. */
export function compared(old: Counts, fresh: Counts): Compared[] {
  const names = new Set([...old.keys(), ...fresh.keys()]);
  return [...names].map((name) => ({ name, old: old.get(name), fresh: fresh.get(name) }));
}

export const differing = (all: readonly Compared[]): Compared[] =>
  all.filter(({ old, fresh }) => old !== fresh);

/** The table of a database, with a word where the two differ. @param names those of the two accessories */
export function comparedTable(
  database: string,
  names: readonly [string, string],
  all: readonly Compared[],
): string {
  return table(
    [database, ...names.map((name) => name), ""],
    all.map(({ name, old, fresh }) => [name, old ?? "-", fresh ?? "-", old === fresh ? "" : "differs"]),
  );
}
