/** How the report names tools, and writes numbers. */
import type { Tool } from "../compare/cases";

export const toolNames: Readonly<Record<Tool, string>> = {
  sextant: "Sextant",
  kamal: "Kamal, all at once",
  "kamal-serial": "Kamal, one by one",
  empty: "an empty program",
};

/** A table in Markdown; a missing cell is left empty. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number | undefined)[])[],
): string {
  const line = (cells: readonly (string | number | undefined)[]): string =>
    `| ${cells.map((cell) => String(cell ?? "")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
