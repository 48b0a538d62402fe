/** The command line of `takeover`. */

export interface TakeoverOptions {
  /** The takeover is killed where Pulumi's line of a step has this, and run again. */
  interrupt: RegExp | undefined;
}

/** @example parseTakeoverOptions(["--interrupt", "Container db"]) */
export function parseTakeoverOptions(args: readonly string[]): TakeoverOptions {
  const [flag, value, ...more] = args;
  if (flag === undefined) return { interrupt: undefined };
  if (flag !== "--interrupt" || value === undefined || more.length > 0)
    throw new Error(
      'usage: npm run bench -- takeover [--interrupt STEP], such as --interrupt "Container db"',
    );
  return { interrupt: new RegExp(value) };
}
