/**
 * The whole suite in one command: linters, unit tests, those with the engine alone, then the tests on the lab, and last those of them that want
 * what takes minutes to build, where there is time for it. Ends with the line `N passed, N failed`, in which each linter counts as one test.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chance, labSeed } from "../lab/chance";
import { repoRoot } from "../lab/paths";
import { type VitestReport, failuresOf } from "./failures";

/** Minutes: on a machine that has taken longer for all else, more of the last tests would take the whole over the 90 that a run may have. */
const untilWide = 50;

/** The tests of the project `wide`, by the turns that they have. */
const wide = JSON.parse(readFileSync(join(repoRoot, "scripts/wide.json"), "utf8")) as string[][];

interface Tally {
  passed: number;
  failed: number;
  /** What failed, a line each, to be said once more at the end: an hour of output stands before it. */
  failures: string[];
}

/** A linter: one test. */
function lint(name: string, command: string, args: string[]): Tally {
  const started = Date.now();
  const { status } = spawnSync(command, args, { cwd: repoRoot, stdio: "inherit" });
  console.log(`${status === 0 ? "ok" : "FAILED"} ${name} (${((Date.now() - started) / 1000).toFixed(1)}s)`);
  return status === 0
    ? { passed: 1, failed: 0, failures: [] }
    : { passed: 0, failed: 1, failures: [`${name}: exit ${status}`] };
}

/** A project of vitest; a run that ends without results is a failure, whatever it says. */
function vitest(project: string, filters: string[]): Tally {
  const directory = mkdtempSync(join(tmpdir(), "sextant-test-"));
  const results = join(directory, "results.json");
  const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${results}`];
  // Files that are named may all be of the other project.
  const narrowed = filters.length > 0 ? ["--passWithNoTests", ...filters] : [];
  const { status } = spawnSync(
    "npx",
    ["--no-install", "vitest", "run", "--project", project, ...reporters, ...narrowed],
    {
      cwd: repoRoot,
      stdio: "inherit",
    },
  );
  try {
    const report = JSON.parse(readFileSync(results, "utf8")) as VitestReport;
    const failures = failuresOf(report, repoRoot);
    if (status !== 0 && failures.length === 0) failures.push(`${project}: vitest ended with ${status}`);
    return {
      passed: report.numPassedTests,
      failed: Math.max(report.numFailedTests, failures.length),
      failures,
    };
  } catch (error) {
    return { passed: 0, failed: 1, failures: [`${project}: no results: ${String(error)}`] };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What the lab is made of, built while the other tests run: half of these sleep, and neither needs the other. */
function build(): Promise<void> {
  const child = spawn("npx", ["--no-install", "tsx", "lab/cli.ts", "build"], {
    cwd: repoRoot,
    stdio: "inherit",
  });
  return new Promise((resolve) => {
    // Why it failed is said; the tests on the lab build it again, and fail by themselves.
    child.on("error", (error) => {
      console.error(`the lab was not built: ${error.message}`);
      resolve();
    });
    child.on("close", () => {
      resolve();
    });
  });
}

async function main(): Promise<void> {
  const filters = process.argv.slice(2);
  console.log(`lab: seed ${labSeed()}; SEXTANT_SEED=${labSeed()} repeats it`);
  const tallies: Tally[] = [];
  if (filters.length > 0)
    for (const project of ["unit*", "engine", "lab", "wide"]) tallies.push(vitest(project, filters));
  else {
    const built = build();
    tallies.push(
      lint("types", "npx", ["--no-install", "tsc", "--noEmit"]),
      lint("eslint", "npx", ["--no-install", "eslint", "."]),
      lint("walls", "npm", ["run", "--silent", "lint:walls"]),
      lint("prettier", "npx", ["--no-install", "prettier", "--check", "--log-level=warn", "."]),
      lint("shellcheck", "sh", ["scripts/shellcheck.sh"]),
      vitest("unit*", []),
    );
    await built;
    tallies.push(vitest("engine", []), vitest("lab", []));
    // Where not all of them come to their turn, it is others each time.
    const first = chance("first of the wide tests").integer(0, wide.length - 1);
    for (const names of [...wide.slice(first), ...wide.slice(0, first)]) {
      const files = names.map((name) => `test/lab/${name}.test.ts`);
      const minutes = performance.now() / 60_000;
      if (minutes < untilWide) tallies.push(vitest("wide", files));
      else
        console.log(
          `left out, as ${minutes.toFixed(0)} minutes have gone by: npm test -- ${files.join(" ")}`,
        );
    }
  }
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
  for (const line of tallies.flatMap(({ failures }) => failures)) console.log(`FAILED ${line}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

void main();
