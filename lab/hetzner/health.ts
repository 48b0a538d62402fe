/** The health of load balancers' targets, asked of the machine side now and then, so that reads need not wait. */
import type { Machines, TargetHealth } from "../machine/machines";
import type { Store } from "./store";

export type Health = "healthy" | "unhealthy" | "unknown";

const everyMs = 1000;

export class HealthMonitor {
  private readonly known = new Map<number, TargetHealth>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: Store,
    private readonly machines: Machines,
    private readonly log: (line: string) => void,
  ) {}

  start(): void {
    this.timer = setTimeout(() => {
      void this.refresh().finally(() => {
        if (this.timer) this.start();
      });
    }, everyMs);
    this.timer.unref();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** What the balancer last said of a target; `unknown` until it has said something. */
  of(balancer: number, listenPort: number, target: string): Health {
    const entry = this.known
      .get(balancer)
      ?.find((each) => each.target === target && each.listenPort === listenPort);
    return entry === undefined ? "unknown" : entry.healthy ? "healthy" : "unhealthy";
  }

  /** Asks every balancer that has something to check. */
  async refresh(): Promise<void> {
    for (const balancer of this.store.all("load_balancers")) {
      if (balancer.services.length === 0 || balancer.targets.length === 0) continue;
      try {
        this.known.set(balancer.id, await this.machines.loadBalancerHealth(String(balancer.id)));
      } catch (error) {
        this.known.delete(balancer.id);
        this.log(`health of load balancer ${balancer.name}: ${String(error)}`);
      }
    }
  }
}
