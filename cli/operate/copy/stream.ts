/** A dump into a restore: on one host, or on two through this machine. What is said meanwhile is counted, and nothing is kept. */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { textLine } from "../../../provider/host/scripts";
import { sshChild } from "../../../provider/ssh/pump";
import { withoutWarning } from "../../../provider/ssh/as-root";
import { eachLine } from "../../../provider/ssh/stream";
import type { Placed } from "./databases";

/** What is copied. */
export interface Copied {
  readonly old: Placed;
  readonly fresh: Placed;
  readonly from: string;
  readonly into: string;
  /** Whether owners and rights are left out. */
  readonly ownerless: boolean;
  /** Whether the new one's pg_dump reaches the old one, and is used. */
  readonly byNew: boolean;
}

/** What of it has come so far. */
export class Progress {
  tables = 0;
  rows = 0;
  /** The table that is dumped now. */
  now = "";
  /** When anything was last heard. */
  heard = Date.now();
  /** Whether the restore says that all is there. */
  whole = false;
  /** The last of what went wrong. */
  readonly wrong: string[] = [];

  /** A line that the restore prints: PostgreSQL's words for what it has done, and at the end ours. */
  printed(line: string): void {
    this.heard = Date.now();
    const rows = /^COPY (\d+)$/.exec(line)?.[1];
    if (rows !== undefined) {
      this.tables += 1;
      this.rows += Number(rows);
    }
    if (line === "sextant: copied") this.whole = true;
  }

  /** A line of errors of either program, of which most say what it is at. */
  said(line: string): void {
    this.heard = Date.now();
    const table =
      /dumping contents of table (.+)$|^-- Retrieving table structure for table (\S+?)\.\.\.$/.exec(line);
    if (table !== null) this.now = (table[1] ?? table[2] ?? "").replaceAll('"', "").replaceAll("`", "");
    const usual =
      line === "" ||
      line.startsWith("--") ||
      (line.startsWith("pg_dump: ") && !/error|warning|detail|hint/i.test(line));
    if (usual || withoutWarning(line) === "") return;
    this.wrong.push(line.slice(0, 300));
    if (this.wrong.length > 6) this.wrong.shift();
  }
}

/** The words of the verb for either end, or both. */
export function wordsOf(
  { old, fresh, from, into, ownerless, byNew }: Copied,
  ends: "both" | "old" | "new",
): string[] {
  return [
    `server=${old.server}`,
    ...(ends === "new"
      ? []
      : [
          ...[`old=${old.container}`, `from=${from}`, `as=${old.user}`],
          ...(byNew ? [`by=${fresh.container}`] : []),
          ...(ownerless ? ["owners=no"] : []),
        ]),
    ...(ends === "old" ? [] : [`new=${fresh.container}`, `into=${into}`, `to=${fresh.user}`]),
  ];
}

/**
 * Copies a database.
 * @param signal ends it: what was not whole by then is not there
 * @throws Error with what either of both said, where it is not whole
 */
export async function copied(what: Copied, progress: Progress, signal: AbortSignal): Promise<void> {
  const { old, fresh } = what;
  const one = old.host === fresh.host;
  const start = (on: Placed["on"], ends: "both" | "old" | "new"): Promise<ChildProcessWithoutNullStreams> =>
    sshChild({ shell: on.shell, line: textLine("database-copy", wordsOf(what, ends)) });
  const sink = await start(fresh.on, one ? "both" : "new");
  const children = [sink];
  sink.stdin.on("error", () => undefined);
  sink.stdin.write(`${fresh.secret}\n${one ? `${old.secret}\n` : ""}`);
  try {
    if (!one) {
      const source = await start(old.on, "old");
      children.push(source);
      source.stdin.on("error", () => undefined);
      source.on("error", (error) => {
        progress.wrong.push(error.message);
        sink.stdin.end();
      });
      source.stdin.write(`${old.secret}\n`);
      eachLine(source.stderr, (line) => {
        progress.said(line);
      });
      source.stdout.on("data", () => (progress.heard = Date.now()));
      // Where either ends, so does the other: COMMIT is the last line of a dump that has ended well.
      source.stdout.pipe(sink.stdin);
      sink.on("close", () => source.stdin.end());
    }
    eachLine(sink.stderr, (line) => {
      progress.said(line);
    });
    eachLine(sink.stdout, (line) => {
      progress.printed(line);
    });
    const kill = (): void => {
      for (const child of children) child.kill();
    };
    signal.addEventListener("abort", kill);
    if (signal.aborted) kill();
    // Where the restore has ended, all is said: what is whole has its last line.
    await ended(sink).finally(() => {
      signal.removeEventListener("abort", kill);
    });
  } finally {
    for (const child of children) {
      child.stdin.end();
      child.kill();
      child.stdout.destroy();
      child.stderr.destroy();
    }
  }
  if (!progress.whole) throw new Error(progress.wrong.join("\n") || "it ended before it was whole");
}

/** How long the streams of an ssh that has ended may take to close: one that keeps the connection warm in the background holds them open. */
const graceMs = 5000;

function ended(child: ChildProcessWithoutNullStreams): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => {
      resolve();
    });
    child.on("exit", () => setTimeout(resolve, graceMs));
  });
}
