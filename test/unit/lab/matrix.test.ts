import { describe, expect, it } from "vitest";
import { type Report, rowOf, rowsFor, summary, table } from "../../../lab/matrix/rows";

const choice = { engine: "26.1", os: "debian-13" } as const;

const report = (file: Partial<Report["testResults"][number]>): Report => ({
  numPassedTests: (file.assertionResults ?? []).filter(({ status }) => status === "passed").length,
  numFailedTests: (file.assertionResults ?? []).filter(({ status }) => status === "failed").length,
  testResults: [{ name: "deploy.test.ts", status: "passed", assertionResults: [], ...file }],
});
import { systems } from "../../../lab/machine/system";

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
  it("counts tests and says which failed and which were skipped", () => {
    const row = rowOf(
      choice,
      report({
        status: "failed",
        assertionResults: [
          { fullName: "a", status: "passed" },
          { fullName: "b", status: "failed", failureMessages: ["Error: no\n at x"] },
          { fullName: "c", status: "skipped" },
        ],
      }),
      2.04,
    );
    expect(row).toEqual({
      ...{ ...choice, store: "overlay2", passed: 1, failed: 1, skipped: 1, minutes: 2 },
      notes: ["failed: b: Error: no", "skipped: c"],
    });
  });

  it("has failed when a hook failed and every test was skipped for it", () => {
    const row = rowOf(
      choice,
      report({
        status: "failed",
        message: "the lab is down\nx",
        assertionResults: [{ fullName: "a", status: "skipped" }],
      }),
      1,
    );
    expect(row).toMatchObject({ passed: 0, failed: 1, skipped: 1 });
    expect(row.notes).toEqual([
      "failed: deploy.test.ts: the lab is down",
      "skipped: 1 tests, as what they stand on failed",
    ]);
  });

  it("has failed when the tests left no results", () => {
    expect(rowOf(choice, undefined, 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  it("stands in the table, and in one line of JSON at the end", () => {
    const row = rowOf(choice, report({ assertionResults: [{ fullName: "a", status: "passed" }] }), 1);
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
