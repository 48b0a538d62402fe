/** The ssh processes that are at work, so that they end when the user presses Ctrl-C. */
import type { ChildProcess } from "node:child_process";

const running = new Set<ChildProcess>();
let interrupted = false;

/** Follows a process that was just started. One that is started after an interrupt ends at once. */
export function following<Child extends ChildProcess>(child: Child): Child {
  running.add(child);
  child.on("close", () => running.delete(child));
  child.on("error", () => running.delete(child));
  if (interrupted) child.kill();
  return child;
}

/** Ends those that are at work: each step then fails with the word that it was interrupted. */
export function interrupt(): void {
  interrupted = true;
  for (const child of running) child.kill();
}

/** Whether the user has pressed Ctrl-C: what ends is not begun again. */
export const isInterrupted = (): boolean => interrupted;
