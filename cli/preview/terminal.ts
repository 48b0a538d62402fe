/** The page of a preview as a person reads it on a terminal: the same without what is there for GitHub alone. Pure. */

/** Characters that Markdown would take for its own are written as entities on the page, and as they are here. */
export function onTerminal(page: string): string {
  return page
    .split("\n")
    .filter((line) => !/^<!-- .* -->$/.test(line) && line !== "</details>")
    .map((line) =>
      line
        .replace(/^<details><summary>(.*)<\/summary>$/, "$1")
        .replaceAll("@<!-- -->", "@")
        .replaceAll(/<\/?code>/g, "`")
        .replaceAll(/&#(\d+);/g, (_, number: string) => String.fromCodePoint(Number(number))),
    )
    .join("\n")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trimEnd();
}
