/** Requests while something goes wrong. */
import { type Load, type LoadReport, startLoad } from "../../lab/load/load";
import type { Host } from "./host";

/** Requests for the shop on each host that is up, counted for all hosts together. */
export class Loads {
  private readonly running = new Map<string, Load>();
  private readonly ended: LoadReport[] = [];

  constructor(hosts: readonly Host[]) {
    for (const host of hosts) this.with(host);
  }

  with(host: Host): void {
    this.running.set(
      host.name,
      startLoad({ targets: [host.url], host: "shop.faults", rate: 20, slowSeconds: 1 }),
    );
  }

  /** A host goes down: what was asked of it is answered first. */
  async without({ name }: Host): Promise<void> {
    const load = this.running.get(name);
    this.running.delete(name);
    if (load !== undefined) this.ended.push(await load.stop());
  }

  async stop(): Promise<{ requests: number; lost: number; losses: string[] }> {
    const loads = [...this.running.values()];
    this.ended.push(...(await Promise.all(loads.map((load) => load.stop()))));
    return {
      requests: this.ended.reduce((sum, { requests }) => sum + requests, 0),
      lost: this.ended.reduce((sum, { lost }) => sum + lost, 0),
      losses: this.ended.flatMap(({ losses }) => losses.map((loss) => JSON.stringify(loss))),
    };
  }
}
