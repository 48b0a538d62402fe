/** Words that may be meant by one with a typing error: pure. */

/**
 * Those that differ from it in a third of their letters at most, the nearest first.
 * @param forms how each may be written, too
 */
export function alike(
  word: string,
  all: readonly string[],
  forms: (one: string) => readonly string[] = (one) => [one],
): string[] {
  return all
    .map((one) => ({ one, far: Math.min(...forms(one).map((form) => distance(word, form) / form.length)) }))
    .filter(({ far }) => far <= 1 / 3)
    .sort((a, b) => a.far - b.far)
    .slice(0, 2)
    .map(({ one }) => one);
}

/** How many letters are to be put in, taken out, changed, or changed with the next one. */
function distance(one: string, other: string): number {
  const rows = Array.from({ length: one.length + 1 }, (_, i) =>
    Array.from({ length: other.length + 1 }, (_, j) => (i === 0 ? j : i)),
  );
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= one.length; i += 1)
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      const crossed = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const row = rows[i];
      if (row !== undefined)
        row[j] = Math.min(
          ...[at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same],
          crossed ? at(i - 2, j - 2) + 1 : Infinity,
        );
    }
  return rows[one.length]?.[other.length] ?? 0;
}
