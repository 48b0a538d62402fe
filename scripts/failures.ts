/** What failed in a run of Vitest, from its report in JSON: a line for each test, and one for each file that could not be run. */
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

export interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] | null }[];
  }[];
}

/** The first line of a message, without colours, as far as it goes on a screen. */
const firstLine = (text: string): string =>
  (stripVTControlCharacters(text).trim().split("\n")[0] ?? "").slice(0, 300);

export function failuresOf(report: VitestReport, root: string): string[] {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults
      .filter((test) => test.status === "failed")
      .map((test) => `${file}: ${test.fullName}: ${firstLine((test.failureMessages ?? [])[0] ?? "")}`);
    return failed.length === 0 && status === "failed" ? [`${file}: ${firstLine(message)}`] : failed;
  });
}
