/**
 * `npm run bench -- trace [--servers 2,16] [--cases deploy,preview] [--out DIRECTORY] [--results FILE]`: runs of Sextant
 * with the engine's trace on and without traffic, and where their time went.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { labFacts } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { cacheDir } from "../../lab/paths";
import { installNode } from "../client/node";
import { type ClientRun, runClient } from "../client/run";
import {
  type CaseName,
  type Release,
  type Standing,
  cases,
  releaseFor,
  standingAfter,
} from "../compare/cases";
import { commit } from "../compare/machine";
import { Sextant } from "../compare/sextant";
import type { Hosts } from "../hosts/hosts";
import { Machines } from "../hosts/machines";
import { endSessions } from "../hosts/scripts";
import { rounded } from "../stats/statistics";
import { chromeTrace } from "./chrome";
import { type TraceOptions, parseTraceOptions } from "./options";
import { type Part, parts } from "./parts";
import { busySeconds } from "./processor";
import { type Span, changedIn, parseSpans } from "./spans";

const progress = (line: string): void => {
  console.error(line);
};

/** Where the time of one run went. */
export interface Profile {
  case: CaseName;
  servers: number;
  seconds: number;
  /** Seconds of processor: of the client's processes, and of all others on the machine but the bench itself. */
  cpu: { client: number; servers: number };
  parts: Part[];
}

export interface TraceResults {
  commit: string;
  cores: number;
  profiles: Profile[];
}

export async function trace(args: string[]): Promise<void> {
  const options = parseTraceOptions(args);
  const profiles: Profile[] = [];
  const out = options.out ?? join(cacheDir(), "bench", "traces");
  mkdirSync(out, { recursive: true });
  await eachRun(options, (profile, spans) => {
    profiles.push(profile);
    const file = join(out, `${profile.case}-${profile.servers}.json`);
    writeFileSync(file, JSON.stringify(chromeTrace(spans)));
    console.table(partRows(profile.parts));
    console.table(longest(spans));
    progress(`open it in chrome://tracing or ui.perfetto.dev: ${file}`);
  });
  const results: TraceResults = { commit: await commit(), cores: cpus().length, profiles };
  if (options.results !== undefined)
    writeFileSync(options.results, `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(JSON.stringify({ ...results, traces: out }));
}

type Found = (profile: Profile, spans: Span[]) => void;

async function eachRun(options: TraceOptions, found: Found): Promise<void> {
  const facts = await labFacts(await labUp(progress));
  if (!facts) throw new Error("bench trace: the lab does not answer after it was brought up");
  // The engine's trace holds whole messages, secrets among them: only this user may read it, and it does not stay.
  const directory = mkdtempSync(join(tmpdir(), "sextant-trace-"));
  const machines = await Machines.make(facts);
  let sextant: Sextant | undefined;
  try {
    sextant = await Sextant.make(facts, machines.keyFile, await installNode(progress));
    for (const servers of options.sizes) {
      progress(`making ${servers} servers`);
      const hosts = await machines.count(servers);
      await sextant.reset(hosts);
      await tracedRuns(
        { sextant, hosts, servers, file: join(directory, "trace.json") },
        options.cases,
        found,
      );
    }
  } finally {
    await machines.remove();
    sextant?.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Setting {
  sextant: Sextant;
  hosts: Hosts;
  servers: number;
  /** Where the engine writes its trace. */
  file: string;
}

/** What warms up and gives a rollback something to go to, and then each case with its profile. */
async function tracedRuns(setting: Setting, names: readonly CaseName[], found: Found): Promise<void> {
  const { servers, file } = setting;
  const before: readonly CaseName[] = names.includes("first") ? [] : ["first", "deploy"];
  let standing: Standing | undefined;
  for (const [at, name] of [...before, ...names].entries()) {
    const { run, release, others } = await once(setting, name, standing);
    standing = standingAfter(name, release, standing);
    progress(`${servers} servers: ${cases[name].title}: ${run.seconds.toFixed(1)} s`);
    if (at < before.length) continue;
    // Each run writes the file anew: it is of the last one.
    const spans = parseSpans(readFileSync(file, "utf8"), changedIn(run.text));
    const cpu = { client: run.cpuSeconds, servers: rounded(others) };
    found({ case: name, servers, seconds: run.seconds, cpu, parts: parts(spans) }, spans);
  }
}

/** `others` are the processor's seconds that neither the client nor this process had. */
async function once(
  { sextant, hosts, file }: Setting,
  name: CaseName,
  standing: Standing | undefined,
): Promise<{ run: ClientRun; release: Release; others: number }> {
  const release = releaseFor(name, standing, "exit");
  await sextant.prepare(hosts, name, release);
  await hosts.all(endSessions);
  const command = sextant.command(hosts, name, release);
  const args = [...command.args, "--otel-traces", `file://${file}`];
  const [busy, own] = [busySeconds(readFileSync("/proc/stat", "utf8")), process.cpuUsage()];
  const run = await runClient({ ...command, args });
  const { user, system } = process.cpuUsage(own);
  const all = busySeconds(readFileSync("/proc/stat", "utf8")) - busy;
  if ((run.code !== 0) !== (cases[name].fails === true))
    throw new Error(`bench trace: ${cases[name].title}: exit ${run.code}\n${run.text}`);
  // The kernel counts in hundredths, each of these for itself: nothing may come out below nothing.
  return { run, release, others: Math.max(0, all - run.cpuSeconds - (user + system) / 1e6) };
}

function partRows(found: readonly Part[]): Record<string, string | number>[] {
  return found.map(({ name, wall, sum, count, from, to }) => ({
    part: name,
    wall: rounded(wall),
    sum: rounded(sum),
    count,
    from: rounded(from),
    to: rounded(to),
  }));
}

/** The longest calls that do something to a resource or start something. */
function longest(spans: readonly Span[]): Record<string, string | number>[] {
  return spans
    .filter(({ name }) => /^(ResourceProvider\/|newPlugin|locateModule|gocloud)/.test(name))
    .sort((a, b) => b.end - b.start - (a.end - a.start))
    .slice(0, 20)
    .map(({ name, start, end, resource, program }) => ({
      call: name.replace(/^\w+\//, ""),
      about: resource ?? program ?? "",
      seconds: rounded((end - start) / 1000),
      from: rounded(start / 1000),
    }));
}
