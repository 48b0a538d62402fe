/** Who may write to a database during a copy: what of the apps runs, and is not in maintenance. */
import type { Deployed } from "../../deployed";
import { askAll } from "../choice";
import type { Part } from "../parts";
import { routesOn, type Route } from "../routes";
import { runningOn, type Running } from "../running";

export interface Writers {
  /** Roles behind a proxy that sends them requests. */
  readonly serving: readonly string[];
  /** Roles that run, and are behind none; and those with a schedule. */
  readonly working: readonly string[];
}

/** Asks the hosts of the apps; one that is down has nothing that writes. */
export async function writersOf({ hosts, parts }: Deployed, app: string | undefined): Promise<Writers> {
  const roles = parts.filter(
    (part) => (part.kind === "role" || part.kind === "job") && [undefined, part.app].includes(app),
  );
  const places = hosts.filter(({ shell }) => roles.some((role) => role.hosts.includes(shell.name)));
  const { answers } = await askAll(places, async (host) => {
    const [running, routes] = await Promise.all([runningOn(host, roles), routesOn(host)]);
    return { running, routes };
  });
  return writersIn(roles, answers);
}

interface OnHost {
  readonly running: readonly Pick<Running, "part" | "name" | "state">[];
  readonly routes: readonly Pick<Route, "containers" | "state">[];
}

/** The same, of what the hosts have answered. */
export function writersIn(
  roles: readonly Pick<Part, "name" | "kind">[],
  answers: readonly OnHost[],
): Writers {
  const [serving, working] = [new Set<string>(), new Set<string>()];
  for (const { running, routes } of answers)
    for (const { name, kind } of roles) {
      const runs = running.filter((each) => each.part === name && each.state === "running");
      const names = new Set(runs.map((each) => each.name));
      const served = routes.filter(({ containers }) => containers.some((each) => names.has(each)));
      if (served.some(({ state }) => state === "running")) serving.add(name);
      else if (served.length === 0 && (runs.length > 0 || kind === "job")) working.add(name);
    }
  return { serving: [...serving], working: [...working] };
}

/** What is said of them. @param maintenance whether those that serve are put in maintenance first */
export function writerLines({ serving, working }: Writers, maintenance: boolean): string[] {
  const roles = working.map((name) => name.split("/").at(-1) ?? name).join(",");
  return [
    ...(serving.length === 0
      ? []
      : [
          maintenance
            ? `${serving.join(", ")} is put in maintenance first.`
            : `${serving.join(", ")} serves, and may write to the old database: put it in maintenance first, by npx sextant maintenance on or by --maintenance here.`,
        ]),
    ...(working.length === 0
      ? []
      : [
          `${working.join(", ")} may write, too, and is behind no proxy: npx sextant stop --role ${roles} first, where it uses this database.`,
        ]),
  ];
}
