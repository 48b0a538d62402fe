/** `sextant ps`: what runs where, of which version, and what the proxies send to it. */
import type { Command } from "commander";
import { partWords } from "../../provider/release/canary-part";
import { deployed } from "../deployed";
import type { DeployedHost } from "../hosts";
import { stackChoice } from "../stack";
import {
  choosing,
  containersOf,
  hostsChosen,
  messageOf,
  partsNamed,
  sayProblems,
  type Choice,
} from "./choice";
import { routesOn, type Route } from "./routes";
import type { Running } from "./running";
import { table } from "./table";

interface Options extends Choice {
  json: boolean;
}

/** A container, as it is shown. */
export interface Row {
  readonly host: string;
  readonly part: string;
  readonly version: string;
  readonly status: string;
  /** The host names whose requests it gets; `*` for all others. */
  readonly serves: readonly string[];
  /** What the proxy does with them, where it is not that it sends them on: `paused`, `maintenance`. */
  readonly held?: string;
  /** Of a canary: how many of a hundred visitors it gets, and how many more by name. */
  readonly canary?: { readonly percent: number; readonly named: number };
  readonly container: string;
  readonly image: string;
}

/** Adds the command. */
export function addPs(program: Command): void {
  choosing(program.command("ps").alias("details").description("list what runs on the hosts of the stack"))
    .option("--json", "print it as JSON", false)
    .action(async (options: Options, command: Command) => {
      const stack = deployed(stackChoice(command));
      const parts = partsNamed("ps", stack, options, "everything");
      const hosts = hostsChosen("ps", stack, options, parts);
      const [{ answers, problems }, routes] = await Promise.all([
        containersOf(parts, hosts),
        Promise.all(hosts.map(servedBy)),
      ]);
      const served = new Map(routes.map((each) => [each.host.shell.name, each.routes]));
      // Of a host that did not answer it is said once.
      const there = new Set(answers.map(({ host }) => host.shell.name));
      const unknown = routes.flatMap(({ host, problem }) =>
        there.has(host.shell.name) ? (problem ?? []) : [],
      );
      const rows = answers.map((each) => rowOf(each, served.get(each.host.shell.name) ?? []));
      console.log(options.json ? JSON.stringify(rows, null, 2) : render(rows));
      sayProblems([...problems, ...unknown]);
    });
}

/** What the proxy of a host serves, or why that is not known. */
async function servedBy(
  host: DeployedHost,
): Promise<{ host: DeployedHost; routes: readonly Route[]; problem?: string }> {
  try {
    return { host, routes: await routesOn(host) };
  } catch (error) {
    return { host, routes: [], problem: messageOf(error) };
  }
}

/** A container, with what its host's proxy says of it. */
export function rowOf(running: Running, routes: readonly Route[]): Row {
  const own = routes.filter(({ containers }) => containers.includes(running.name));
  const { share } = running;
  const held = own.map(({ state }) => state).find((state) => state !== "running");
  return {
    host: running.host.shell.name,
    part: running.part,
    version: running.version,
    status: running.status,
    serves: own.flatMap(({ hosts, path }) =>
      hosts.split(",").map((host) => (path === "/" ? host : `${host}${path}`)),
    ),
    ...(held === undefined ? {} : { held: held === "stopped" ? "maintenance" : held }),
    ...(share === undefined ? {} : { canary: { percent: share.percent, named: share.named } }),
    container: running.name,
    image: running.image,
  };
}

export function render(rows: readonly Row[]): string {
  if (rows.length === 0) return "Nothing of this stack is on its hosts.";
  return table(
    ["HOST", "WHAT", "VERSION", "STATUS", "SERVES", "CONTAINER"],
    rows.map(({ host, part, version, status, serves, held, canary, container }) => [
      ...[host, part, version, status],
      [
        [...serves, ...(canary === undefined ? [] : partWords(canary.percent, canary.named))].join(", "),
        held === undefined ? "" : `(${held})`,
      ]
        .filter(Boolean)
        .join(" ") || "-",
      container,
    ]),
  );
}
