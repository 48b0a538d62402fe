/** The memory of a process and all that it started, watched while it runs. */
import { readFileSync, readdirSync } from "node:fs";

/** Watches the descendants of this process; `stop` answers with the highest sum seen, in MB. */
export function watchMemory(everyMs = 100): { stop(): number } {
  let peak = 0;
  const look = (): void => {
    const kilobytes = descendants(process.pid).reduce((sum, pid) => sum + proportional(pid), 0);
    peak = Math.max(peak, kilobytes / 1024);
  };
  const timer = setInterval(look, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return Math.round(peak);
    },
  };
}

/** All processes below one, itself not among them. */
function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  const visit = (pid: number): void => {
    for (const child of children.get(pid) ?? []) {
      found.push(child);
      visit(child);
    }
  };
  visit(root);
  return found;
}

function parentOf(pid: number): number | undefined {
  const text = readIfThere(`/proc/${pid}/stat`);
  // The program's name is in brackets and may hold anything; the parent is the second field behind it.
  const parent = text?.slice(text.lastIndexOf(")") + 2).split(" ")[1];
  return parent === undefined ? undefined : Number(parent);
}

/** Shared pages count for each process in part, so that the sum is what the machine needs. */
function proportional(pid: number): number {
  return Number(/^Pss: +(\d+) kB/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`) ?? "")?.[1] ?? 0);
}

/** Processes end while one looks at them. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
