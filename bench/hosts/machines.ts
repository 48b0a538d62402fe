/** The lab's servers that the benchmarks deploy to: a stack of their own, so that no tool pays for making them. */
import type { LabFacts } from "../../lab/facts";
import { Workspace } from "../../lab/workspace";
import { type Host, Hosts } from "./hosts";

export class Machines {
  private constructor(
    private readonly facts: LabFacts,
    private readonly workspace: Workspace,
  ) {}

  /**
   * None yet.
   * @param program which makes as many as `servers` of BENCH says, and has them as its output `list`
   * @param secrets of its configuration
   */
  static async make(
    facts: LabFacts,
    program = "bench/servers",
    secrets: Readonly<Record<string, string>> = {},
  ): Promise<Machines> {
    const workspace = await Workspace.make(facts, program, "cmp-servers");
    for (const [name, value] of Object.entries(secrets)) await workspace.setSecret(name, value);
    return new Machines(facts, workspace);
  }

  /** The key that opens them. */
  get keyFile(): string {
    return this.workspace.keyFile;
  }

  /** Makes so many of them, or removes those that are too many. */
  async count(servers: number): Promise<Hosts> {
    await this.workspace.pulumi(["up", "--yes", "--skip-preview"], settings(servers));
    const { list } = await this.workspace.outputs<{ list: Omit<Host, "hostKey">[] }>();
    return Hosts.find(this.facts, list);
  }

  /** Removes all of them. */
  async remove(): Promise<void> {
    await this.workspace.pulumi(["destroy", "--yes", "--skip-preview"], settings(0));
    this.workspace.remove();
  }
}

const settings = (servers: number): { BENCH: string } => ({ BENCH: JSON.stringify({ servers }) });
