/** The streams of this process, for commands on hosts and for questions. */
import { createInterface } from "node:readline/promises";
import type { Input, Lines } from "../../provider/ssh/stream";

/** What a command reads from: this terminal, or the stream that stands in its place. */
export const typed = (): Input => (process.stdin.isTTY && process.stdout.isTTY ? "terminal" : "stream");

/** Prints the lines of one of several commands, with its name before each. */
export function printedAfter(before: string): Pick<Lines, "out" | "err"> {
  return {
    out: (line) => {
      console.log(`${before}${line}`);
    },
    err: (line) => {
      console.error(`${before}${line}`);
    },
  };
}

/** Whether a person says yes. Asked on the stream of errors, since the other one may be read by a program. */
export async function saysYes(question: string): Promise<boolean> {
  const line = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await line.question(`${question} (yes or no) `).finally(() => {
    line.close();
  });
  return answer.trim().toLowerCase() === "yes";
}
