/** A Pulumi program without a resource as a driver: the least that a preview can take. */
import type { LabFacts } from "../../lab/facts";
import { Workspace } from "../../lab/workspace";
import type { Hosts } from "../hosts/hosts";
import type { OnNode } from "../../lab/toolchain/node";
import type { ClientCommand } from "../client/run";
import type { CaseName } from "./cases";
import type { ToolDriver } from "./driver";

export class Empty implements ToolDriver {
  readonly tool = "empty";
  readonly port = 80;

  private constructor(
    private readonly workspace: Workspace,
    private readonly onNode: OnNode,
  ) {}

  static async make(facts: LabFacts, onNode: OnNode): Promise<Empty> {
    return new Empty(await Workspace.make(facts, "bench/empty", "cmp-empty"), onNode);
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  command(_hosts: Hosts, name: CaseName): ClientCommand {
    const { directory: cwd, env } = this.workspace;
    return {
      command: "pulumi",
      args: ["preview", "--non-interactive"],
      cwd,
      env: this.onNode(env, name !== "uncached"),
    };
  }

  reset(): Promise<void> {
    return Promise.resolve();
  }

  remove(): void {
    this.workspace.remove();
  }
}
