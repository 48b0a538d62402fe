/** The rounds on some servers: every case by every tool in turn, and what has to stand before each. */
import type { Hosts } from "../hosts/hosts";
import { forgetImages } from "../hosts/scripts";
import { runClient } from "../client/run";
import { type CaseName, type Standing, type Tool, cases, releaseFor, standingAfter } from "./cases";
import type { ToolDriver } from "./driver";
import { type Setting, measure, rest } from "./measure";
import type { Options } from "./options";
import { type Results, withoutCutOff } from "./record";

/** Both ways of Kamal deploy the same app: what one left stands for the other. */
type Family = "sextant" | "kamal" | "empty";
const familyOf = (tool: Tool): Family => (tool === "kamal-serial" ? "kamal" : tool);

export interface Bench {
  options: Options;
  drivers: readonly ToolDriver[];
  results: Results;
  /** Called after each run, so that what was measured is kept. */
  save(): void;
  progress(line: string): void;
  /** Aborted when the user wants it to end: after the run that is going on. */
  stop: AbortSignal;
}

export class Rounds {
  private readonly standings = new Map<Family, Standing | undefined>();

  constructor(
    private readonly bench: Bench,
    private readonly hosts: Hosts,
    private readonly servers: number,
  ) {}

  async run(): Promise<void> {
    const { options, results, stop } = this.bench;
    await this.clear();
    for (let round = options.warmUp ? 0 : 1; round <= options.rounds; round += 1) {
      const kept = withoutCutOff(results.runs, { servers: this.servers, round }, this.parts());
      if (kept === undefined) continue;
      // Of a round that was cut off nothing stays: what its tools had on the servers is gone.
      results.runs = kept;
      for (const [at, name] of options.cases.entries()) {
        const these = this.inTurn(name, round + at);
        stop.throwIfAborted();
        // Before any is measured: Kamal's clean-up ends with an error where the other tool is versions ahead, as it
        // takes an image that is in use there.
        for (const driver of these) await this.establish(driver, name);
        for (const driver of these) await this.one(driver, name, round);
      }
    }
  }

  /** What a round is made of. */
  private parts(): { name: CaseName; tool: Tool }[] {
    return this.bench.options.cases.flatMap((name) =>
      this.inTurn(name, 0).map(({ tool }) => ({ name, tool })),
    );
  }

  /** The tools of a case; another one begins each time, so that none has always the same one before it. */
  private inTurn(name: CaseName, turn: number): ToolDriver[] {
    const these = this.bench.drivers.filter(({ tool }) => cases[name].tools.includes(tool));
    const first = these.length === 0 ? 0 : turn % these.length;
    return [...these.slice(first), ...these.slice(0, first)];
  }

  private async one(driver: ToolDriver, name: CaseName, round: number): Promise<void> {
    const { results, options, progress, save, stop } = this.bench;
    stop.throwIfAborted();
    const { tool } = driver;
    const setting: Setting = { hosts: this.hosts, servers: this.servers, round, traffic: results.traffic };
    const family = familyOf(tool);
    if (name === "first") await this.clear();
    else if (family !== "empty") await this.atRest(driver, setting);
    const standing = this.standings.get(family);
    const release = releaseFor(name, standing, options.failure);
    const { run, losses } = await measure(driver, setting, name, { release, standing: standing?.current });
    this.standings.set(family, standingAfter(name, release, standing));
    results.runs.push(run);
    save();
    const lost = run.load ? `, lost ${run.load.lost} of ${run.load.requests}` : "";
    progress(
      `${this.servers} servers, round ${round}: ${cases[name].title}, ${tool}: ${run.seconds.toFixed(1)} s${lost}`,
    );
    for (const loss of losses) progress(`lost: ${JSON.stringify(loss)}`);
  }

  /** Nothing of any tool on the servers. */
  private async clear(): Promise<void> {
    for (const driver of this.bench.drivers) await driver.reset(this.hosts);
    this.standings.clear();
    await this.hosts.all(forgetImages);
  }

  /** Deploys, out of the record, until there is what the case begins with; a first deploy begins with nothing. */
  private async establish(driver: ToolDriver, name: CaseName): Promise<void> {
    const family = familyOf(driver.tool);
    if (family === "empty" || name === "first") return;
    const missing = (): boolean => {
      const standing = this.standings.get(family);
      return (
        standing === undefined ||
        standing.failed === true ||
        (name === "rollback" && standing.previous === undefined)
      );
    };
    for (let tries = 0; missing() && tries < 3; tries += 1) {
      const standing = this.standings.get(family);
      const step: CaseName = standing === undefined ? "first" : "deploy";
      const release = releaseFor(step, standing, this.bench.options.failure);
      await driver.prepare(this.hosts, step, release);
      const { code, text } = await runClient(driver.command(this.hosts, step, release));
      if (code !== 0) throw new Error(`${driver.tool}, between two cases: exit ${code}\n${text}`);
      this.standings.set(family, standingAfter(step, release, standing));
    }
  }

  private async atRest(driver: ToolDriver, setting: Setting): Promise<void> {
    const { results, save } = this.bench;
    const tool = familyOf(driver.tool);
    const { servers, round } = setting;
    if (results.rests.some((each) => each.servers === servers && each.round === round && each.tool === tool))
      return;
    results.rests.push({ ...(await rest(driver, setting)), tool });
    save();
  }
}
