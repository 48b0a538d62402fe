/** Durations and sizes as people write them, with the type checker and a parser that agree. */

/** A length of time: `"500ms"`, `"30s"`, `"5m"` or `"1h"`. */
export type Duration = `${number}ms` | `${number}s` | `${number}m` | `${number}h`;

/** An amount of memory or disk: `"512m"`, `"2g"`; powers of 1024, as Docker reads them. */
export type Size = `${number}k` | `${number}m` | `${number}g`;

const durationUnits: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const sizeUnits: Record<string, number> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Milliseconds, or `undefined` when the text is no duration. */
export function durationMs(text: string): number | undefined {
  return parse(text, /^(\d+(?:\.\d+)?)(ms|s|m|h)$/, durationUnits);
}

/** Whole seconds, rounded up, of a duration that has been checked. */
export function seconds(duration: Duration): number {
  const ms = durationMs(duration);
  if (ms === undefined) throw new RangeError(`"${duration}" is not a duration such as "30s"`);
  return Math.ceil(ms / 1000);
}

/** A duration in whole seconds, rounded up: however it was written, the same length is the same text. */
export function inSeconds(duration: Duration): Duration {
  return `${seconds(duration)}s`;
}

/** Bytes, or `undefined` when the text is no size. */
export function sizeBytes(text: string): number | undefined {
  return parse(text, /^(\d+(?:\.\d+)?)(k|m|g)$/, sizeUnits);
}

/** Whole mebibytes, rounded up, of a size that has been checked. */
export function mebibytes(size: Size): number {
  const bytes = sizeBytes(size);
  if (bytes === undefined) throw new RangeError(`"${size}" is not a size such as "512m"`);
  return Math.ceil(bytes / 1024 ** 2);
}

/**
 * A memory limit as a container takes it, in MiB. The limit with swap is said too, as twice as much, which is what Docker makes of
 * it: left out, it would show as a change after each creation, and stay behind when the limit is edited.
 */
export function memoryLimit(size: Size | undefined): { memory?: number; memorySwap?: number } {
  if (size === undefined) return {};
  const memory = mebibytes(size);
  return { memory, memorySwap: 2 * memory };
}

function parse(text: string, form: RegExp, units: Record<string, number>): number | undefined {
  const match = form.exec(text);
  const factor = units[match?.[2] ?? ""];
  return match && factor !== undefined ? Number(match[1]) * factor : undefined;
}
