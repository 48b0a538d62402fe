/** A Pulumi program without a resource as a contender: the least that a preview can take. */
import type { LabFacts } from "../../lab/facts";
import { Workspace } from "../../lab/workspace";
import type { ClientCommand } from "../client/run";
import type { Contender } from "./contender";

export class Empty implements Contender {
  readonly tool = "empty";
  readonly port = 80;

  private constructor(private readonly workspace: Workspace) {}

  static async make(facts: LabFacts): Promise<Empty> {
    return new Empty(await Workspace.make(facts, "bench/empty", "cmp-empty"));
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  command(): ClientCommand {
    const { directory: cwd, env } = this.workspace;
    return { command: "pulumi", args: ["preview", "--non-interactive"], cwd, env };
  }

  reset(): Promise<void> {
    return Promise.resolve();
  }

  remove(): void {
    this.workspace.remove();
  }
}
