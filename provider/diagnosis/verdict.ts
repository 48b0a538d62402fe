/** What a failed verb is reported as: the verdict on the evidence that it printed, or else what it said. */
import { diagnose } from "./diagnose";
import { parseEvidence } from "./parse";
import { report } from "./report";

/** Characters of what a verb said without evidence: the sentences of `fail`, or a shell's own. */
const most = 2000;

/**
 * @param stdout what the verb printed, with the evidence as its last line
 * @param stderr what it said beside that
 * @param host the host's name in the program, with which the report begins
 */
export function verdict(stdout: string, stderr: string, host: string): string {
  const { evidence, unread } = parseEvidence(stdout);
  const printed = stdout.split("\n").some((line) => line.trimStart().startsWith("{"));
  if (printed && unread.length === 0) return `${host}: ${report(diagnose(evidence), evidence)}`;
  const said = stderr.trim().slice(-most);
  if (printed) return `${host}: ${report(diagnose(evidence), evidence)}\n${said}`.trimEnd();
  return `${host}: ${said || "it failed without a word; run the same verb by hand on the host to see more"}`;
}
