/**
 * A process of its own that reaches hosts as Pulumi's plugin does: `{ shell, lines, settings, pace }` by standard input, one
 * result a line as JSON. The lines are all run at once.
 */
import { text } from "node:stream/consumers";
import { pace } from "../../../../provider/ssh/connections";
import type { SshAddress } from "../../../../provider/ssh/address";
import { runOverSsh, type RunSettings } from "../../../../provider/ssh/run";

export interface Work {
  shell: SshAddress;
  lines: string[];
  settings?: Partial<RunSettings>;
  /** Milliseconds that a second of waiting takes. */
  second?: number;
}

async function main(): Promise<void> {
  const { shell, lines, settings, second = 1000 } = JSON.parse(await text(process.stdin)) as Work;
  pace.second = second;
  const run = (line: string) => runOverSsh(shell, line, { timeout: 60, what: "the test", ...settings });
  for (const end of await Promise.allSettled(lines.map(run))) {
    console.log(JSON.stringify(end.status === "fulfilled" ? end.value : { error: String(end.reason) }));
  }
}

void main();
