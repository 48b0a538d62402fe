/** What is wrong with the table: a row without its proof, a test that is not there, a name that is there twice. Pure. */
import { testTitles } from "../test-titles";
import type { Area, Row, Test } from "./row";

/** The text of a file of the repository; undefined where there is none. */
export type Read = (file: string) => string | undefined;

/** The problems, a sentence each. */
export function problemsOf(areas: readonly Area[], read: Read): string[] {
  const rows = areas.flatMap((area) => area.rows);
  return [...rows.flatMap((row) => [...unproved(row), ...untrue(row, read)]), ...twice(rows)];
}

function unproved({ name, verdict, how, why, by, tests }: Row): string[] {
  const proof = verdict === "has" || (verdict === "replaced" && by === undefined);
  return [
    ...(proof && tests.length === 0 ? [`${name}: no test proves it, and its verdict is ${verdict}`] : []),
    ...(verdict !== "missing" && (how ?? "") === "" ? [`${name}: nothing says how`] : []),
    ...(verdict === "replaced" && (why ?? "") === "" ? [`${name}: nothing says why it is replaced`] : []),
    ...(verdict === "missing" && tests.length > 0 ? [`${name}: it is missing, and has a test`] : []),
  ];
}

function untrue({ name, tests }: Row, read: Read): string[] {
  return tests.flatMap((test) => notThere(test, read).map((what) => `${name}: ${what}`));
}

function notThere({ file, title, case: one }: Test, read: Read): string[] {
  const source = read(file);
  if (source === undefined) return [`there is no file ${file}`];
  if (!testTitles(source).some(({ full }) => full === title)) return [`${file} has no test "${title}"`];
  if (one === undefined || read(one.file)?.includes(JSON.stringify(one.name)) === true) return [];
  return [`${one.file} has no case "${one.name}"`];
}

function twice(rows: readonly Row[]): string[] {
  const names = rows.map(({ name }) => name);
  const repeated = new Set(names.filter((name, at) => names.indexOf(name) !== at));
  return [...repeated].map((name) => `${name}: two rows have this name`);
}
