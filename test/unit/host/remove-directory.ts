/** Removes a directory into which a process in the background may still write: Node lists it once, and then only tries again. */
import { rmSync } from "node:fs";

const [turns, pauseMs] = [100, 100];

export function removeDirectory(path: string): void {
  for (let turn = 1; ; turn += 1) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY" || turn === turns) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}
