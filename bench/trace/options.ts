/** The command line of `trace`. */

export interface TraceOptions {
  servers: number;
  /** The trace's file; undefined for the usual one. */
  out: string | undefined;
  /** The file for the list of parts, from which the report is made. */
  results: string | undefined;
}

/** @example parseTraceOptions(["--servers", "4", "--out", "trace.json"]) */
export function parseTraceOptions(args: readonly string[]): TraceOptions {
  const options: TraceOptions = { servers: 2, out: undefined, results: undefined };
  const rest = [...args];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const value = rest.shift();
    if (value === undefined || !["--servers", "--out", "--results"].includes(flag))
      throw new Error("usage: npm run bench -- trace [--servers 2] [--out FILE] [--results FILE]");
    if (flag === "--out") options.out = value;
    else if (flag === "--results") options.results = value;
    else options.servers = Number(value);
  }
  if (!Number.isInteger(options.servers) || options.servers < 1)
    throw new Error("bench trace: --servers takes a number from 1 up");
  return options;
}
