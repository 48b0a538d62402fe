/** What is wrong or worth a warning with what a program says of its data. */
import type { Data } from "../../provider/data/word";
import * as check from "../core/checks";
import type { Problem } from "../core/problem";

/** The words that a component takes. */
const words = {
  accessory: ["keep", "leave", "move", "discard"],
  app: ["keep", "leave", "discard"],
} as const satisfies Record<string, readonly Data[]>;

/** What is wrong with the word. */
export function checkData(kind: keyof typeof words, data: Data | undefined): Problem[] {
  return check
    .oneOf("data", data, words[kind])
    .map((problem) => ({ ...problem, check: "data-kept" as const }));
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
      check: "data-kept",
    },
  ];
}
