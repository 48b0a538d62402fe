/** The pages that the proxy answers errors with, from a directory of the project. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../core/problem";

/** Pages by their names, such as `503.html`. */
export type Pages = Record<string, string>;

/** Bytes of all pages together: they are in the state, and go to each host. */
const most = 1024 * 1024;

/** The pages of a directory; others of its files are left alone. */
export function readPages(directory: string): Pages {
  const names = readdirSync(directory).filter((name) => /^[45]\d\d\.html$/.test(name));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(directory, name), "utf8")]));
}

/** A short hash of the pages. */
export function hashOf(pages: Pages): string {
  return createHash("sha256").update(JSON.stringify(pages)).digest("hex").slice(0, 12);
}

/** What is wrong with the directory, and with the pages in it. */
export function checkErrorPages(directory: string | undefined): Problem[] {
  if (directory === undefined) return [];
  const refuse = (rule: string, cure: string): Problem[] => [
    { argument: "errorPages", value: directory, rule, cure },
  ];
  if (!(statSync(directory, { throwIfNoEntry: false })?.isDirectory() ?? false))
    return refuse(
      `${process.cwd()} has no such directory`,
      "name one from where the program runs, such as public",
    );
  const pages = readPages(directory);
  const texts = Object.entries(pages);
  if (texts.length === 0)
    return refuse("it has no page that is named after a status", "put one there, such as 503.html");
  // Otherwise the proxy refuses them, when the new release is up already.
  const open = texts.find(([, text]) => !isClosed(text));
  if (open !== undefined)
    return refuse(
      `${open[0]} is a template of Go's, and has a {{ without its }}`,
      'close it, or write {{ "{{" }} for two braces',
    );
  const size = texts.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0);
  return size <= most
    ? []
    : refuse(
        `its pages have ${Math.ceil(size / 1024)} KiB together, and 1024 are the most: they are kept in the state`,
        "take what is large, such as images, out of them",
      );
}

/** Whether each action of a template ends. */
function isClosed(text: string): boolean {
  return !text.replaceAll(/\{\{(?:"(?:\\.|[^"\\])*"|`[^`]*`|[^"`])*?\}\}/gs, "").includes("{{");
}
