/** What a machine has told of itself, as host/preflight.sh frames it: the text of each command, whatever is in it. */

/** How a command has answered. */
export interface Answer {
  /** How it ended; nothing where the machine has no such command or file. */
  readonly code: number | undefined;
  /** What it printed, without the last line's end. */
  readonly text: string;
  /** The last line of its errors. */
  readonly error: string;
}

export interface Answers {
  readonly told: ReadonlyMap<string, Answer>;
  /** Whether all of it has come. */
  readonly complete: boolean;
}

const head = /^fact ([a-z-]+) (\d+|-) (\.+) (.*)$/s;
/** What stands after the last answer. */
const last = "told";

/** Reads it. What a login prints before it, such as a greeting, is passed over. It never throws. */
export function parseAnswers(output: string): Answers {
  const told = new Map<string, Answer>();
  const lines = output.split("\n");
  let at = Math.max(
    lines.findIndex((line) => head.test(line)),
    0,
  );
  while (at < lines.length && lines[at] !== last) {
    const [, name, code, end, error = ""] = head.exec(lines[at] ?? "") ?? [];
    const close = end === undefined ? -1 : lines.indexOf(end, at + 1);
    // A last line without its end may be the beginning of a longer one.
    if (name === undefined || close < 0 || close === lines.length - 1) return { told, complete: false };
    const text = lines.slice(at + 1, close).join("\n");
    told.set(name, { code: code === "-" ? undefined : Number(code), text, error });
    at = close + 1;
  }
  return { told, complete: at < lines.length };
}
