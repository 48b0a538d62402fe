/** The command line of `trace`. */
import { type CaseName, caseNames, cases } from "../compare/cases";
import { chosen, wholes } from "../flags";

export interface TraceOptions {
  /** Numbers of servers, in the order in which they are measured. */
  sizes: number[];
  /** What is traced on each, in the comparison's order. */
  cases: CaseName[];
  /** The directory of the traces; undefined for the usual one. */
  out: string | undefined;
  /** The file for the lists of parts, from which the report is made. */
  results: string | undefined;
}

/** What Sextant has in the comparison. */
const traceable = caseNames.filter((name) => cases[name].tools.includes("sextant"));

/** @example parseTraceOptions(["--servers", "2,16", "--cases", "deploy,preview", "--out", "traces"]) */
export function parseTraceOptions(args: readonly string[]): TraceOptions {
  const options: TraceOptions = { sizes: [2], cases: ["deploy"], out: undefined, results: undefined };
  const rest = [...args];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const value = rest.shift();
    if (value === undefined || !["--servers", "--cases", "--out", "--results"].includes(flag))
      throw new Error(
        `usage: npm run bench -- trace [--servers 2,16] [--cases ${traceable.join(",")}] [--out DIRECTORY] [--results FILE]`,
      );
    if (flag === "--out") options.out = value;
    else if (flag === "--results") options.results = value;
    else if (flag === "--cases") options.cases = chosen(flag, value, traceable);
    else options.sizes = wholes(flag, value);
  }
  return options;
}
