/**
 * `npm run matrix [-- --engine ENGINE] [--os OS] [--quick]`: the tests of deploys and registries on servers of each engine and system. A
 * table of what came of it, and as the last line one line of JSON.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { labSeed } from "../chance";
import { ensureDocker } from "../docker/docker";
import { ensureImages } from "../images/images";
import { labDown, labReset } from "../lab";
import { choose, serverImage } from "../machine/system";
import { repoRoot } from "../paths";
import { ensureEngine } from "../toolchain/engine";
import { type Report, type Row, type RowChoice, rowOf, rowsFor, summary, table } from "./rows";

const suites = [
  "test/lab/deploy.test.ts",
  "test/lab/registry.test.ts",
  "test/lab/other-programs.test.ts",
].filter((file) => existsSync(join(repoRoot, file)));

const say = (line: string): void => {
  console.error(line);
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      engine: { type: "string", multiple: true },
      os: { type: "string", multiple: true },
      quick: { type: "boolean" },
      test: { type: "string" },
    },
  });
  const choices = rowsFor(values);
  say(`matrix: seed ${labSeed()}; SEXTANT_SEED=${labSeed()} repeats it`);
  // The longest build goes on beside the first rows.
  const built = choices.some(({ engine }) => engine === "29")
    ? ensureEngine(say).catch((error: unknown) => error)
    : undefined;
  // What needs it comes last.
  const ordered = [...choices].sort((a, b) => Number(a.engine === "29") - Number(b.engine === "29"));
  const rows: Row[] = [];
  for (const choice of ordered) {
    if (choice.engine === "29") {
      const failure = await built;
      if (failure instanceof Error) {
        rows.push({
          ...rowOf(choice, undefined, 0),
          notes: [`failed: it was not built: ${failure.message}`],
        });
        continue;
      }
    }
    rows.push(await run(choice, values.test));
    console.log(table(rows.slice(-1)));
  }
  if (process.env["SEXTANT_KEEP_LAB"] !== "1") await labDown(say);
  console.log(`\n${table(rows)}`);
  console.log(summary(rows));
  process.exitCode = rows.every(({ failed, passed }) => failed === 0 && passed > 0) ? 0 : 1;
}

/** One row: an empty cloud with such servers, and the tests on it. */
async function run(choice: RowChoice, only: string | undefined): Promise<Row> {
  const { engine, os } = choice;
  say(`matrix: Docker ${engine} on ${os}`);
  Object.assign(process.env, { SEXTANT_LAB_ENGINE: engine, SEXTANT_LAB_OS: os });
  const directory = mkdtempSync(join(tmpdir(), "sextant-matrix-"));
  const results = join(directory, "results.json");
  try {
    const image = serverImage("debian-12", choose(engine, os));
    await ensureImages({ docker: await ensureDocker(say), only: [image], progress: say });
    await labReset(say);
    const started = Date.now();
    // What is for servers with other programs is of no use on others.
    const files = suites.filter((file) => !file.includes("other-programs") || hasOtherPrograms(os));
    await vitest(results, files, only);
    const report = existsSync(results) ? (JSON.parse(readFileSync(results, "utf8")) as Report) : undefined;
    return rowOf(choice, report, (Date.now() - started) / 60_000, only);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...rowOf(choice, undefined, 0), notes: [`failed: ${message.split("\n")[0] ?? ""}`] };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const hasOtherPrograms = (os: string): boolean => ["rust-coreutils", "other-awk"].includes(os);

/** Runs the suites; that tests failed is in the results. */
function vitest(results: string, files: string[], only: string | undefined): Promise<void> {
  const reporters = ["--reporter=verbose", `--reporter=${join(__dirname, "reporter.ts")}`];
  const named = only === undefined ? [] : ["--testNamePattern", only];
  const child = spawn(
    "npx",
    ["--no-install", "vitest", "run", "--project", "lab", ...reporters, ...named, ...files],
    // The lab stays for the next row.
    {
      cwd: repoRoot,
      stdio: ["ignore", 2, 2],
      env: { ...process.env, SEXTANT_KEEP_LAB: "1", SEXTANT_MATRIX_RESULTS: results },
    },
  );
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => {
      resolve();
    });
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
