/** How the report names tools, and writes numbers. */
import type { Tool } from "../compare/cases";
import type { Summary } from "../stats/statistics";

export const toolNames: Readonly<Record<Tool, string>> = {
  sextant: "Sextant",
  kamal: "Kamal, all at once",
  "kamal-serial": "Kamal, one by one",
  empty: "an empty program",
};

/** `7.1 (6.8–7.9)`: the median, and from least to most; one value alone when there is only one. */
export function spread({ median, min, max, count }: Summary): string {
  return count === 1 ? median.toFixed(1) : `${median.toFixed(1)} (${min.toFixed(1)}–${max.toFixed(1)})`;
}

/** What a program printed, for a cell of a table: as code, on one line, cut. */
export function inCell(text: string): string {
  const line = text.replace(/[\s`|]+/g, " ").trim();
  if (line === "") return "";
  return `\`${line.length > 120 ? `${line.slice(0, 119)}…` : line}\``;
}

/** A table in Markdown; a missing cell is left empty. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  const line = (cells: readonly (string | number | undefined)[]): string =>
    `| ${cells.map((cell) => String(cell ?? "")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
