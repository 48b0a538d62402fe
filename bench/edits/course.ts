/** Which runs of Pulumi an edit is made of. Pure. */
import { programs, type Step } from "./list";
import type { Settings } from "./settings";
import type { StackName } from "./world";

/** A run of Pulumi on a stack, with a program. */
export interface Run {
  stack: StackName;
  args: string[];
  settings: Settings;
}

/** The runs of an edit, one after the other. */
export interface Course {
  preview: Run;
  /** Where the preview lets it through. */
  update: Run;
  /** Behind the update, and in any case: what has failed is taken back, and what was made in part is made whole. */
  then?: Run;
  /** The preview that must find nothing to do; `empty` where nothing must be in the state. */
  again: Run | "empty";
}

const update = ["--yes", "--skip-preview"];

/** @param flags those of the edit itself */
export function courseOf(step: Step, flags: readonly string[]): Course {
  const { stack = "main", command = "up", ends = "done", settings } = step;
  const former = programs[stack];
  const run = (args: string[], what = settings): Run => ({ stack, args, settings: what });
  const asked = command === "up" ? ["preview", ...flags] : ["destroy", "--preview-only"];
  const course = { preview: run(asked), update: run([command, ...update, ...flags]) };
  const unchanged = ["preview", "--expect-no-changes", "--diff"];
  if (command === "destroy") return { ...course, again: "empty" };
  // It never gets anywhere, and leaves the other one as it is.
  if (stack === "alike") {
    const again: Run = { stack: "main", args: unchanged, settings: programs.main };
    return { ...course, then: run(["destroy", ...update]), again };
  }
  if (ends === "done")
    return { ...course, ...(step.whole ? { then: run(["up", ...update]) } : {}), again: run(unchanged) };
  const back = { again: run(unchanged, former) };
  return ends === "fails"
    ? { ...course, ...back, then: run(["up", ...update], former) }
    : { ...course, ...back };
}
