/** Whether a page explains what Pulumi says: pure functions of the texts. */

/** What the page quotes of Pulumi: the lines of its blocks of text, and the first column of its tables. */
export function quotedIn(page: string): string[] {
  const blocks = [...page.matchAll(/^```text\n([^]*?)^```$/gm)].flatMap(([, text = ""]) => text.split("\n"));
  const cells = [...page.matchAll(/^\| `([^`]+)`/gm)].map(([, cell = ""]) => cell);
  return [...blocks, ...cells].map((line) => line.trim()).filter((line) => line !== "");
}

/** Whether a line says what one of the quotes does, whatever names and numbers it has. */
export function isQuoted(line: string, quotes: readonly string[]): boolean {
  return quotes.some((quote) => {
    const pattern = quote
      .split("…")
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\d+/g, "\\d+"))
      .join(".*");
    return new RegExp(pattern).test(line);
  });
}

/** The lines by which Pulumi says what went wrong, each once; not those on the plugins that the lab has put in its path. */
export function complaintsIn(text: string): string[] {
  const found = text
    .split("\n")
    .flatMap((line) => /\b(?:error|warning): .*$/.exec(line)?.[0] ?? [])
    .filter((line) => !/\bfrom \$PATH at\b/.test(line));
  return [...new Set(found)];
}
