/** After a fault: `pulumi up` again, as docs/interrupted.md has it, and what it took. */
import type { Edit } from "./edit";
import type { Ended } from "./run";
import type { FaultWorld } from "./world";

export interface Converged {
  /** Whether it succeeded, and the same program again was no change. */
  converged: boolean;
  /** What was needed, command after command. */
  by: string;
  /** Marks of the runs. */
  runs: string[];
  /** When the stack was as the program has it, by `performance.now()`. */
  at: number;
  /** When the last run began. */
  last: number;
  /** All that Pulumi said. */
  texts: string[];
  /** What was not as it should be. */
  wrong: string[];
}

/** What Pulumi prints of a stack that a run which was killed has left locked. */
export const lockedStack = /the stack is currently locked by/;
/** What it prints of operations whose end it does not know. */
export const pendingOperations = /Attempting to deploy or update resources with \d+ pending operations/;

/** What it lists of those where a replaced thing may have gone that the program has again as it was. */
const deleting = /interrupted while deleting/;

/** @param back whether the program was changed back to what it was before the run that was struck */
export async function converge(world: FaultWorld, edit: Edit, back: boolean): Promise<Converged> {
  const done: Converged = { converged: false, by: "", runs: [], at: 0, last: 0, texts: [], wrong: [] };
  const needed: string[] = [];
  const note = (command: string, { code, text }: { code: number | undefined; text: string }): boolean => {
    done.texts.push(text);
    if (code !== 0) done.wrong.push(`${command}: exit ${String(code)}\n${text}`);
    return code === 0;
  };
  const up = async (...flags: string[]): Promise<Ended> => {
    done.last = performance.now();
    const run = world.up(edit, ...flags);
    done.runs.push(run.mark);
    return run.ended;
  };
  let ended = await up();
  if (ended.code !== 0 && lockedStack.test(ended.text)) {
    done.texts.push(ended.text);
    needed.push("pulumi cancel");
    if (!note("pulumi cancel", await world.pulumi(edit, "cancel", "--yes"))) return done;
    ended = await up();
  }
  needed.push("pulumi up");
  if (ended.code === 0 && back && deleting.test(ended.text)) {
    done.texts.push(ended.text);
    needed.push("pulumi up --refresh");
    ended = await up("--refresh");
  }
  done.by = needed.join(", ");
  done.at = performance.now();
  if (!note("pulumi up", ended)) return done;
  const again = await up("--expect-no-changes");
  if (!note("pulumi up --expect-no-changes", again)) return done;
  if (pendingOperations.test(again.text)) {
    const clear = ["refresh", "--clear-pending-creates", "--yes", "--skip-preview"];
    done.by = `${done.by}, pulumi ${clear.slice(0, 2).join(" ")}`;
    if (!note("pulumi refresh --clear-pending-creates", await world.pulumi(edit, ...clear))) return done;
    if ((await world.pendingOperations()) > 0) done.wrong.push("there are pending operations yet");
    // What such an operation had made by then, and the program has no more.
    if (back && (await world.wrong(edit)).length > 0) {
      done.by = `${done.by}, pulumi up`;
      if (!note("pulumi up", await up())) return done;
      done.at = performance.now();
    }
  }
  done.wrong.push(...(await world.wrong(edit)));
  done.converged = done.wrong.length === 0;
  return done;
}
