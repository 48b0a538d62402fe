/** Boots that would go in turns, since Pulumi does only so many steps at a time. */
import type { Problem } from "../../core/problem";
import type { AppArgs } from "../args";
import { batches, replicasOf, type Role } from "../plan";
import type { Check } from "../../core/check";

export const parallelCheck: Check = {
  id: "parallel",
  title: "More containers at once than Pulumi does steps",
  effect: "warned",
  why: "The new containers of a release boot side by side, each behind a gate, and a gate is a step of Pulumi for as long as the container boots. Pulumi does four steps a core of the machine that it runs on at a time, so that on a runner with two cores the ninth container is started when the first one is ready. A gate costs that machine next to nothing: any number up to that of all containers is right.",
  says: [
    'App "shop": the number of containers that boot at once is 12, but Pulumi does 8 steps at a time here, so that they boot in turns; set PULUMI_PARALLEL=12, or more, where pulumi runs (npx sextant docs checks#parallel).',
  ],
};

/**
 * A gate is a step for as long as its container boots, so that with more gates than steps the others wait for it. Pulumi does four
 * steps a core at a time where nothing else is said: eight on a small CI runner, whatever the servers could do.
 *
 * @param steps how many steps Pulumi does at a time; undefined where that is not known, and not positive for any number
 */
export function checkParallel(args: AppArgs, roles: readonly Role[], steps: number | undefined): Problem[] {
  const most = Math.max(0, ...batches(roles, args.rollout?.batch).flatMap(gatesAtOnce));
  if (steps === undefined || steps <= 0 || most <= steps) return [];
  return [
    {
      argument: "the number of containers that boot at once",
      value: most,
      rule: `Pulumi does ${steps === 1 ? "one step" : `${steps} steps`} at a time here, so that they boot in turns`,
      cure: `set PULUMI_PARALLEL=${most}, or more, where pulumi runs`,
      check: parallelCheck,
    },
  ];
}

/** What stops first has its gates behind the others'. */
function gatesAtOnce(batch: readonly { role: Role }[]): number[] {
  const gates = (some: typeof batch): number =>
    some.reduce((sum, { role }) => sum + replicasOf(role).length, 0);
  const instead = batch.filter(({ role }) => role.strategy === "stop-first");
  return [gates(batch) - gates(instead), gates(instead)];
}

/** How many steps Pulumi does at a time, as it tells a program that it runs. */
export function stepsAtATime(env: NodeJS.ProcessEnv = process.env): number | undefined {
  const steps = Number.parseInt(env["PULUMI_NODEJS_PARALLEL"] ?? "", 10);
  return Number.isNaN(steps) ? undefined : steps;
}
