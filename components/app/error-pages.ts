/** The pages that the proxy answers errors with, from a directory of the project. */
import { shortHash } from "../../provider/core/short-hash";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../core/problem";

/** Pages by their names, such as `503.html`. */
export type Pages = Record<string, string>;

/** Bytes of all pages together: they are in the state, and go to each host. */
const most = 1024 * 1024;

/** The pages of a directory; others of its files are left alone. */
export function readPages(directory: string): Pages {
  const names = readdirSync(directory, { withFileTypes: true })
    .filter((file) => file.isFile() && /^[45]\d\d\.html$/.test(file.name))
    .map(({ name }) => name);
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(directory, name), "utf8")]));
}

/** A short hash of the pages. */
export function hashOf(pages: Pages): string {
  return shortHash(JSON.stringify(pages), 12);
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
  const empty = texts.find(([, text]) => text === "");
  if (empty !== undefined) return refuse(`${empty[0]} is empty`, "write the page, or remove it");
  // Otherwise the proxy refuses them, when the new release is up already.
  for (const [name, text] of texts) {
    const wrong = wrongAction(text);
    if (wrong !== undefined)
      return refuse(
        `${name} is a template of Go's, which does not understand ${wrong}`,
        'write {{ .Message }} for the message, and {{ "{{" }} for two braces',
      );
  }
  const size = texts.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0);
  return size <= most
    ? []
    : refuse(
        `its pages have ${Math.ceil(size / 1024)} KiB together, and 1024 are the most: they are kept in the state`,
        "take what is large, such as images, out of them",
      );
}

/** What an action of a template may begin with: a value, a comment, or a word of Go's (https://pkg.go.dev/text/template). */
const beginning =
  /^(?:[.$"`'(\d]|\/\*|-?\d|(?:if|else|end|range|with|define|template|block|break|continue|and|or|not|call|html|index|slice|js|len|print|printf|println|urlquery|eq|ne|lt|le|gt|ge|true|false)\b)/;

/** The first action of a template that Go would not parse, as far as its beginning and its end show it. */
function wrongAction(text: string): string | undefined {
  for (let at = text.indexOf("{{"); at >= 0; at = text.indexOf("{{", at)) {
    const [action, inner = ""] =
      /^\{\{(?:-\s)?((?:"(?:\\.|[^"\\])*"|`[^`]*`|\/\*[^]*?\*\/|(?!\}\})[^"`])*)\}\}/.exec(text.slice(at)) ??
      [];
    if (action === undefined) return "{{ without its }}";
    if (!beginning.test(inner.trim())) return action.length > 60 ? `${action.slice(0, 60)}…` : action;
    at += action.length;
  }
  return undefined;
}
