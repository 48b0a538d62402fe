/** A section of a Markdown page: pure. */

const heading = /^(#{1,6}) (.*)$/;
const named = /^<a id="([^"]+)"><\/a>$/;

/**
 * The section that an anchor leads to, up to the next heading of its own or of a higher level. An anchor is one that is written
 * out before the heading, or the heading's own as GitHub makes it.
 */
export function section(page: string, anchor: string): string | undefined {
  const lines = outsideOfCode(page.split("\n"));
  const start = lines.findIndex(
    ({ text, code }) => !code && (named.exec(text)?.[1] === anchor || slugOf(text) === anchor),
  );
  if (start < 0) return undefined;
  const first = lines.findIndex(({ text, code }, at) => at >= start && !code && heading.test(text));
  const level = levelOf(lines[first]?.text ?? "");
  const next = lines.findIndex(
    ({ text, code }, at) => at > first && !code && heading.test(text) && levelOf(text) <= level,
  );
  const rest = lines.slice(first, next < 0 ? undefined : next).map(({ text }) => text);
  // The anchor of the next section belongs to that one.
  while (rest.length > 0 && (rest.at(-1) === "" || named.test(rest.at(-1) ?? ""))) rest.pop();
  return rest.join("\n");
}

/** The anchors of a page's sections, in their order; of one with an anchor of its own that one. */
export function anchors(page: string): string[] {
  const lines = outsideOfCode(page.split("\n")).filter(({ code }) => !code);
  return lines.flatMap(({ text }, at) => {
    const own = named.exec(text)?.[1];
    if (own !== undefined) return [own];
    const before = lines
      .slice(0, at)
      .map((line) => line.text)
      .findLast((line) => line !== "");
    // The page's title is the whole page.
    if (levelOf(text) < 2 || named.test(before ?? "")) return [];
    return [slugOf(text) ?? ""];
  });
}

/** Each line, with whether it is inside a block of code, where a `#` begins a comment. */
function outsideOfCode(lines: readonly string[]): { text: string; code: boolean }[] {
  let code = false;
  return lines.map((text) => {
    const fence = text.startsWith("```");
    if (fence) code = !code;
    return { text, code: code || fence };
  });
}

function levelOf(line: string): number {
  return heading.exec(line)?.[1]?.length ?? 0;
}

function slugOf(line: string): string | undefined {
  return heading
    .exec(line)?.[2]
    ?.toLowerCase()
    .replaceAll(/[^\w\s-]/g, "")
    .trim()
    .replaceAll(/\s/g, "-");
}
