/** The streams of this process, for commands on hosts. */
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
