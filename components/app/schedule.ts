/** Roles that run by a schedule and not all the time: its rules and its defaults. */
import { isCron, readCron } from "../../provider/release/cron";
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import type { AppArgs, RoleArgs } from "./args";
import type { Role } from "./plan";
import type { ScheduleArgs } from "./schedule-args";

/** The schedule of a role, with its defaults. */
export function scheduleOf({ schedule }: Pick<RoleArgs, "schedule">): Required<ScheduleArgs> | undefined {
  if (schedule === undefined) return undefined;
  const given = typeof schedule === "string" ? { cron: schedule } : schedule;
  return { timeZone: "UTC", timeout: "1h", ...given };
}

/** The roles that run all the time. */
export const runningAlways = (roles: readonly Role[]): Role[] =>
  roles.filter(({ schedule }) => schedule === undefined);

/** What is wrong with the schedules of roles. */
export function checkSchedules(args: AppArgs, roles: readonly Role[]): Problem[] {
  return Object.entries(args.roles).flatMap(([name, role]) => {
    const schedule = scheduleOf(role);
    if (schedule === undefined) return [];
    const at = `roles.${name}`;
    const routed = roles.some((one) => one.name === name && one.routes.length > 0);
    return [
      ...checkCron(
        typeof role.schedule === "string" ? `${at}.schedule` : `${at}.schedule.cron`,
        schedule.cron,
      ),
      ...checkZone(`${at}.schedule.timeZone`, schedule.timeZone),
      ...check.duration(`${at}.schedule.timeout`, schedule.timeout, 1000),
      ...(routed
        ? [
            {
              argument: `${at}.schedule`,
              fault: "is that of a role with a route, and what answers requests runs all the time",
              cure: "give the schedule to a role without a route; the app's own route is that of its first role",
            },
          ]
        : []),
      ...without
        .filter((word) => role[word] !== undefined)
        .map((word) => ({
          argument: `${at}.${word}`,
          fault: "is for a role that runs all the time, and this one has a schedule",
          cure: "leave one of the two out",
        })),
      ...(args.takeOver === undefined
        ? []
        : [
            {
              argument: `${at}.schedule`,
              fault: "is that of a role which would take the place of one of Kamal's, that runs all the time",
              cure: "take that one over first, without the schedule, and give it once takeOver is out of the program",
            },
          ]),
    ];
  });
}

/** What a role with a schedule has no use for. */
const without = [
  "replicas",
  "strategy",
  "ready",
  "readyDelay",
  "readyTimeout",
  "restart",
] as const satisfies (keyof RoleArgs)[];

function checkCron(argument: string, text: string): Problem[] {
  const read = readCron(text);
  return isCron(read) ? [] : [{ argument, value: text, ...read }];
}

function checkZone(argument: string, value: string): Problem[] {
  const known = ((): boolean => {
    try {
      return new Intl.DateTimeFormat("en", { timeZone: value }).format() !== "" && /^[A-Za-z]/.test(value);
    } catch {
      return false;
    }
  })();
  return known
    ? []
    : [
        {
          argument,
          value,
          rule: "no time zone has that name",
          cure: 'name a place, such as "Europe/Berlin", or "UTC"',
        },
      ];
}
