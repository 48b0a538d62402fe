/** `sextant jobs`: the roles with a schedule, when each ran last, how long, and how it ended; and a run at once. */
import type { Command } from "commander";
import { quote } from "../../provider/host/scripts";
import { runLine } from "../../provider/release/step";
import { deployed, type Deployed } from "../deployed";
import type { DeployedHost } from "../hosts";
import { stackChoice } from "../stack";
import { versionOf } from "../reference";
import { askAll, hostsWith, sayProblems } from "./choice";
import { refuseLocked } from "./lock";
import type { Part } from "./parts";
import { table } from "./table";

interface Options {
  app?: string;
  role?: string;
  start?: string;
  runs: boolean;
  json: boolean;
}

/** How a run ended, or that it goes on. */
export type How = "ok" | "failed" | "timeout" | "cut-off" | "gone" | "unmade" | "unstarted" | "now";

/** A run of a role. */
export interface Run {
  /** When it began, as RFC 3339 in UTC. */
  readonly began: string;
  readonly seconds: number;
  readonly how: How;
  /** Its exit code, where it has one. */
  readonly code?: number;
  readonly container: string;
  readonly image: string;
}

/** A role with a schedule, as its host says it. */
export interface Job {
  readonly host: string;
  readonly part: string;
  readonly schedule: string;
  readonly timeZone: string;
  /** Whether its timer runs. */
  readonly active: boolean;
  /** When it runs next, as systemd says it. */
  readonly next?: string;
  /** What is kept of its runs, the oldest first. */
  readonly runs: readonly Run[];
}

/** Seconds for a host. */
const timeout = 30;

/** Adds the command. */
export function addJobs(program: Command): void {
  program
    .command("jobs")
    .description("list the roles with a schedule: when each ran last, how long, and how it ended")
    .option("--app <name>", "of this app")
    .option("-r, --role <name>", "of this role")
    .option("--runs", "each of their last runs, and not the last one alone", false)
    .option(
      "--start <role>",
      "run this one at once, as its timer would; where a run is under way, that goes on",
    )
    .option("--json", "print it as JSON", false)
    .addHelpText(
      "after",
      "\nWhat the last run printed is in sextant logs --role ROLE, and why one failed in sextant doctor. sextant stop --role ROLE ends the schedule until sextant start.",
    )
    .action(async (options: Options, command: Command) => {
      const stack = deployed(stackChoice(command));
      const parts = jobsNamed(
        stack,
        options.start === undefined ? options : { ...options, role: options.start },
      );
      if (options.start !== undefined) return start(stack, parts);
      const { answers, problems } = await askJobs(stack, parts);
      console.log(
        options.json
          ? JSON.stringify(answers, null, 2)
          : options.runs
            ? renderRuns(answers)
            : render(answers),
      );
      sayProblems(problems);
    });
}

/** Those that are chosen. @throws Error with those that there are, where none is */
function jobsNamed({ parts }: Deployed, { app, role }: Pick<Options, "app" | "role">): Part[] {
  const all = parts.filter(({ kind }) => kind === "job");
  const some = all.filter(
    (part) => [undefined, part.app].includes(app) && [undefined, part.role].includes(role),
  );
  if (some.length > 0 || (app === undefined && role === undefined)) return some;
  const there = all.length === 0 ? "none" : all.map(({ name }) => name).join(", ");
  throw new Error(`jobs: this stack has no such role with a schedule; it has ${there}.`);
}

/** Each job with its host. */
function placed(stack: Deployed, parts: readonly Part[]): { host: DeployedHost; part: Part }[] {
  if (parts.length === 0) return [];
  return hostsWith("jobs", stack, parts, undefined).flatMap((host) =>
    parts.filter(({ hosts }) => hosts.includes(host.shell.name)).map((part) => ({ host, part })),
  );
}

async function askJobs(
  stack: Deployed,
  parts: readonly Part[],
): Promise<{ answers: readonly Job[]; problems: readonly string[] }> {
  return askAll(placed(stack, parts), async ({ host, part }) => {
    const line = `${host.directory}/job ${quote(`name=${part.job?.name ?? ""}`)} look`;
    return jobIn(await runLine(host.shell, line, { timeout, what: `looking at ${part.name}` }), host, part);
  });
}

/** What the host printed of a job. */
export function jobIn(
  printed: string,
  { shell: { name: host } }: { shell: { name: string } },
  { name: part, job }: Part,
): Job {
  const next = /^next=(.+)$/m.exec(printed)?.[1];
  return {
    ...{ host, part, schedule: job?.schedule ?? "", timeZone: job?.timeZone ?? "" },
    active: /^timer=active$/m.test(printed),
    ...(next === undefined || next === "n/a" ? {} : { next }),
    runs: [...printed.matchAll(/^run (\d+) (\d+) (\S+) (\S+) (\S+) (\S+)$/gm)].map(
      ([, began = "0", seconds = "0", how = "", code = "-", container = "", image = ""]) => ({
        began: new Date(Number(began) * 1000).toISOString().replace(".000Z", "Z"),
        seconds: Number(seconds),
        how: how as How,
        ...(code === "-" ? {} : { code: Number(code) }),
        container,
        image,
      }),
    ),
  };
}

async function start(stack: Deployed, parts: readonly Part[]): Promise<void> {
  await refuseLocked("jobs --start", stack);
  const { answers, problems } = await askAll(
    placed(stack, parts),
    async ({ host: { shell, directory }, part }) => {
      const name = part.job?.name ?? "";
      const line = `${directory}/job ${quote(`name=${name}`)} look && systemctl start --no-block ${quote(`sextant-job-${name}.service`)}`;
      const { runs } = jobIn(
        await runLine(shell, line, { timeout, what: `starting ${part.name}` }),
        { shell },
        part,
      );
      const before = runs.at(-1)?.how === "now";
      return `${shell.name}: ${part.name} ${before ? "is under way already" : "is started"}; npx sextant logs --role ${part.role ?? ""} --follow shows what it prints.`;
    },
  );
  for (const line of answers) console.log(line);
  sayProblems(problems);
}

const words: Readonly<Record<How, string>> = {
  ok: "succeeded",
  failed: "failed",
  timeout: "failed: not in time",
  "cut-off": "was cut off",
  gone: "failed: its container was removed",
  unmade: "failed: no container was made",
  unstarted: "failed: it did not start",
  now: "is under way",
};

/** How a run ended, in words. */
export function ended({ how, code }: Run): string {
  const said = (words as Readonly<Record<string, string>>)[how] ?? how;
  return how === "failed" && code !== undefined ? `${said}: exit code ${code}` : said;
}

const time = (text: string): string => text.replace("T", " ").replace("Z", "");

export function render(jobs: readonly Job[]): string {
  if (jobs.length === 0) return "No role of this stack has a schedule.";
  return table(
    ["HOST", "WHAT", "SCHEDULE", "NEXT", "LAST RUN (UTC)", "SECONDS", "ENDED", "FAILED", "VERSION"],
    jobs.map(({ host, part, schedule, timeZone, active, next, runs }) => {
      const last = runs.at(-1);
      const done = runs.filter(({ how }) => how !== "now");
      const bad = done.filter(({ how }) => how !== "ok").length;
      return [
        ...[host, part, `${schedule} ${timeZone}`, active ? (next ?? "by its timer") : "stopped"],
        ...(last === undefined
          ? ["-", "-", "-", "-", "-"]
          : [
              ...[time(last.began), String(last.seconds), ended(last)],
              ...[`${String(bad)} of ${String(done.length)}`, versionOf(last.image)],
            ]),
      ];
    }),
  );
}

export function renderRuns(jobs: readonly Job[]): string {
  if (jobs.length === 0) return "No role of this stack has a schedule.";
  return table(
    ["BEGAN (UTC)", "WHAT", "SECONDS", "ENDED", "VERSION", "CONTAINER"],
    jobs
      .flatMap(({ part, runs }) => runs.map((run) => ({ part, run })))
      .toSorted((a, b) => (a.run.began < b.run.began ? -1 : 1))
      .map(({ part, run }) => [
        ...[time(run.began), part, String(run.seconds), ended(run), versionOf(run.image), run.container],
      ]),
  );
}
