/** What is wrong or worth a warning with what a program says of its data. */
import type { Data } from "../../provider/data/word";
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import type { Check } from "../core/check";

export const dataKeptCheck: Check = {
  id: "data-kept",
  title: "Data that would be left behind or deleted",
  effect: "refused or warned",
  why: 'Nothing deletes a volume with data unless `data` of its component says "discard", see [Data](data.md). Data does not move between hosts either: an accessory that is given another server, or a role that is taken off a host, would begin with an empty volume while what it had written lies on the old host. A preview compares where the volumes are with where they would be. A server that is to be replaced is asked whether it has the volume; one that is lost does not answer, and holds nobody up. Another address of an `ExistingServer` is asked in the same way, so that the same machine passes.',
  says: [
    'Postgres "db": server leaves web-1, but the volume shop-test-db-data would stay there, and what comes instead would begin without its data; write data: "move" to take a copy along, or data: "leave" to begin empty; both keep what is on web-1 (npx sextant docs checks#data-kept).',
    'App "shop": roles leaves web-1, but the volume shop-test-shop-files would stay there, and what comes instead would begin without its data; copy over what is needed first, then write data: "leave", which keeps what is on web-1; of a dead server, say gone: true (npx sextant docs checks#data-kept).',
    'Postgres "db": web-1 is to be replaced by another machine, but the volume shop-test-db-data would go with the old one and all its data; take back what replaces the server, or copy the data elsewhere first and write data: "discard" (npx sextant docs checks#data-kept).',
    'Accessory "search": data is "discard", but the volume data is deleted with all data when it is removed, renamed without an alias, moved or destroyed; leave data out to keep it (npx sextant docs checks#data-kept).',
  ],
};

/** The words that a component takes. */
const words = {
  accessory: ["keep", "leave", "move", "discard"],
  app: ["keep", "leave", "discard"],
} as const satisfies Record<string, readonly Data[]>;

/** What is wrong with the word. */
export function checkData(kind: keyof typeof words, data: Data | undefined): Problem[] {
  return check.oneOf("data", data, words[kind]).map((problem) => ({ ...problem, check: dataKeptCheck }));
}

/** What is said of a word by which data can be lost. */
export function warnData(data: Data | undefined, volumes: readonly string[]): Problem[] {
  if (data !== "discard" || volumes.length === 0) return [];
  const [what, verb] =
    volumes.length === 1
      ? [`the volume ${volumes.join()}`, "is"]
      : [`the volumes ${volumes.join(", ")}`, "are"];
  return [
    {
      argument: "data",
      value: data,
      rule: `${what} ${verb} deleted with all data when it is removed, renamed without an alias, moved or destroyed`,
      cure: "leave data out to keep it",
      check: dataKeptCheck,
    },
  ];
}
