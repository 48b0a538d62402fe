/** The name that a misspelt one was meant to be. */

/** The nearest of the names, where one is near: a letter or two differ, or one has the other as its beginning or end. */
export function alike(name: string, names: readonly string[]): string | undefined {
  const written = name.toLowerCase();
  const scored = names
    .map((each) => ({ each, far: distance(written, each.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  const [nearest] = scored;
  if (nearest !== undefined && nearest.far <= Math.max(1, Math.floor(written.length / 4)))
    return nearest.each;
  return names.find((each) => {
    const [long, short] = [written, each.toLowerCase()].sort((a, b) => b.length - a.length) as [
      string,
      string,
    ];
    return short.length >= 4 && (long.startsWith(short) || long.endsWith(short));
  });
}

/** How many letters have to be changed, added, taken out or swapped with the next: optimal string alignment. */
function distance(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    rows.push(next);
    for (let column = 1; column <= other.length; column += 1) {
      const changed = cell(row - 1, column - 1) + (one[row - 1] === other[column - 1] ? 0 : 1);
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next.push(
        Math.min(
          changed,
          cell(row - 1, column) + 1,
          cell(row, column - 1) + 1,
          swapped ? cell(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return cell(one.length, other.length);
}
