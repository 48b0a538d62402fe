/** What the shell's `times` prints: a pure function from its text to seconds. */

/**
 * User and system time of all processes that the shell has waited for, in seconds.
 *
 * @example childSeconds("0m0.00s 0m0.01s\n0m1.25s 0m0.50s\n") // 1.75
 */
export function childSeconds(text: string): number {
  const line = text.trim().split("\n")[1] ?? "";
  const parts = [...line.matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length !== 2)
    throw new Error(`times printed ${JSON.stringify(text)}, not two lines of two times`);
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}
