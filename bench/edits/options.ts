/** The command line of `edits`. */
import { whole } from "../flags";
import type { Edit } from "./list";

export interface EditsOptions {
  /** Of the edits, those whose name has it. */
  only: RegExp | undefined;
  /** The first edit that is made. */
  from: RegExp | undefined;
  /** After these minutes no edit is begun any more. */
  minutes: number;
}

/** @example parseEditsOptions(["--only", "accessory", "--from", "wrapped"]) */
export function parseEditsOptions(args: readonly string[]): EditsOptions {
  const options: EditsOptions = { only: undefined, from: undefined, minutes: Infinity };
  const rest = [...args];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const value = rest.shift();
    if (value === undefined || !["--only", "--from", "--minutes"].includes(flag))
      throw new Error("usage: npm run bench -- edits [--only PATTERN] [--from PATTERN] [--minutes NUMBER]");
    if (flag === "--minutes") options.minutes = whole(flag, value);
    else options[flag === "--only" ? "only" : "from"] = new RegExp(value);
  }
  return options;
}

/** The edits that are chosen; none is an error. */
export function chosenEdits(
  all: readonly Edit[],
  { only, from }: Pick<EditsOptions, "only" | "from">,
): Edit[] {
  const start = from === undefined ? 0 : all.findIndex(({ name }) => from.test(name));
  const chosen = start < 0 ? [] : all.slice(start).filter(({ name }) => only?.test(name) ?? true);
  if (chosen.length === 0) throw new Error("bench edits: no edit has such a name.");
  return chosen;
}
