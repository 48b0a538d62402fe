/** The command line of `faults`. */
import { chosen, whole } from "../flags";
import { changes, type Change } from "./plan";

export interface FaultOptions {
  /** Every fault at every step. */
  all: boolean;
  /** Rows whose title has it. */
  only: RegExp | undefined;
  changes: readonly Change[];
  /** After so many no row begins; what is left out is said, and counts as a failure. */
  minutes: number | undefined;
}

const usage = `usage: npm run bench -- faults [--all] [--only PATTERN] [--changes ${changes.join(",")}] [--minutes 30]`;

/** @example parseFaultOptions(["--all", "--only", "kill -9", "--changes", "release,proxy"]) */
export function parseFaultOptions(args: readonly string[]): FaultOptions {
  const options: FaultOptions = { all: false, only: undefined, changes, minutes: undefined };
  const rest = [...args];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    if (flag === "--all") {
      options.all = true;
      continue;
    }
    const value = rest.shift();
    if (value === undefined || !["--only", "--changes", "--minutes"].includes(flag)) throw new Error(usage);
    if (flag === "--only") options.only = new RegExp(value);
    else if (flag === "--minutes") options.minutes = whole(flag, value);
    else options.changes = chosen(flag, value, changes);
  }
  return options;
}
