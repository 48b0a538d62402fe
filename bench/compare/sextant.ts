/** Sextant as a driver: `pulumi up` of a program that says what Kamal's configuration says. */
import type { LabFacts } from "../../lab/facts";
import { Workspace } from "../../lab/workspace";
import type { Hosts } from "../hosts/hosts";
import { fetchImage, forgetImage, takeTurn } from "../hosts/scripts";
import type { OnNode } from "../../lab/toolchain/node";
import type { ClientCommand } from "../client/run";
import { type CaseName, type Release, cases } from "./cases";
import type { ToolDriver } from "./driver";

/** As the README has it: with fewer than there are containers, those boot in turns. */
export const stepsAtATime = 64;

export class Sextant implements ToolDriver {
  readonly tool = "sextant";
  readonly port = 80;

  private constructor(
    private readonly facts: LabFacts,
    private readonly workspace: Workspace,
    private readonly onNode: OnNode,
  ) {}

  /** An empty stack whose servers open to this key. */
  static async make(facts: LabFacts, keyFile: string, onNode: OnNode): Promise<Sextant> {
    const workspace = await Workspace.make(facts, "bench/existing", "cmp", "compiled");
    await workspace.pulumi(["config", "set", "sshKeyFile", keyFile]);
    return new Sextant(facts, workspace, onNode);
  }

  async prepare(hosts: Hosts, name: CaseName, { version }: Release): Promise<void> {
    const { registry } = this.facts;
    const image = `${registry.address}/lite:${version}`;
    await hosts.all(takeTurn("sextant") + imageLines(name, image, registry));
  }

  command(hosts: Hosts, name: CaseName, release: Release): ClientCommand {
    return {
      command: "pulumi",
      args:
        cases[name].harmless === true
          ? ["preview", "--non-interactive"]
          : ["up", "--yes", "--skip-preview", "--non-interactive"],
      cwd: this.workspace.directory,
      env: this.onNode(
        { ...this.workspace.env, PULUMI_PARALLEL: String(stepsAtATime), ...this.settings(hosts, release) },
        name !== "uncached",
      ),
    };
  }

  async reset(hosts: Hosts): Promise<void> {
    await hosts.all(takeTurn("sextant"));
    const settings = this.settings(hosts, { version: "v1", env: {} });
    await this.workspace.pulumi(["destroy", "--yes", "--skip-preview"], settings);
  }

  remove(): void {
    this.workspace.remove();
  }

  private settings(hosts: Hosts, release: Release): { BENCH: string } {
    return { BENCH: JSON.stringify({ hosts: hosts.list, release }) };
  }
}

/** The other tool cleans up images of this one, too: what this one would have kept is brought back. */
function imageLines(name: CaseName, image: string, registry: LabFacts["registry"]): string {
  switch (name) {
    case "first":
    case "preview":
    case "uncached":
      return "";
    case "rollback":
    case "config":
    case "same":
      return fetchImage(image, registry);
    case "deploy":
    case "slow":
    case "failed":
      return forgetImage(image);
  }
}
