/** The titles of tests, read from a file's text: what is claimed of a test by its name is checked by them. */

/** A test or a group of tests. */
export interface Titled {
  readonly title: string;
  /** With the groups that it is in: `group > test`. */
  readonly full: string;
}

/** `it("…"`, `describe.sequential("…"`, and `it.each(…)("…"`, whose table may have lines of its own. */
const opening =
  /^( *)(it|test|describe)\b(?=[.(])(?:\.\w+)?(?:<[^\n]*>)?(?:(?:\(\[\n[\s\S]*?\n\1\](?: as const)?\)|\([^"`]*\))?\(\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`))?/gm;

/** The tests and groups of a file. Prettier has formatted it, so that the indentation says what is in what. */
export function testTitles(source: string): Titled[] {
  const groups: { depth: number; title: string }[] = [];
  return [...source.matchAll(opening)].flatMap(([, indentation = "", kind, plain, template]) => {
    const depth = indentation.length;
    while ((groups.at(-1)?.depth ?? -1) >= depth) groups.pop();
    const title = plain ?? template ?? "";
    const full = [...groups.map((group) => group.title), title].filter(Boolean).join(" > ");
    // A group whose title is not read holds its tests all the same.
    if (kind === "describe") groups.push({ depth, title });
    return title === "" ? [] : [{ title, full }];
  });
}
