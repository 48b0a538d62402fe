/** The rounds on so many servers: a changed page by each tool in turn, then each command by each tool in turn. */
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../../lab/load/request";
import { runClient } from "../client/run";
import type { Hosts } from "../hosts/hosts";
import { endSessions, takeTurn } from "../hosts/scripts";
import { startTraffic } from "../traffic/traffic";
import { firstAnswer } from "./answer";
import { type Asked, type Tool, asked, inTurn, questionFor } from "./cases";
import type { ClientBytes } from "./client-bytes";
import type { ToolDriver } from "./driver";
import type { ShipRun } from "./figures";
import { type Layer, changedBytes } from "./layers";
import type { Repository } from "./repository";
import { type SiteHost, routeHost } from "./site";

export interface Bench {
  drivers: Readonly<Record<Tool, ToolDriver>>;
  repository: Repository;
  rounds: number;
  progress(line: string): void;
  /** Called after each run. */
  keep(run: ShipRun): void;
}

/** Requests a second over all servers: Rails on two cores, beside the tools and the servers themselves. */
const rate = 20;
/** While containers boot on the cores that serve, an answer may be late, and must not be missing. */
const timeoutMs = 30_000;

type Change = Awaited<ReturnType<Repository["change"]>>;

export class Rounds {
  private readonly layers = new Map<Tool, Layer[]>();
  private bytes: ClientBytes | undefined;

  constructor(
    private readonly bench: Bench,
    private readonly hosts: Hosts,
    private readonly list: readonly SiteHost[],
  ) {}

  /** @param bytes the counter, which is there once the servers are */
  async run(bytes: ClientBytes): Promise<void> {
    this.bytes = bytes;
    const { bench } = this;
    await this.establish();
    for (let round = 1; round <= bench.rounds; round += 1) {
      const change = await bench.repository.change();
      for (const tool of inTurn(round)) await this.ship(bench.drivers[tool], change, round);
      for (const [at, name] of asked.entries())
        for (const tool of inTurn(round + at)) await this.answer(bench.drivers[tool], name, change, round);
    }
  }

  /** What no figure is made from: the first build with the app's base, proxies, registry, and the app on all hosts. */
  private async establish(): Promise<void> {
    const { bench } = this;
    const change = await bench.repository.change();
    for (const tool of inTurn(0)) {
      const driver = bench.drivers[tool];
      bench.progress(`${this.list.length} servers: the first release by ${tool}`);
      await this.hosts.all(takeTurn(tool));
      const { code, text } = await runClient(driver.first(this.list));
      if (code !== 0) throw new Error(`bench ship: the first release by ${tool}: exit ${code}\n${text}`);
      if (tool === "sextant") await this.prepareDatabase();
      await this.check(driver, change);
      this.layers.set(tool, await driver.layers(change.commit));
    }
  }

  /** The tables, by the container that is there first; done again it changes nothing. */
  private async prepareDatabase(): Promise<void> {
    const [first] = this.list;
    const app = "$(docker ps --quiet --filter label=sextant.app=shop | head -n 1)";
    await this.hosts.run(first?.name ?? "", `docker exec ${app} bin/rails db:prepare </dev/null\n`);
  }

  private async ship(driver: ToolDriver, change: Change, round: number): Promise<void> {
    const { tool } = driver;
    const traffic = await startTraffic({
      ...{ targets: this.targets(driver), host: routeHost },
      ...{ rate, timeoutMs, slowSeconds: 0 },
    });
    let seen: Awaited<ReturnType<typeof traffic.stop>> | undefined;
    const { seconds, bytes } = await this.measured(driver, async () => {
      await sleep(1000);
      const client = await runClient(driver.ship()).finally(async () => {
        seen = await traffic.stop();
      });
      if (client.code !== 0)
        throw new Error(
          `bench ship: ${tool}, ${this.list.length} servers: exit ${client.code}\n${client.text}`,
        );
      return client.seconds;
    });
    await this.check(driver, change);
    const layers = await driver.layers(change.commit);
    const changed = changedBytes(this.layers.get(tool) ?? [], layers);
    this.layers.set(tool, layers);
    const { requests, lost, losses } = seen?.report ?? { requests: 0, lost: 0, losses: [] };
    this.keep({ round, case: "ship", tool, seconds, bytes, layers: changed, requests, lost });
    for (const loss of losses) this.bench.progress(`lost: ${JSON.stringify(loss)}`);
  }

  private async answer(driver: ToolDriver, name: Asked, change: Change, round: number): Promise<void> {
    const { tool } = driver;
    const { words, answer } = questionFor(tool, name, change.commit);
    const { seconds, bytes } = await this.measured(driver, () => firstAnswer(driver.ask(words), answer));
    this.keep({ round, case: name, tool, seconds, bytes });
  }

  /** Runs what a user begins minutes after the last command: no session is open, and the tool's proxy has its name. */
  private async measured(
    { tool }: ToolDriver,
    work: () => Promise<number>,
  ): Promise<{ seconds: number; bytes: number }> {
    await this.hosts.all(takeTurn(tool) + endSessions);
    await this.bytes?.start();
    const seconds = await work();
    return { seconds, bytes: (await this.bytes?.sent()) ?? 0 };
  }

  private keep(run: Omit<ShipRun, "servers">): void {
    const { progress, keep } = this.bench;
    const servers = this.list.length;
    keep({ servers, ...run });
    const lost = run.requests === undefined ? "" : `, lost ${run.lost ?? 0} of ${run.requests}`;
    progress(
      `${servers} servers, round ${run.round}: ${run.case}, ${run.tool}: ${run.seconds.toFixed(1)} s, ${Math.round(run.bytes / 1000)} kB${lost}`,
    );
  }

  private targets({ port }: ToolDriver): string[] {
    return this.list.map(({ address }) => `http://${address}:${port}`);
  }

  /** A tool that says that it is done has to have done it, on every server. */
  private async check(driver: ToolDriver, { page }: Change): Promise<void> {
    for (const target of this.targets(driver)) {
      const answer = await ask({ method: "GET", url: `${target}/whoami`, host: routeHost, timeoutMs });
      if (answer.status !== 200 || answer.version !== page)
        throw new Error(
          `bench ship: ${driver.tool}: ${target} answers ${answer.status} with ${answer.version}, not with ${page}`,
        );
    }
  }
}
