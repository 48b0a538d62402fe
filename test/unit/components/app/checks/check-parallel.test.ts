import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkParallel,
  parallelCheck,
  stepsAtATime,
} from "../../../../../components/app/checks/check-parallel";
import { rolesOf } from "../../../../../components/app/plan";
import type { AppArgs, RoleArgs } from "../../../../../components/app/args";
import type { Host } from "../../../../../components/host/host";

const servers = (count: number): Host[] =>
  Array.from({ length: count }, (_, at) => ({ hostName: `h${at}` }) as Host);

function check(
  roles: Record<string, RoleArgs>,
  steps: number | undefined,
  more: Partial<Omit<AppArgs, "image" | "version">> = {},
) {
  const args = { image: "r.test/shop", version: "v2", roles, ...more };
  return checkParallel(args, rolesOf("shop", args), steps);
}

describe("more containers at once than Pulumi does steps", () => {
  it("is said with both numbers", () => {
    expect(check({ web: { servers: servers(12) } }, 8)).toEqual([
      {
        argument: "the number of containers that boot at once",
        value: 12,
        rule: "Pulumi does 8 steps at a time here, so that they boot in turns",
        cure: "set PULUMI_PARALLEL=12, or more, where pulumi runs",
        check: parallelCheck,
      },
    ]);
  });

  it("is counted over all roles of a batch, less what stops first", () => {
    const hosts = servers(5);
    const both = { web: { servers: hosts }, job: { servers: hosts } };
    expect(check(both, 8)).toMatchObject([{ value: 10 }]);
    expect(check({ ...both, job: { servers: hosts, strategy: "stop-first" } }, 8)).toEqual([]);
    expect(check(both, 8, { rollout: { batch: 4 } })).toEqual([]);
    expect(check({ web: { servers: servers(3), replicas: 3 } }, 8)).toMatchObject([{ value: 9 }]);
  });

  it("is nothing with as many steps as containers, any number of steps, or a number that is not known", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(40), (count, more) => {
        const web = { web: { servers: servers(count) } };
        for (const steps of [count + more, 0, -1, undefined]) expect(check(web, steps)).toEqual([]);
      }),
    );
  });

  it("reads what Pulumi tells the program", () => {
    expect(stepsAtATime({ PULUMI_NODEJS_PARALLEL: "8" })).toBe(8);
    expect(stepsAtATime({})).toBeUndefined();
    expect(stepsAtATime({ PULUMI_NODEJS_PARALLEL: "" })).toBeUndefined();
  });
});
