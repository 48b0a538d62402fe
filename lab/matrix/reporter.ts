/**
 * A reporter of Vitest that writes what the matrix reads of a run to the file in SEXTANT_MATRIX_RESULTS. Vitest's own JSON leaves out why
 * a test was skipped.
 */
import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node" with {
  "resolution-mode": "import",
};
import type { Report } from "./rows";

export default class MatrixReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const file = process.env["SEXTANT_MATRIX_RESULTS"];
    if (file === undefined) throw new Error("SEXTANT_MATRIX_RESULTS names no file for the results");
    writeFileSync(file, JSON.stringify({ files: modules.map(fileOf) } satisfies Report));
  }
}

function fileOf(module: TestModule): Report["files"][number] {
  const suites = [...module.children.allSuites()];
  const message = [...module.errors(), ...suites.flatMap((suite) => suite.errors())][0]?.message;
  return {
    name: module.moduleId,
    failed: module.state() === "failed",
    ...(message === undefined ? {} : { message }),
    tests: [...module.children.allTests()].map(testOf),
  };
}

function testOf(test: TestCase): Report["files"][number]["tests"][number] {
  const result = test.result();
  const why = result.state === "skipped" ? result.note : messageOf(result.errors?.[0]);
  return {
    name: test.fullName.replaceAll(" > ", " "),
    state: result.state,
    ...(why === undefined ? {} : { why }),
  };
}

/** What was thrown, with its name where it has one. */
function messageOf(error: SerializedError | undefined): string | undefined {
  return error?.stack ?? error?.message;
}
