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
  const start = (on: Placed["on"], ends: "both" | "old" | "new"): Promise<Child> =>
    sshChild({ shell: on.shell, line: textLine("database-copy", wordsOf(what, ends)) });
  const sink = await start(fresh.on, one ? "both" : "new");
  const source = one
    ? undefined
    : await start(old.on, "old").catch((error: unknown) => {
        end(sink);
        throw error;
      });
  give(sink, `${fresh.secret}\n${one ? `${old.secret}\n` : ""}`);
  if (source !== undefined) give(source, `${old.secret}\n`);
  await joined(sink, source, progress, signal);
  if (!progress.whole) throw new Error(progress.wrong.join("\n") || "it ended before it was whole");
}

type Child = ChildProcessWithoutNullStreams;

/** What may have ended already reads nothing more. */
function give(child: Child, text: string): void {
  child.stdin.on("error", () => undefined);
  child.stdin.write(text);
}

/**
 * How long, in milliseconds, the streams of an ssh that has ended may take to close, since one that keeps the connection warm in the background holds
 * them open; and how long one may take to end that is told to.
 */
const graceMs = 5000;

/**
 * Gives one process what another one prints, where there is another one, until the first has ended; then neither is there any more.
 * It ends with either of them, and by the signal, whoever holds their streams open.
 */
export async function joined(
  sink: Child,
  source: Child | undefined,
  progress: Progress,
  signal: AbortSignal,
  grace = graceMs,
): Promise<void> {
  const children = [sink, ...(source === undefined ? [] : [source])];
  const stop = (): void => {
    for (const child of children) end(child, grace);
  };
  eachLine(sink.stderr, (line) => {
    progress.said(line);
  });
  eachLine(sink.stdout, (line) => {
    progress.printed(line);
  });
  if (source !== undefined) {
    eachLine(source.stderr, (line) => {
      progress.said(line);
    });
    source.stdout.on("data", () => (progress.heard = Date.now()));
    pour(source, sink, progress, grace);
  }
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  // Where the restore has ended, all is said: what is whole has its last line.
  await ended(sink, signal, grace).finally(() => {
    signal.removeEventListener("abort", stop);
    stop();
    for (const { stdout, stderr } of children) {
      stdout.destroy();
      stderr.destroy();
    }
  });
}

/** Gives it all that the source prints, and then its end: COMMIT is the last line of a dump that has ended well. */
function pour(source: Child, sink: Child, progress: Progress, grace: number): void {
  sink.stdin.on("error", () => undefined);
  let last = Date.now();
  source.stdout.on("data", () => (last = Date.now()));
  source.stdout.pipe(sink.stdin);
  source.on("error", (error) => {
    progress.wrong.push(error.message);
    sink.stdin.end();
  });
  if (source.pid === undefined) sink.stdin.end();
  source.on("exit", () => {
    const look = setInterval(() => {
      // What waits for the sink is to come yet.
      const idle = !sink.stdin.writableNeedDrain && Date.now() - last > grace;
      if (idle) sink.stdin.end();
      if (idle || source.stdout.readableEnded || sink.stdin.destroyed) clearInterval(look);
    }, grace / 10);
  });
}

const gone = ({ pid, exitCode, signalCode }: Child): boolean =>
  pid === undefined || exitCode !== null || signalCode !== null;

/** Ends a process, also one that does not heed being told to. */
function end(child: Child, grace = graceMs): void {
  child.stdin.end();
  if (gone(child)) return;
  child.kill();
  setTimeout(() => {
    if (!gone(child)) child.kill("SIGKILL");
  }, grace).unref();
}

/** Waits for its end, which may have come before. */
async function ended(child: Child, signal: AbortSignal, grace: number): Promise<void> {
  const timers: NodeJS.Timeout[] = [];
  await new Promise<void>((resolve, reject) => {
    const soon = (times: number) => (): void => {
      timers.push(setTimeout(resolve, times * grace));
    };
    child.on("error", reject);
    child.on("close", () => {
      resolve();
    });
    child.on("exit", soon(1));
    if (gone(child)) soon(1)();
    signal.addEventListener("abort", soon(2));
    if (signal.aborted) soon(2)();
  }).finally(() => {
    for (const timer of timers) clearTimeout(timer);
  });
}
