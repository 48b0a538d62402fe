/** The page of Kamal's commands, flags and keys, from the table of parity. */
import type { Area, Row } from "../../scripts/parity/row";
import { words } from "../../scripts/parity/table";

/** The page, as Markdown: each area with its rows. What proves a row is said by `npm run parity`. */
export function kamalPage(areas: readonly Area[] = words): string {
  return `${[
    "<!-- Made from scripts/parity by npm run docs; edit that. -->",
    "# Kamal's commands, flags and keys",
    "Each command, flag and key of Kamal 2.12 and of kamal-proxy 0.9.2, and what it is here. How one comes from there, in the order in which it " +
      "is done: [From Kamal](guide/from-kamal.md). Where it is done otherwise, the last column says why.",
    ...areas.flatMap(({ title, rows }) => [`## ${title}`, tableOf(rows)]),
  ].join("\n\n")}\n`;
}

function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ name, by, how = "", why = "" }) => [
    `\`${name}\``,
    escaped([by, forReaders(how)].filter(Boolean).join(": ")),
    escaped(why),
  ]);
  const kept = [0, 1, 2].filter((at) => at < 2 || cells.some((row) => row[at] !== ""));
  const line = (row: readonly string[]): string => `| ${kept.map((at) => row[at]).join(" | ")} |`;
  return [line(["Kamal", "Here", "Why otherwise"]), line(["---", "---", "---"]), ...cells.map(line)].join(
    "\n",
  );
}

/** Without what is said of the tests: each such part of a sentence stands between semicolons. */
function forReaders(how: string): string {
  const parts = how.split("; ");
  return parts.filter((part) => !/\b(tests?|lab|benchmark)\b/.test(part)).join("; ");
}

const escaped = (text: string): string => text.replaceAll(/[|*_<>`]/g, "\\$&");
