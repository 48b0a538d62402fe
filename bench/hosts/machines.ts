/** The lab's servers that the benchmarks deploy to: a stack of their own, so that no tool pays for making them. */
import type { LabFacts } from "../../lab/facts";
import { Workspace } from "../../lab/workspace";
import { Hosts } from "./hosts";

export class Machines {
  private constructor(
    private readonly facts: LabFacts,
    private readonly workspace: Workspace,
  ) {}

  /** None yet. */
  static async make(facts: LabFacts): Promise<Machines> {
    return new Machines(facts, await Workspace.make(facts, "bench/servers", "cmp-servers"));
  }

  /** The key that opens them. */
  get keyFile(): string {
    return this.workspace.keyFile;
  }

  /** Makes so many of them, or removes those that are too many. */
  async count(servers: number): Promise<Hosts> {
    await this.workspace.pulumi(["up", "--yes", "--skip-preview"], settings(servers));
    const { list } = await this.workspace.outputs<{ list: { name: string; address: string }[] }>();
    return Hosts.find(this.facts, list);
  }

  /** Removes all of them. */
  async remove(): Promise<void> {
    await this.workspace.pulumi(["destroy", "--yes", "--skip-preview"], settings(0));
    this.workspace.remove();
  }
}

const settings = (servers: number): { BENCH: string } => ({ BENCH: JSON.stringify({ servers }) });
