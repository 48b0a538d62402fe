/** An amount of bytes as people read it, in powers of 1000, as Docker's own commands and the verb `pull` say it. */

const units = ["kB", "MB", "GB"];

/** @example "0 B", "56 kB", "4.1 MB" */
export function inBytes(bytes: number): string {
  let [amount, unit] = [bytes, "B"];
  for (const next of units) {
    // What would be rounded to 1000 is one of the next.
    if (amount < 999.5) break;
    [amount, unit] = [amount / 1000, next];
  }
  return `${amount < 9.95 && unit !== "B" ? amount.toFixed(1).replace(/\.0$/, "") : amount.toFixed(0)} ${unit}`;
}
