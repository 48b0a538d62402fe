/** What a failed verb is reported as: its verdict where it printed evidence, else what it said. */
import { parseEvidence } from "./parse";

export function verdict(stdout: string, stderr: string, host: string): string {
  const { evidence } = parseEvidence(stdout);
  return `${host}: ${stderr.trim()} ${JSON.stringify(evidence, undefined, 1)}`.slice(0, 8000);
}
