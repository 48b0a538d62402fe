/** Who may write to a database during a copy: what of the apps runs, and is not in maintenance. */
import type { Deployed } from "../../deployed";
import { askAll, messageOf } from "../choice";
import type { Part } from "../parts";
import { routesOn, type Route } from "../routes";
import { runningOn, type Running } from "../running";

export interface Writers {
  /** Roles behind a proxy that sends them requests. */
  readonly serving: readonly string[];
  /** Roles that run, and are behind none; and those with a schedule. */
  readonly working: readonly string[];
  /** Hosts of the apps that did not answer, and why: nobody knows what runs there. */
  readonly unasked: readonly { readonly host: string; readonly why: string }[];
}

/** Asks the hosts of the apps. */
export async function writersOf({ hosts, parts }: Deployed, app: string | undefined): Promise<Writers> {
  const roles = parts.filter(
    (part) => (part.kind === "role" || part.kind === "job") && [undefined, part.app].includes(app),
  );
  const places = hosts.filter(({ shell }) => roles.some((role) => role.hosts.includes(shell.name)));
  const { answers } = await askAll(places, async (host): Promise<OnHost> => {
    try {
      const [running, routes] = await Promise.all([runningOn(host, roles), routesOn(host)]);
      return { running, routes };
    } catch (error) {
      return { host: host.shell.name, why: messageOf(error) };
    }
  });
  return writersIn(roles, answers);
}

/** What a host has answered, or why it has not. */
type OnHost =
  | {
      readonly running: readonly Pick<Running, "part" | "name" | "state">[];
      readonly routes: readonly Pick<Route, "containers" | "state">[];
    }
  | Writers["unasked"][number];

/** The same, of what the hosts have answered. */
export function writersIn(
  roles: readonly Pick<Part, "name" | "kind" | "canaryOf">[],
  answers: readonly OnHost[],
): Writers {
  const [serving, working] = [new Set<string>(), new Set<string>()];
  for (const answer of answers) {
    if ("why" in answer) continue;
    const states = new Map(roles.map(({ name }) => [name, routeStates(name, answer)]));
    for (const { name, kind, canaryOf } of roles) {
      const runs = answer.running.some((each) => each.part === name && each.state === "running");
      // A canary is behind the routes of its role, and has no requests while these are held.
      const behind = [name, ...(canaryOf === undefined ? [] : [canaryOf])].flatMap(
        (each) => states.get(each) ?? [],
      );
      if (behind.includes("running") && (runs || canaryOf === undefined)) serving.add(name);
      else if (behind.length === 0 && (runs || kind === "job")) working.add(name);
    }
  }
  const unasked = answers.flatMap((answer) => ("why" in answer ? [answer] : []));
  return { serving: [...serving], working: [...working], unasked };
}

/** What a proxy does with the requests of each of its routes that leads to a role. */
function routeStates(role: string, { running, routes }: Exclude<OnHost, { why: string }>): string[] {
  const runs = running.filter((each) => each.part === role && each.state === "running");
  const names = new Set(runs.map((each) => each.name));
  return routes
    .filter(({ containers }) => containers.some((each) => names.has(each)))
    .map(({ state }) => state);
}

/** What is said of them. @param maintenance whether those that serve are put in maintenance first */
export function writerLines({ serving, working, unasked }: Writers, maintenance: boolean): string[] {
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
    ...unasked.map(
      ({ host, why }) => `What runs on ${host} may write, too, and could not be asked about: ${why}`,
    ),
  ];
}

/**
 * Why nothing is copied after the app was to be put in maintenance; undefined where it is.
 * @param problems what stood in the way of it
 * @param now who may write after it
 */
export function stillWriting(problems: readonly string[], now?: Writers): string | undefined {
  const all = [
    ...problems,
    ...(now?.serving ?? []).map((name) => `${name} still serves`),
    ...(now?.unasked ?? []).map(({ host, why }) => `${host} could not be asked: ${why}`),
  ];
  if (all.length === 0) return undefined;
  return `copy-data: nothing was copied, as not all of the app is in maintenance, and what still writes would be missing in the new database: ${all.join("; ")}\nWhat is in maintenance stays so until npx sextant maintenance off. Run it again once that is mended; of a host that is known to be off, leave --maintenance out after npx sextant maintenance on.`;
}
