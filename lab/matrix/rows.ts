/** The rows of the matrix: which engines on which systems, what came of each, and the table of that. */
import { type Engine, type System, choose, imageStore } from "../machine/system";

/** What one row runs on. */
export interface RowChoice {
  engine: Engine;
  os: System;
}

/** What came of a row. */
export interface Row extends RowChoice {
  store: "containerd" | "overlay2";
  passed: number;
  failed: number;
  skipped: number;
  minutes: number;
  /** Why tests were skipped, and which failed. */
  notes: string[];
}

/** All rows; those that `--quick` takes are marked. */
const all: readonly (RowChoice & { quick?: true })[] = [
  { engine: "28.5", os: "debian-12", quick: true },
  { engine: "28.5-overlay2", os: "debian-12" },
  { engine: "26.1", os: "debian-12" },
  { engine: "20.10", os: "debian-12" },
  { engine: "28.5", os: "debian-13" },
  { engine: "29", os: "debian-13", quick: true },
  { engine: "26.1", os: "debian-13" },
  { engine: "26.1", os: "bare", quick: true },
  { engine: "28.5", os: "rust-coreutils" },
  { engine: "28.5", os: "other-awk" },
];

/** The rows asked for, by `--engine`, `--os` and `--quick`; an error when there is none. */
export function rowsFor(flags: { engine?: string[]; os?: string[]; quick?: boolean }): RowChoice[] {
  for (const engine of flags.engine ?? []) choose(engine, undefined);
  for (const os of flags.os ?? []) choose(undefined, os);
  const found = all.filter(
    ({ engine, os, quick }) =>
      (flags.engine === undefined || flags.engine.includes(engine)) &&
      (flags.os === undefined || flags.os.includes(os)) &&
      (flags.quick !== true || quick === true),
  );
  if (found.length === 0)
    throw new Error(
      `matrix: no row is of that; there are ${all.map(({ engine, os }) => `${engine} on ${os}`).join(", ")}.`,
    );
  return found.map(({ engine, os }) => ({ engine, os }));
}

/** What the reporter of the matrix says of a run: its files, and their tests. */
export interface Report {
  files: {
    name: string;
    /** Whether it failed, also where no test of it did: a hook. */
    failed: boolean;
    message?: string;
    tests: {
      name: string;
      state: "passed" | "failed" | "skipped" | "pending";
      /** Why it failed, or what its `skip` says. */
      why?: string;
    }[];
  }[];
}

/**
 * A row from its tests' report; without one, from a run that left none, it has failed.
 * @param only the pattern of the tests that were asked for
 */
export function rowOf(choice: RowChoice, report: Report | undefined, minutes: number, only?: string): Row {
  const store = imageStore(choice);
  const row = { ...choice, store, minutes: Math.round(minutes * 10) / 10 };
  if (report === undefined)
    return { ...row, passed: 0, failed: 1, skipped: 0, notes: ["failed: the tests left no results"] };
  const tests = report.files.flatMap((file) => file.tests);
  const failed = tests.filter(({ state }) => state === "failed");
  // A hook that fails skips its tests; the file says so, and no test.
  const broken = report.files.filter(
    (file) => file.failed && !file.tests.some(({ state }) => state === "failed"),
  );
  const skipped = tests.filter(({ state }) => state === "skipped" || state === "pending");
  const explained = skipped.filter(({ why }) => why !== undefined);
  const others = skipped.length - explained.length;
  const firstLine = (text: string | undefined): string => (text ?? "").trim().split("\n")[0] ?? "";
  return {
    ...row,
    passed: tests.filter(({ state }) => state === "passed").length,
    failed: failed.length + broken.length,
    skipped: skipped.length,
    notes: [
      ...failed.map(({ name, why }) => `failed: ${name}: ${firstLine(why)}`),
      ...broken.map(({ name, message }) => `failed: ${name}: ${firstLine(message)}`),
      ...explained.map(({ name, why }) => `skipped: ${name}: ${firstLine(why)}`),
      ...(others > 0 ? [`skipped: ${others} tests, ${reason(broken.length > 0, only)}`] : []),
    ],
  };
}

/** Why tests were skipped that say nothing of it themselves. */
function reason(broken: boolean, only: string | undefined): string {
  if (broken) return "as what they stand on failed";
  return only === undefined
    ? "which their files skip without a reason"
    : `which --test ${only} does not name`;
}

/** The table, with the notes below it. */
export function table(rows: readonly Row[]): string {
  const head = ["engine", "store", "os", "passed", "failed", "skipped", "minutes"];
  const cells = [
    head,
    ...rows.map((row) =>
      [row.engine, row.store, row.os, row.passed, row.failed, row.skipped, row.minutes].map(String),
    ),
  ];
  const widths = head.map((_, at) => Math.max(...cells.map((line) => (line[at] ?? "").length)));
  const lines = cells.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const notes = rows.flatMap((row) => row.notes.map((note) => `${row.engine} on ${row.os}: ${note}`));
  return [...lines, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}

/** The last line: one line of JSON. */
export function summary(rows: readonly Row[]): string {
  return JSON.stringify({
    rows: rows.map(({ engine, store, os, passed, failed, skipped }) => ({
      ...{ engine, store, os, passed, failed, skipped },
    })),
  });
}
