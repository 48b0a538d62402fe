/** The command line of `takeover`. */

export interface TakeoverOptions {
  /** The takeover is killed where Pulumi's line of a step has the first of these, run again and killed at the next one, and so on. */
  interrupts: readonly RegExp[];
}

/** @example parseTakeoverOptions(["--interrupt", "Container db creating", "--interrupt", "Switch .* creating"]) */
export function parseTakeoverOptions(args: readonly string[]): TakeoverOptions {
  const [flag, value, ...more] = args;
  if (flag === undefined) return { interrupts: [] };
  if (flag !== "--interrupt" || value === undefined)
    throw new Error(
      'usage: npm run bench -- takeover [--interrupt STEP]..., such as --interrupt "Container db creating" --interrupt "Switch .* creating"',
    );
  return { interrupts: [new RegExp(value), ...parseTakeoverOptions(more).interrupts] };
}
