import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { systems } from "../../../lab/machine/system";
import { repoRoot } from "../../../lab/paths";
import { type Report, rowOf, rowsFor, summary, table } from "../../../lab/matrix/rows";

/** A folder with a file of tests of each kind, and one with a hook that fails. */
const cases = join(__dirname, "matrix");
const choice = { engine: "26.1", os: "debian-13" } as const;

/** What the reporter says of a real run of the files of that name. */
function reported(name: string, ...words: string[]): Report {
  const directory = mkdtempSync(join(tmpdir(), "sextant-matrix-"));
  const results = join(directory, "results.json");
  const reporter = join(repoRoot, "lab/matrix/reporter.ts");
  const vitest = join(repoRoot, "node_modules/.bin/vitest");
  try {
    execFileSync(
      vitest,
      ["run", "--config", join(cases, "vitest.config.mts"), `--reporter=${reporter}`, name, ...words],
      { cwd: repoRoot, env: { ...process.env, SEXTANT_MATRIX_RESULTS: results }, stdio: "pipe" },
    );
  } catch {
    // That tests failed is in the results; without any, the next line fails.
  }
  const report = JSON.parse(readFileSync(results, "utf8")) as Report;
  rmSync(directory, { recursive: true });
  return report;
}

describe("the rows of the matrix", () => {
  it("are on every engine, on every system", () => {
    const rows = rowsFor({});
    expect(new Set(rows.map(({ engine }) => engine))).toEqual(
      new Set(["20.10", "26.1", "28.5", "28.5-overlay2", "29"]),
    );
    expect(new Set(rows.map(({ os }) => os))).toEqual(
      // The virtual machine has a command of its own.
      new Set(systems.filter((os) => os !== "vm")),
    );
  });

  it("are chosen by flags, and a choice without a row is refused", () => {
    expect(rowsFor({ engine: ["26.1"], os: ["debian-12"] })).toEqual([{ engine: "26.1", os: "debian-12" }]);
    expect(rowsFor({ quick: true }).length).toBeLessThan(rowsFor({}).length);
    expect(() => rowsFor({ engine: ["20.10"], os: ["bare"] })).toThrow(
      "matrix: no row is of that; there are ",
    );
    expect(() => rowsFor({ os: ["debian-7"] })).toThrow("lab: SEXTANT_LAB_OS is debian-7; it can be ");
  });
});

describe("a row", () => {
  it("counts tests and says which failed and which were skipped, and why", () => {
    const row = rowOf(choice, reported("kinds"), 2.04);
    expect(row).toEqual({
      ...{ ...choice, store: "overlay2", passed: 1, failed: 1, skipped: 2, minutes: 2 },
      notes: [
        "failed: the suite fails: Error: no",
        "skipped: the suite skips itself: this engine has no such store",
        "skipped: 1 tests, which their files skip without a reason",
      ],
    });
  });

  it("says how many were not asked for", () => {
    expect(rowOf(choice, reported("kinds", "--testNamePattern", "passes"), 1, "passes")).toMatchObject({
      ...{ passed: 1, failed: 0, skipped: 3 },
      notes: ["skipped: 3 tests, which --test passes does not name"],
    });
  });

  it("has failed when a hook failed and every test was skipped for it", () => {
    const row = rowOf(choice, reported("hook"), 1);
    expect(row).toMatchObject({ passed: 0, failed: 1, skipped: 1 });
    expect(row.notes).toEqual([
      `failed: ${join(cases, "hook.case.ts")}: the lab is down`,
      "skipped: 1 tests, as what they stand on failed",
    ]);
  });

  it("has failed when the tests left no results", () => {
    expect(rowOf(choice, undefined, 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  it("stands in the table, and in one line of JSON at the end", () => {
    const tests = [{ name: "a", state: "passed" }] as const;
    const row = rowOf(choice, { files: [{ name: "a.test.ts", failed: false, tests: [...tests] }] }, 1);
    expect(table([row])).toBe(
      [
        "engine  store     os         passed  failed  skipped  minutes",
        "26.1    overlay2  debian-13  1       0       0        1",
      ].join("\n"),
    );
    expect(JSON.parse(summary([row]))).toEqual({
      rows: [{ ...choice, store: "overlay2", passed: 1, failed: 0, skipped: 0 }],
    });
    expect(summary([row])).not.toContain("\n");
  });
});
