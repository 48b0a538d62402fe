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

/** What Vitest gives in place of the message of a test that was ended. */
const ended = "Error: STACK_TRACE_ERROR";

/** The first lines of a message, without colours and the stack, as far as they go on a screen: the third of a property has what broke it. */
function firstLines(text: string): string {
  const lines = stripVTControlCharacters(text)
    .trim()
    .split("\n")
    .filter((line) => !/^ +at /.test(line));
  const said = lines.slice(0, 3).join(" | ").slice(0, 300);
  return said.startsWith(ended) ? "it took longer than its timeout" : said;
}

export function failuresOf(report: VitestReport, root: string): string[] {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults
      .filter((test) => test.status === "failed")
      .map((test) => `${file}: ${test.fullName}: ${firstLines((test.failureMessages ?? [])[0] ?? "")}`);
    return failed.length === 0 && status === "failed" ? [`${file}: ${firstLines(message)}`] : failed;
  });
}
