/** Sextant ships: `pulumi up` has one server build, and the others pull from a registry on another one. */
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import type { LabFacts } from "../../lab/facts";
import { repoRoot } from "../../lab/paths";
import type { OnNode } from "../../lab/toolchain/node";
import { Workspace } from "../../lab/workspace";
import type { ClientCommand } from "../client/run";
import { stepsAtATime } from "../compare/sextant";
import type { ToolDriver } from "./driver";
import { type Layer, layersOf, manifestTypes } from "./layers";
import type { Repository } from "./repository";
import type { Site, SiteHost } from "./site";

export interface SextantParts {
  facts: LabFacts;
  onNode: OnNode;
  repository: Repository;
  keyFile: string;
  databasePassword: string;
  /** Runs shell lines as root on a server of that name, past its sshd. */
  onHost(name: string, script: string): Promise<string>;
}

export class Sextant implements ToolDriver {
  readonly tool = "sextant";
  readonly port = 80;
  private hosts: readonly SiteHost[] = [];

  private constructor(
    private readonly parts: SextantParts,
    private readonly workspace: Workspace,
  ) {}

  /** An empty stack, and the command of the library where `npx` finds it as in a project that has installed the library. */
  static async make(parts: SextantParts): Promise<Sextant> {
    const workspace = await Workspace.make(parts.facts, "bench/ship/program", "ship", "compiled");
    await workspace.pulumi(["config", "set", "sshKeyFile", parts.keyFile]);
    await workspace.setSecret("databasePassword", parts.databasePassword);
    const program = join(repoRoot, "dist/cli/main.js");
    chmodSync(program, 0o755);
    const bin = join(workspace.directory, "node_modules/.bin");
    mkdirSync(bin, { recursive: true });
    symlinkSync(program, join(bin, "sextant"));
    return new Sextant(parts, workspace);
  }

  first(hosts: readonly SiteHost[]): ClientCommand {
    this.hosts = hosts;
    return this.ship();
  }

  ship(): ClientCommand {
    return this.command("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"]);
  }

  ask(words: readonly string[]): ClientCommand {
    return this.command("npx", ["sextant", ...words]);
  }

  async layers(commit: string): Promise<Layer[]> {
    const { own } = await this.workspace.outputs<{ own: string }>();
    const files = "--cacert ca.crt --cert client.cert --key client.key";
    const ask = (path: string): Promise<string> =>
      this.parts.onHost(
        this.hosts[0]?.name ?? "",
        `cd /etc/docker/certs.d/${own} && curl --silent --show-error --fail --noproxy '*' --max-time 30 ${files} --header 'Accept: ${manifestTypes}' https://${own}${path}\n`,
      );
    return layersOf(ask, "shop", commit);
  }

  remove(): Promise<void> {
    this.workspace.remove();
    return Promise.resolve();
  }

  private command(command: string, args: string[]): ClientCommand {
    const { workspace, parts } = this;
    const site: Site = {
      hosts: [...this.hosts],
      context: relative(workspace.directory, parts.repository.directory),
    };
    const env = {
      ...workspace.env,
      PULUMI_PARALLEL: String(stepsAtATime),
      BENCH: JSON.stringify(site),
      // Once a day npx asks for a newer npm, which is no part of an answer, and nothing of the lab's.
      npm_config_update_notifier: "false",
    };
    return { command, args, cwd: workspace.directory, env: parts.onNode(env, true) };
  }
}
