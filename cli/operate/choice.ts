/** Which containers a command is about: the words for it, and what they choose. */
import { Option, type Command } from "commander";
import { isNamedBy } from "../host-pattern";
import { hostsNamed, type Deployed } from "../deployed";
import type { DeployedHost } from "../hosts";
import type { Part } from "./parts";
import { routesOn } from "./routes";
import { runningOn, type Running } from "./running";

export interface Choice {
  app?: string;
  role?: string;
  accessory?: string;
  proxy?: boolean;
  host?: string;
  primary?: boolean;
}

/** What a command takes where nothing is chosen: all, the roles of apps, or those of them that run all the time. */
export type Default = "everything" | "roles" | "always";

/** Adds the words to a command; a Kamal user knows the short ones. */
export function choosing(command: Command): Command {
  return onHosts(ofRoles(command.option("--app <name>", "of this app")))
    .addOption(new Option("-a, --accessory <name>", "of this accessory").conflicts(["app", "role", "proxy"]))
    .addOption(new Option("--proxy", "of the proxies").conflicts(["app", "role"]))
    .addOption(
      new Option(
        "--primary",
        "on one host alone: the first one of the first role, which runs the release command",
      ).conflicts("host"),
    );
}

/** Adds the word for roles; Kamal's, `--roles`, is the same. */
export function ofRoles(command: Command): Command {
  return alsoAs(
    command.option("-r, --role <names>", "of these roles, such as web,job or 'job-*'"),
    "roles",
    "role",
  );
}

/** Adds the word for hosts; Kamal's, `--hosts`, is the same. */
export function onHosts(command: Command): Command {
  const option = command.option("--host <names>", "on these hosts alone, such as web-1,web-2 or 'web-*'");
  return alsoAs(option, "hosts", "host");
}

/** Takes an option by another name, too, which the help does not have. */
function alsoAs(command: Command, other: string, name: string): Command {
  return command
    .addOption(new Option(`--${other} <names>`).hideHelp())
    .on(`option:${other}`, (value: string) => command.setOptionValueWithSource(name, value, "cli"));
}

/** The hosts of a choice, as a list of names: with --primary the first host of the first of the parts. */
export function hostsOfChoice(parts: readonly Part[], { host, primary = false }: Choice): string | undefined {
  return primary ? (parts[0]?.hosts[0] ?? "") : host;
}

/** The parts that are chosen. @throws Error with those that there are, where none is. */
export function partsNamed(
  command: string,
  { parts, hosts }: Deployed,
  { app, role, accessory, proxy }: Choice,
  otherwise: Default,
): readonly Part[] {
  if (proxy === true) return [proxies(parts, hosts)];
  if (accessory !== undefined)
    return found(
      command,
      parts.filter(({ kind }) => kind === "accessory"),
      ({ name }) => name === accessory,
      `accessory ${accessory}`,
    );
  const jobs = otherwise !== "always";
  const roles = parts.filter(({ kind }) => kind === "role" || (jobs && kind === "job"));
  if (app === undefined && role === undefined) {
    if (otherwise === "everything") return parts;
    const scheduled = !jobs && parts.some(({ kind }) => kind === "job");
    return found(command, roles, () => true, scheduled ? "role that runs all the time" : "app");
  }
  const what = [
    app === undefined ? [] : [`app ${app}`],
    role === undefined ? [] : [`role ${role}${jobs ? "" : " that runs all the time"}`],
  ];
  return found(
    command,
    roles,
    (part) => [undefined, part.app].includes(app) && isNamedBy(role)(part.role ?? ""),
    what.flat().join(" with a "),
  );
}

/** @throws Error where they are roles of several apps, and a command is for one */
export function ofOneApp(command: string, parts: readonly Part[]): void {
  const apps = [...new Set(parts.flatMap(({ app }) => app ?? []))];
  if (apps.length > 1)
    throw new Error(`${command}: this stack has the apps ${apps.join(", ")}; name one by --app.`);
}

/** The proxies, also another stack's through which this one's requests come. */
function proxies(parts: readonly Part[], hosts: readonly DeployedHost[]): Part {
  const own = parts.find(({ kind }) => kind === "proxy");
  const names = hosts.map(({ shell }) => shell.name);
  return (
    own ?? {
      kind: "proxy",
      name: "proxy",
      hosts: names,
      label: ["", ""],
      stopSeconds: 0,
      replicas: 1,
      containers: [],
    }
  );
}

function found(
  command: string,
  all: readonly Part[],
  wanted: (part: Part) => boolean,
  what: string,
): readonly Part[] {
  const some = all.filter(wanted);
  if (some.length > 0) return some;
  // Where none at all is there, the last update may not have come so far.
  if (what === "app" && all.length === 0)
    throw new Error(
      `${command}: no app of this stack is deployed yet; pulumi up deploys what the program has.`,
    );
  const there = all.length === 0 ? "none" : all.map(({ name }) => name).join(", ");
  throw new Error(`${command}: this stack has no ${what}; it has ${there}.`);
}

/** What the hosts answered, and why others could not be asked. */
export interface Asked<T> {
  readonly answers: readonly T[];
  readonly problems: readonly string[];
}

/** Asks hosts side by side; one that is down is no reason to say nothing of the others. */
export async function askAll<Of, T>(all: readonly Of[], ask: (one: Of) => Promise<T>): Promise<Asked<T>> {
  const ends = await Promise.allSettled(all.map(ask));
  return {
    answers: ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : [])),
    problems: ends.flatMap((end) => (end.status === "rejected" ? [messageOf(end.reason)] : [])),
  };
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Says what stood in the way of some of it: the answer is not whole then. */
export function sayProblems(problems: readonly string[]): void {
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

/** The hosts that have something of the parts, or the one that is named. */
export function hostsWith(
  command: string,
  stack: Deployed,
  parts: readonly Part[],
  name: string | undefined,
): readonly DeployedHost[] {
  const places = new Set(parts.flatMap(({ hosts }) => hosts));
  return hostsNamed(command, stack.hosts, name).filter(({ shell }) => places.has(shell.name));
}

/** The hosts of a choice. @throws Error with those that there are, where none is */
export function hostsChosen(
  command: string,
  stack: Deployed,
  choice: Choice,
  parts: readonly Part[],
): readonly DeployedHost[] {
  const on = hostsOfChoice(parts, choice);
  const hosts = hostsWith(command, stack, parts, on);
  if (hosts.length > 0) return hosts;
  const what = parts.map(({ name }) => name).join(", ");
  const places = [...new Set(parts.flatMap((part) => part.hosts))];
  throw new Error(`${command}: ${what} is not on ${on ?? ""}; it is on ${places.join(", ")}.`);
}

/** The containers that are chosen. */
export async function containersNamed(
  command: string,
  stack: Deployed,
  choice: Choice,
  otherwise: Default,
): Promise<Asked<Running>> {
  const parts = partsNamed(command, stack, choice, otherwise);
  return containersOf(parts, hostsChosen(command, stack, choice, parts));
}

/** The containers of parts on hosts, in the order of the program, host after host. */
export async function containersOf(
  parts: readonly Part[],
  hosts: readonly DeployedHost[],
): Promise<Asked<Running>> {
  const { answers, problems } = await askAll(hosts, (host) => runningOn(host, parts));
  const all = answers.flat();
  // In the order of the program: the first is the primary one.
  const ordered = parts.flatMap(({ name, hosts: on }) =>
    on.flatMap((host) => all.filter(({ part, host: { shell } }) => part === name && shell.name === host)),
  );
  return { answers: ordered, problems };
}

/** The containers of each part on each host. */
export function byPlace(containers: readonly Running[]): Running[][] {
  const places = new Map<string, Running[]>();
  for (const each of containers) {
    const place = `${each.host.shell.name}/${each.part}`;
    places.set(place, [...(places.get(place) ?? []), each]);
  }
  return [...places.values()];
}

/**
 * Of each part on each host those that count: what the proxy sends requests to, all or a canary's part of them, since a release that is under way or has failed has
 * newer ones; else those that run; where none does, the newest. It is one, or as many as the part has replicas.
 * @param served the containers that proxies send requests to, as `<host>/<name>`
 */
export function current(containers: readonly Running[], served: ReadonlySet<string> = new Set()): Running[] {
  return byPlace(containers).flatMap((there) => {
    const serve = there.filter((each) => served.has(placeOf(each)) || each.share !== undefined);
    const run = there.filter(({ state }) => state === "running");
    // Of a role with a schedule the newest one waits for the next run.
    const ran = there.filter(({ kind, state }) => kind === "job" && state !== "created");
    const some = [serve, run, ran].find(({ length }) => length > 0) ?? there;
    return some.slice(0, there[0]?.replicas);
  });
}

/** The first of each part on each host. */
export function oneEach(containers: readonly Running[]): Running[] {
  return byPlace(containers).flatMap(([first]) => first ?? []);
}

/** A container, wherever it is: `<host>/<name>`. */
export const placeOf = ({ host, name }: Running): string => `${host.shell.name}/${name}`;

/** Those of them that the proxies send requests to. The proxies are asked where there is a choice of several alone. */
export async function servedOf(containers: readonly Running[]): Promise<Set<string>> {
  const several = byPlace(containers).filter((there) => there.length > 1);
  const hosts = [...new Set(several.flatMap((there) => there.map(({ host }) => host)))];
  const { answers } = await askAll(hosts, async (host) =>
    (await routesOn(host)).flatMap((route) => route.containers.map((name) => `${host.shell.name}/${name}`)),
  );
  return new Set(answers.flat());
}
