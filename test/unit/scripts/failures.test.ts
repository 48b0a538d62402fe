/** What `npm test` says once more at its end, of a report that Vitest itself writes here. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { repoRoot } from "../../../lab/paths";
import { type VitestReport, failuresOf } from "../../../scripts/failures";

// In the checkout, where a file finds vitest.
const folder = mkdtempSync(join(repoRoot, "node_modules", ".failures-"));
let report: VitestReport;

beforeAll(() => {
  const header = 'import { afterAll, expect, it } from "vitest";\n';
  writeFileSync(join(folder, "vitest.config.mjs"), "export default { test: { include: ['*.test.mjs'] } };\n");
  writeFileSync(
    join(folder, "one.test.mjs"),
    `${header}it("holds", () => {});\nit("does not", () => { expect(1, "one\\nand more").toBe(2); });\nit("ends never", () => new Promise(() => {}), 20);\n`,
  );
  writeFileSync(join(folder, "two.test.mjs"), 'throw new Error("no such fixture");\n');
  writeFileSync(
    join(folder, "three.test.mjs"),
    `${header}it("holds", () => {});\nafterAll(() => { throw new Error("a server is left"); });\n`,
  );
  const words = ["run", "--root", folder, "--reporter=json", "--outputFile.json=report.json"];
  spawnSync(join(repoRoot, "node_modules", ".bin", "vitest"), words, { cwd: folder });
  report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as VitestReport;
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it("names each test that failed with the first lines of why, and each file that could not be run", () => {
  expect(report.numPassedTests).toBe(2);
  expect(failuresOf(report, folder).toSorted()).toEqual([
    "one.test.mjs: does not: AssertionError: one | and more: expected 1 to be 2 // Object.is equality",
    "one.test.mjs: ends never: it took longer than its timeout",
    "three.test.mjs: a server is left",
    "two.test.mjs: no such fixture",
  ]);
});
