/** The memory of all that this process starts, watched while it runs. */
import { ProcessTree, memoryMb } from "./client/processes";

/** Watches the descendants of this process; `stop` answers with the highest sum seen, in MB. */
export function watchMemory(everyMs = 100): { stop(): number } {
  const tree = new ProcessTree(process.pid);
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(
      peak,
      tree.look().reduce((sum, pid) => sum + memoryMb(pid), 0),
    );
  }, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return Math.round(peak);
    },
  };
}
