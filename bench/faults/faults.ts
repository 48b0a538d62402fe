/**
 * `npm run bench -- faults`: what goes wrong at each step of a `pulumi up`, under steady load, and what it takes until the stack is as the
 * program has it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chance } from "../../lab/chance";
import { repoRoot } from "../../lab/paths";
import { converge, type Converged } from "./converge";
import { after, before, edited, plain, type Edit } from "./edit";
import type { TimedStep } from "../../lab/events";
import { complaintsIn, isQuoted, quotedIn } from "./explained";
import type { Host } from "./host";
import { Loads } from "./loads";
import { parseFaultOptions } from "./options";
import { plan, titleOf, type Change, type Fault, type References, type Row } from "./plan";
import { endAtOnce, partOf, processesOf } from "./processes";
import { endRuns, type Run } from "./run";
import { strikes, type Target } from "./strike";
import { FaultWorld } from "./world";

interface Result {
  fault: Fault;
  step: string;
  /** What the next `pulumi up` deployed. */
  next: string;
  /** Exit code of the run that was struck; `-` where a signal ended it. */
  exit: string;
  requests: number;
  /** Requests lost on hosts that were up. */
  lost: number;
  converged: boolean;
  /** From the fault to the end of the `pulumi up` that converged. */
  seconds: number;
  generations: number;
  by: string;
  /** What of the run that was struck still ran in the end. */
  left: string;
  /** Whether all was as it is promised. */
  well: boolean;
}

const progress = (line: string): void => {
  console.error(line);
};

/** How long what is left of a run may take to end by itself. */
const leaving = 15_000;
/** How long ssh keeps a connection without use, and a little more. */
const warm = 45_000;
/** Pulumi's own processes, which are told nothing when it is killed, and do nothing more for the stack. */
const harmless = new Set(["language host", "program", "hcloud", "command", "docker"]);

export async function faults(args: string[]): Promise<void> {
  const options = parseFaultOptions(args);
  const world = await FaultWorld.start(progress);
  const bench = new FaultBench(world);
  // They have groups of their own, which a terminal's ^C does not reach.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      endRuns();
      bench.report();
      bench.judge();
      process.exit(130);
    });
  const late = performance.now() + (options.minutes ?? Infinity) * 60_000;
  try {
    await bench.begin();
    const references: References = await bench.references(options.changes);
    const draw = (what: string, most: number): number => chance(`bench faults: ${what}`).integer(0, most);
    const rows = plan(references, { ...options, draw });
    progress(`${rows.length} rows`);
    for (const [at, row] of rows.entries()) {
      if (performance.now() > late) {
        progress(`${rows.length - at} rows are left out: the time is up`);
        process.exitCode = 1;
        break;
      }
      progress(
        `${at + 1}/${rows.length} ${titleOf(row)} (${row.step.name}, at ${row.moment}), then ${row.next}`,
      );
      await bench.row(row);
    }
    await bench.coolDown();
  } finally {
    bench.report();
    await world.end(bench.standing);
  }
  bench.judge();
}

class FaultBench {
  readonly results: Result[] = [];
  /** What the stack has. */
  standing: Edit = plain;
  private readonly said = new Map<string, number>();
  private readonly began = performance.now();

  constructor(private readonly world: FaultWorld) {}

  /** The first deploy of all, which is killed while the first server is being made. */
  async begin(): Promise<void> {
    const server = { op: "create", type: "hcloud:index/server:Server", name: "faults-1", ms: 2000 };
    await this.strike("begin", { fault: "kill -9 pulumi", step: server, moment: 0.5, next: "same" }, plain);
  }

  /** Makes each change once with nothing in its way, and takes its steps. */
  async references(of: readonly Change[]): Promise<References> {
    const references: Partial<Record<Change, readonly TimedStep[]>> = {};
    for (const change of of) {
      await this.prepare(change);
      const next = edited[change](this.standing);
      const { code, text, steps, seconds } = await this.world.up(next).ended;
      if (code !== 0)
        throw new Error(`bench faults: ${change}, with nothing in its way: exit ${String(code)}\n${text}`);
      this.standing = next;
      const wrong = await this.world.wrong(next);
      if (wrong.length > 0) {
        progress(`${change}, with nothing in its way: ${wrong.join("; ")}`);
        process.exitCode = 1;
      }
      progress(`${change}: ${steps.length} steps in ${seconds.toFixed(1)} s`);
      references[change] = steps;
    }
    return references;
  }

  async row(row: Row): Promise<void> {
    await this.prepare(row.change);
    await this.strike(row.change, row, edited[row.change](this.standing));
  }

  /** Brings the stack to where a change begins. */
  private async prepare(change: Change): Promise<void> {
    const wanted = before(this.standing);
    if (JSON.stringify(wanted) === JSON.stringify(this.standing)) return;
    const { code, text } = await this.world.up(wanted).ended;
    if (code !== 0) throw new Error(`bench faults: before ${change}: exit ${String(code)}\n${text}`);
    this.standing = wanted;
  }

  private async strike(change: string, row: Omit<Row, "change">, edit: Edit): Promise<void> {
    const { fault, step, moment, next } = row;
    const hosts = await this.world.hosts();
    for (const { generations } of hosts) generations.take();
    const loads = new Loads(change === "begin" ? [] : hosts);
    const struck = this.world.up(edit);
    const result: Result = {
      ...{
        fault,
        step: titleOf({ change: change as Change, step, fault }).replace(/, .*/, ""),
        next,
        exit: "",
        requests: 0,
      },
      ...{ lost: 0, converged: false, seconds: 0, generations: 0, by: "", left: "", well: false },
    };
    const wrong: string[] = [];
    const texts: string[] = [];
    try {
      if (!(await struck.within(step, moment * step.ms))) wrong.push("the step did not come");
      const at = performance.now();
      await this.happen(fault, struck, hosts.find(({ name }) => step.name.includes(name)) ?? hosts[0], loads);
      const ended = await struck.ended;
      texts.push(ended.text);
      result.exit = ended.code === undefined ? "-" : String(ended.code);
      const wanted = { same: edit, newer: { ...edit, version: after(edit.version) }, former: this.standing }[
        next
      ];
      const done = await converge(this.world, wanted, next === "former");
      texts.push(...done.texts);
      wrong.push(...done.wrong);
      this.standing = wanted;
      Object.assign(result, {
        converged: done.converged,
        by: done.by,
        seconds: Math.round((done.at - at) / 100) / 10,
      });
      result.left = await this.leftOver(struck, done, wrong);
    } catch (error) {
      // Nothing else is begun beside it.
      await struck.ended;
      wrong.push(error instanceof Error ? error.message : String(error));
    }
    const { requests, lost, losses } = await loads.stop();
    Object.assign(result, { requests, lost });
    if (lost > 0) wrong.push(`lost: ${losses.join("\n      ")}`);
    result.generations = Math.max(
      0,
      ...(await this.world.hosts()).map(({ generations }) => generations.take()),
    );
    if (result.generations > 2) wrong.push(`${result.generations} generations of a role at a time`);
    result.well = result.converged && wrong.length === 0;
    this.note(texts);
    this.results.push(result);
    progress(JSON.stringify(result));
    if (wrong.length > 0) {
      progress(`  WRONG: ${wrong.join("\n  ")}\n--- what Pulumi said:\n${texts.join("\n---\n")}`);
      await this.bringBack();
    }
  }

  /** Lets the fault happen, and ends it. */
  private async happen(fault: Fault, run: Run, host: Host | undefined, loads: Loads): Promise<void> {
    const { begin, end, seconds = 0, takesHostDown = false } = strikes[fault];
    if (run.hasEnded) return;
    const target: Target = {
      pid: run.pid,
      processes: () => [...run.processes(), ...this.world.warm()],
      ended: () => run.hasEnded,
      onHost: (command) =>
        host === undefined ? Promise.reject(new Error("there is no host")) : host.run(command),
      reset: () =>
        host === undefined ? Promise.reject(new Error("there is no host")) : this.world.reset(host),
    };
    if (takesHostDown && host !== undefined) await loads.without(host);
    try {
      await begin(target);
      if (end !== undefined) await Promise.race([sleep(seconds * 1000), run.ended]);
    } finally {
      await end?.(target);
    }
    if (!takesHostDown || host === undefined) return;
    await run.ended;
    await this.world.isBack(host);
    loads.with(host);
  }

  /** What still runs of a run that was struck, and of earlier ones on the hosts. Pulumi's own, which is told nothing, is ended. */
  private async leftOver(struck: Run, done: Converged, wrong: string[]): Promise<string> {
    const deadline = performance.now() + leaving;
    // Connections that are kept warm are looked at in the end, as every run of the half minute uses them.
    const ours = () =>
      [struck.mark, ...done.runs].flatMap(processesOf).filter(({ args }) => !args.startsWith("ssh: "));
    const bad = () => ours().filter((each) => !harmless.has(partOf(each)));
    while (bad().length > 0 && performance.now() < deadline) await sleep(500);
    const left = ours();
    for (const each of bad()) wrong.push(`left of a run: ${each.args}`);
    left.forEach(endAtOnce);
    const names = [...new Set(left.map(partOf))];
    for (const host of await this.world.hosts()) {
      const old = async () => {
        const age = (performance.now() - done.last) / 1000;
        return (await host.scripts()).filter(({ seconds }) => seconds > age + 1);
      };
      let scripts = await old();
      while (scripts.length > 0 && performance.now() < deadline) {
        await sleep(1000);
        scripts = await old();
      }
      for (const { args, seconds } of scripts) {
        progress(`  on ${host.name} since ${seconds} s: ${args.replace(/\s+/g, " ").slice(0, 300)}`);
        names.push(`${host.name}: ${args.replace(/^.*\s(\w+) \/usr\/local.*$/s, "$1").slice(0, 40)}`);
      }
    }
    return [...new Set(names)].join(", ");
  }

  /** After a row that did not end well. */
  private async bringBack(): Promise<void> {
    const { world, standing } = this;
    await world.pulumi(standing, "cancel", "--yes");
    for (const flags of [[], ["--refresh"], ["--refresh"]]) {
      const { code } = await world.up(standing, ...flags).ended;
      const wrong = code === 0 ? await world.wrong(standing) : [`exit ${String(code)}`];
      if (wrong.length === 0) return;
      progress(`  bringing it back: ${wrong.join("; ")}`);
    }
    throw new Error("bench faults: the stack does not come back");
  }

  /** Keeps what Pulumi says of what went wrong, without numbers. */
  private note(texts: readonly string[]): void {
    for (const line of new Set(texts.flatMap(complaintsIn).map((each) => each.replace(/\d+/g, "N"))))
      this.said.set(line, (this.said.get(line) ?? 0) + 1);
  }

  /** Waits until no connection is kept warm any more. */
  async coolDown(): Promise<void> {
    const deadline = performance.now() + warm;
    while (this.world.warm().length > 0 && performance.now() < deadline) await sleep(1000);
    for (const { args, pid } of this.world.warm()) {
      progress(`left: ${pid} ${args}`);
      process.exitCode = 1;
    }
  }

  report(): void {
    const quotes = quotedIn(readFileSync(join(repoRoot, "docs/interrupted.md"), "utf8"));
    progress("What Pulumi said, in so many rows:");
    for (const [line, times] of [...this.said].sort(([, a], [, b]) => b - a))
      progress(
        `${String(times).padStart(4)}  ${line}${isQuoted(line.replaceAll("N", "1"), quotes) ? "" : "  (not in docs/interrupted.md)"}`,
      );
    console.table(this.results);
    progress(`${this.results.length} rows in ${((performance.now() - this.began) / 60_000).toFixed(1)} min`);
  }

  /** The last line, and the exit code. */
  judge(): void {
    if (!this.results.every(({ well }) => well)) process.exitCode = 1;
    const rows = this.results.map(({ fault, step, lost, converged, by }) => ({
      fault,
      step,
      lost,
      converged,
      by,
    }));
    console.log(JSON.stringify({ faults: rows }));
  }
}
