/** Timeouts of an app that cannot work together. */
import type { Findings, Problem } from "../../core/problem";
import { durationMs, type Duration } from "../../../provider/core/units";
import type { AppArgs } from "../args";
import { routeArgument, routesTo, type Role } from "../plan";
import type { Check } from "../../core/check";

export const timeoutsCheck: Check = {
  id: "timeouts",
  title: "Timeouts that cannot work together",
  effect: "refused or warned",
  why: "Refused is what can never be: one health answer that may take longer than all of `readyTimeout`, a worker that has to run longer than that to count as ready. Warned is `responseTimeout` over `drainTimeout`: in a release, a request that takes longer than the drain is cut.",
  says: [
    'App "shop": route.health.timeout is "90s", but one answer may then take longer than the whole readyTimeout of 60s; lower it, or raise readyTimeout (npx sextant docs checks#timeouts).',
    'App "shop": route.responseTimeout is "120s", but a release cuts a request that takes longer than the drainTimeout of 30s; raise drainTimeout to "120s" (npx sextant docs checks#timeouts).',
  ],
};

/** What is wrong with the timeouts of the roles, as far as each is a duration at all. */
export function checkTimeouts(args: AppArgs, roles: readonly Role[]): Findings {
  const found = roles.map((role) => ({
    refused: [...checkHealth(args, role), ...checkWorker(role)],
    warned: checkDrain(args, role),
  }));
  return {
    refused: found.flatMap(({ refused }) => refused),
    warned: found.flatMap(({ warned }) => warned),
  };
}

function longer(one: Duration | undefined, other: Duration): boolean {
  const [left, right] = [durationMs(one ?? ""), durationMs(other)];
  return left !== undefined && right !== undefined && left > right;
}

function checkHealth(args: AppArgs, role: Role): Problem[] {
  const ready = role.readyTimeout ?? "60s";
  return role.routes.flatMap(({ route }, at) =>
    longer(route.health?.timeout, ready)
      ? [
          {
            argument: `${routeArgument(args, role, at)}.health.timeout`,
            value: route.health?.timeout,
            rule: `one answer may then take longer than the whole readyTimeout of ${ready}`,
            cure: "lower it, or raise readyTimeout",
            check: timeoutsCheck,
          },
        ]
      : [],
  );
}

/** A worker is ready when it has run for a while, which has to be over before the gate gives up. */
function checkWorker(role: Role): Problem[] {
  const ready = role.readyTimeout ?? "60s";
  const delay = role.readyDelay ?? "3s";
  if (routesTo(role).length > 0 || role.ready !== undefined || !(longer(delay, ready) || delay === ready))
    return [];
  return [
    {
      argument: `roles.${role.name}.readyDelay`,
      value: delay,
      rule: `it is not over within the readyTimeout of ${ready}, so no container would become ready`,
      cure: "lower it, or raise readyTimeout",
      check: timeoutsCheck,
    },
  ];
}

function checkDrain(args: AppArgs, role: Role): Problem[] {
  return role.routes.flatMap(({ route }, at) => {
    const drain = route.drainTimeout ?? "30s";
    if (!longer(route.responseTimeout, drain)) return [];
    return [
      {
        argument: `${routeArgument(args, role, at)}.responseTimeout`,
        value: route.responseTimeout,
        rule: `a release cuts a request that takes longer than the drainTimeout of ${drain}`,
        cure: `raise drainTimeout to ${JSON.stringify(route.responseTimeout)}`,
        check: timeoutsCheck,
      },
    ];
  });
}
