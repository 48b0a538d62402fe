/** The command line of `trace`. */

/** @example parseTraceOptions(["--servers", "4", "--out", "trace.json"]) */
export function parseTraceOptions(args: readonly string[]): { servers: number; out: string | undefined } {
  const options = { servers: 2, out: undefined as string | undefined };
  const rest = [...args];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const value = rest.shift();
    if (value === undefined || !["--servers", "--out"].includes(flag))
      throw new Error("usage: npm run bench -- trace [--servers 2] [--out FILE]");
    if (flag === "--out") options.out = value;
    else options.servers = Number(value);
  }
  if (!Number.isInteger(options.servers) || options.servers < 1)
    throw new Error("bench trace: --servers takes a number from 1 up");
  return options;
}
