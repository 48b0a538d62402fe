/**
 * `sextant stop` and `start`: containers that are to be away for a while. A stopped one stays so until it is started, also over a reboot, and
 * until a release has another one in its place: the state knows nothing of it.
 */
import type { Command } from "commander";
import { sendOk } from "../../provider/docker/api";
import { quote } from "../../provider/host/scripts";
import { runLine } from "../../provider/release/step";
import { deployed, type Deployed } from "../deployed";
import { stackChoice } from "../stack";
import {
  askAll,
  byPlace,
  choosing,
  containersNamed,
  current,
  hostsOfChoice,
  hostsWith,
  partsNamed,
  placeOf,
  sayProblems,
  servedOf,
  type Choice,
} from "./choice";
import type { DeployedHost } from "../hosts";
import { refuseLocked } from "./lock";
import { noted } from "./note";
import type { Part } from "./parts";
import type { Running } from "./running";

/** What Docker is asked for, and the word for what then is. */
const verbs = {
  stop: {
    done: "stopped",
    already: "is stopped already",
    description: "stop containers until they are started again",
  },
  start: { done: "started", already: "runs already", description: "start containers that were stopped" },
} as const;

type Verb = keyof typeof verbs;

/** Seconds over the time that a container has to stop. */
const grace = 60;
/** Docker's words for what is not away: one that ends again and again is not, either. */
const up: ReadonlySet<string> = new Set(["running", "restarting", "paused"]);

/** Adds the commands. */
export function addPower(program: Command): void {
  for (const verb of ["stop", "start"] as const)
    choosing(program.command(verb).description(verbs[verb].description))
      .addHelpText(
        "after",
        `\nIt takes a choice: --app, --role or --accessory. The proxy goes on, and answers for a stopped app with 502; sextant maintenance has a page for that. What is stopped stays so through a pulumi up that changes nothing of it; ${untilOf(["role", "job", "accessory"]).join(", and ")}.`,
      )
      .action(async (options: Choice, command: Command) => {
        const { app, role, accessory, proxy } = options;
        if (proxy === true)
          throw new Error(
            `${verb}: the proxy answers for every app on its host, also of other stacks: sextant proxy ${verb} is for that, and sextant maintenance for one app.`,
          );
        if (app === undefined && role === undefined && accessory === undefined)
          throw new Error(
            `${verb}: it takes a choice of --app, --role or --accessory; sextant ps lists what there is.`,
          );
        const stack = deployed(stackChoice(command));
        await refuseLocked(verb, stack);
        const parts = partsNamed(verb, stack, options, "roles");
        const places = jobPlaces(verb, stack, parts, options);
        const { answers, problems } = parts.every(({ kind }) => kind === "job")
          ? { answers: [], problems: [] }
          : await containersNamed(verb, stack, options, "always");
        const meant = [...answers.map(({ host }) => host), ...places.map(({ host }) => host)];
        await noted(stack, verb, [...new Set(meant)], parts.map(({ name }) => name).join(", "));
        const { answers: lines, problems: failed } = await askAll(byPlace(answers), async (there) => {
          const meant = verb === "stop" ? there.filter(({ state }) => up.has(state)) : await toStart(there);
          const [one] = there;
          if (meant.length === 0 && one !== undefined) return [sentence(one, verbs.stop.already)];
          return Promise.all(meant.map((each) => change(verb, each)));
        });
        const timers = await askAll(places, ({ host, part }) => changeTimer(verb, host, part));
        for (const line of [...lines.flat(), ...timers.answers]) console.log(line);
        if (verb === "stop" && lines.length + timers.answers.length > 0)
          console.log(
            `It stays so until sextant start; ${untilOf(parts.map(({ kind }) => kind)).join(", and ")}.`,
          );
        sayProblems([...problems, ...failed, ...timers.problems]);
      });
}

/** What starts again what is stopped, besides `sextant start`: nobody is to be surprised by it. */
export function untilOf(kinds: readonly Part["kind"][]): string[] {
  return [
    ...(kinds.includes("role") ? ["the next release of its app starts new containers"] : []),
    ...(kinds.includes("job") ? ["the next release of its app starts its schedule"] : []),
    ...(kinds.includes("accessory")
      ? ["an edit that replaces an accessory's container starts the new one"]
      : []),
    "pulumi up --refresh starts it, too",
  ];
}

/** The roles with a schedule among the parts, on the hosts of the choice. @throws Error where they are all of it, and on none of these */
export function jobPlaces(
  verb: string,
  stack: Deployed,
  parts: readonly Part[],
  choice: Choice,
): { host: DeployedHost; part: Part }[] {
  const on = hostsOfChoice(parts, choice);
  const jobs = parts.filter(({ kind }) => kind === "job");
  const places = jobs.flatMap((part) => hostsWith(verb, stack, [part], on).map((host) => ({ host, part })));
  if (places.length > 0 || jobs.length < parts.length) return places;
  const there = [...new Set(jobs.flatMap(({ hosts }) => hosts))].join(", ");
  throw new Error(
    `${verb}: ${jobs.map(({ name }) => name).join(", ")} is not on ${on ?? ""}; it is on ${there}.`,
  );
}

/**
 * Of a role's containers on a host those that the proxy sends requests to, or that run; and as far as these are not all, those that ended
 * last: others are of releases that failed before.
 */
async function toStart(there: readonly Running[]): Promise<readonly Running[]> {
  const served = await servedOf(there);
  const counting = current(there, served);
  const [one] = counting;
  if (one === undefined) throw new Error("start: no container is there");
  const whole = counting.length === there.length || counting.length === one.replicas;
  if (
    served.has(placeOf(one)) ||
    one.share !== undefined ||
    (whole && counting.every(({ state }) => state === "running"))
  )
    return counting;
  if (there.length <= one.replicas) return there;
  const ends = await Promise.all(
    there.map(async (each) => {
      const path = `/containers/${encodeURIComponent(each.name)}/json`;
      const { body } = await sendOk(each.host.shell, { method: "GET", path }, `looking at ${each.name}`);
      return { each, end: endOf(body) };
    }),
  );
  return lastOf(ends, one.replicas);
}

/** So many of a role's containers: those that run, and those that ended last. */
export function lastOf(ends: readonly { each: Running; end: number }[], count: number): Running[] {
  const run = (each: Running): number => Number(each.state === "running");
  return ends
    .toSorted((one, other) => run(other.each) - run(one.each) || other.end - one.end)
    .slice(0, count)
    .map(({ each }) => each);
}

/** When a container ended, in milliseconds; one that never ran ends before all others. */
export function endOf(inspected: unknown): number {
  const { State } = inspected as { State?: { FinishedAt?: string; Status?: string } };
  return State?.Status === "created" ? -Infinity : Date.parse(State?.FinishedAt ?? "") || -Infinity;
}

async function change(verb: Verb, one: Running): Promise<string> {
  const { shell } = one.host;
  const words = verb === "stop" ? `stop?t=${one.stopSeconds}` : verb;
  const path = `/containers/${encodeURIComponent(one.name)}/${words}`;
  const request = { method: "POST", path, timeout: one.stopSeconds + grace } as const;
  // 304: it was so already.
  const { status } = await sendOk(shell, request, `${verb} of ${one.name}`, [304]);
  const { done, already } = verbs[verb];
  return sentence(one, status === 304 ? already : `is ${done}`);
}

/** A role with a schedule: its timer. A run that is under way goes on. */
async function changeTimer(verb: Verb, host: DeployedHost, { name, job }: Part): Promise<string> {
  const unit = quote(`sextant-job-${job?.name ?? ""}.timer`);
  const line = `systemctl ${verb === "stop" ? "disable" : "enable"} --now ${unit} 2>&1`;
  await runLine(host.shell, line, { timeout: grace, what: `${verb} of ${name}` });
  return verb === "stop"
    ? `${host.shell.name}: ${name} is stopped: its schedule starts nothing (${unit}).`
    : `${host.shell.name}: ${name} is started: it runs by its schedule (${unit}).`;
}

function sentence({ host, part, name }: Running, is: string): string {
  return `${host.shell.name}: ${part} ${is} (${name}).`;
}
