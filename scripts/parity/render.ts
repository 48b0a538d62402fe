/** The table as text for a terminal, and its numbers. Pure. */
import { verdicts, type Area, type Row, type Verdict } from "./row";

/** Characters of a line. */
const width = 120;
/** A longer name has a line of its own. */
const longestName = 46;

export type Counts = Record<Verdict, number>;

export function countsOf(rows: readonly Row[]): Counts {
  const count = (verdict: Verdict): number => rows.filter((row) => row.verdict === verdict).length;
  return Object.fromEntries(verdicts.map((verdict) => [verdict, count(verdict)])) as Counts;
}

/** Each area with its rows. */
export function rendered(areas: readonly Area[]): string {
  return areas.map(areaText).join("\n\n");
}

function areaText({ title, rows }: Area): string {
  const counts = Object.entries(countsOf(rows))
    .filter(([, number]) => number > 0)
    .map(([verdict, number]) => `${number} ${verdict}`);
  const widest = Math.min(longestName, Math.max(...rows.map(({ name }) => name.length)));
  return [`${title}: ${counts.join(", ")}`, ...rows.flatMap((row) => rowLines(row, widest))].join("\n");
}

/** The name, and beside it what is said of it; below it where one of them is too long. */
function rowLines(row: Row, widest: number): string[] {
  const { name, verdict } = row;
  const start = `  ${verdict.padEnd(8)}  ${name.padEnd(widest)}`;
  const [first = "", ...more] = wrapped(wordsOf(row), width - 14 - widest);
  const indented = (line: string): string => `${" ".repeat(14 + widest)}${line}`;
  if (name.length > widest) return [start, ...[first, ...more].filter(Boolean).map(indented)];
  return [`${start}  ${first}`.trimEnd(), ...more.map(indented)];
}

function wordsOf({ how, why, by, tests }: Row): string {
  const said = [by, how].filter(Boolean).join(": ");
  const words = [said, ...(why === undefined ? [] : [`because ${why}`])].filter(Boolean).join("; ");
  const files = [...new Set(tests.map(({ file }) => file.replace(/^test\/|\.test\.ts$/g, "")))];
  return [words, ...(files.length === 0 ? [] : [`[${files.join(", ")}]`])].filter(Boolean).join(" ");
}

function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** The problems, with how many there are. */
export function renderedProblems(problems: readonly string[]): string {
  const many = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [`${many}:`, ...problems.map((problem) => `  ${problem}`)].join("\n");
}
