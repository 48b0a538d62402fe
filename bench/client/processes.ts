/** A process and all that it started, as /proc shows them. */
import { readFileSync, readdirSync } from "node:fs";

/** The processes below one, looked at again and again. */
export class ProcessTree {
  /** Who started whom; a process whose parent has ended stays where it was. */
  private readonly parents = new Map<number, number>();
  private readonly found = new Set<number>();

  constructor(private readonly root: number) {}

  /** The processes that are there now, the root not among them. */
  look(): number[] {
    const present = new Set(
      readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .map(Number),
    );
    for (const pid of this.parents.keys()) if (!present.has(pid)) this.parents.delete(pid);
    for (const pid of present) {
      const parent = this.parents.has(pid) ? undefined : parentOf(pid);
      if (parent !== undefined) this.parents.set(pid, parent);
    }
    const below = [...this.parents.keys()].filter((pid) => this.isBelow(pid));
    for (const pid of below) this.found.add(pid);
    return below;
  }

  /** How many there have been so far. */
  get seen(): number {
    return this.found.size;
  }

  private isBelow(pid: number): boolean {
    let parent = this.parents.get(pid);
    // Ids go round, so that a stale parent could close a circle.
    for (let steps = 0; parent !== undefined && steps < 64; steps += 1) {
      if (parent === this.root) return true;
      parent = this.parents.get(parent);
    }
    return false;
  }
}

function parentOf(pid: number): number | undefined {
  const text = readIfThere(`/proc/${pid}/stat`);
  // The program's name is in brackets and may hold anything; the parent is the second field behind it.
  const parent = text?.slice(text.lastIndexOf(")") + 2).split(" ")[1];
  return parent === undefined ? undefined : Number(parent);
}

/** Memory in MB. Shared pages count for each process in part, so that a sum is what the machine needs. */
export function memoryMb(pid: number): number {
  return Number(/^Pss: +(\d+) kB/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`) ?? "")?.[1] ?? 0) / 1024;
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
