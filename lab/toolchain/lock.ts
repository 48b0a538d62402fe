/** Lets one process at a time change the cache. */
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 250;
/** Taking over a dead owner's lock takes microseconds; a mark this old was left by a process that died in them. */
const takeoverMs = 10_000;

/** Runs `work` while holding the lock. `waiting` is told once who has it, if somebody has; `signal` ends the wait. */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  waiting: (pid: number) => void,
  signal?: AbortSignal,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  for (;;) {
    signal?.throwIfAborted();
    if (create(path, owner(process.pid))) break;
    const holder = read(path);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      takeOver(path, holder);
      continue;
    }
    if (!told) waiting(pidOf(holder));
    told = true;
    await sleep(pollMs);
  }
  const release = () => {
    rmSync(path, { force: true });
  };
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

/** Removes a lock whose owner is dead. Only one process at a time may: another could remove its successor's. */
function takeOver(path: string, dead: string): void {
  const mark = `${path}.takeover`;
  if (!create(mark, String(process.pid))) {
    const age = Date.now() - (statSync(mark, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > takeoverMs) rmSync(mark, { force: true });
    return;
  }
  if (read(path) === dead) rmSync(path, { force: true });
  rmSync(mark, { force: true });
}

/** A process by its number and its start: numbers come again. The start is known where there is a /proc. */
function owner(pid: number): string {
  return `${pid} ${startOf(pid)}`;
}

function isAlive(holder: string): boolean {
  const pid = pidOf(holder);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return owner(pid) === holder;
}

function pidOf(holder: string): number {
  return Number(holder.split(" ")[0]);
}

function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

/** Makes the file with its content in one step, or not at all if it is there. */
function create(path: string, content: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
