/** A stack of the proxy's program: pulumi on the command line, which a test may also interrupt, and ssh. */
import { spawn } from "node:child_process";
import { expect } from "vitest";
import { run } from "../../../lab/docker/exec";
import type { LabFacts } from "../../../lab/facts";
import { on } from "../../../lab/ssh";
import { type Ran, Workspace } from "../../../lab/workspace";
import { deployed, type Edit } from "./edit";

/** A resource of a state. */
interface Resource {
  urn: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
}

export class Stack {
  private constructor(
    private readonly workspace: Workspace,
    readonly edit: Edit,
  ) {}

  static async make(facts: LabFacts, name: string, edit: Edit): Promise<Stack> {
    return new Stack(await Workspace.make(facts, "test/lab/proxy/program", name), edit);
  }

  get keyFile(): string {
    return this.workspace.keyFile;
  }

  async tryUp(change: Partial<Edit>, ...flags: string[]): Promise<Ran> {
    const edit = { ...this.edit, ...change };
    const ran = await this.workspace.tryPulumi(["up", "--yes", "--skip-preview", ...flags], deployed(edit));
    console.log(
      `pulumi up ${JSON.stringify(change)} ${flags.join(" ")}: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`,
    );
    return ran;
  }

  async up(change: Partial<Edit> = {}, ...flags: string[]): Promise<string> {
    const ran = await this.tryUp(change, ...flags);
    expect(ran.code, ran.text).toBe(0);
    return ran.text;
  }

  /** That the program is as it was deployed: a preview finds no change. */
  async unchanged(change: Partial<Edit> = {}): Promise<void> {
    await this.workspace.pulumi(["preview", "--expect-no-changes"], deployed({ ...this.edit, ...change }));
  }

  /**
   * `pulumi up` that is ended as soon as it prints a line: by one Ctrl-C, or with everything that it has started, as by a machine that
   * loses its power; then the state's lock is taken away as Pulumi says.
   */
  async cut(change: Partial<Edit>, at: RegExp, how: "SIGINT" | "SIGKILL"): Promise<string> {
    const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"], {
      cwd: this.workspace.directory,
      env: { ...process.env, ...this.workspace.env, ...deployed({ ...this.edit, ...change }) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    let ended = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        if (ended || child.pid === undefined || !at.test(text)) return;
        ended = true;
        if (how === "SIGINT") child.kill("SIGINT");
        else void killAll(child.pid);
      });
    }
    await new Promise((resolve) => child.on("exit", resolve));
    expect(ended, text).toBe(true);
    if (how === "SIGKILL") await this.workspace.pulumi(["cancel", "--yes"]);
    return text;
  }

  /** Takes a resource out of the state, as where it was lost; whatever is on the host stays. */
  async lose(ending: RegExp): Promise<void> {
    const state = JSON.parse(await this.workspace.pulumi(["stack", "export"])) as {
      deployment: { resources: Resource[] };
    };
    const { resources } = state.deployment;
    const lost = resources.filter(({ urn }) => ending.test(urn)).map(({ urn }) => urn);
    expect(lost).toHaveLength(1);
    const kept = (urns: string[]): string[] => urns.filter((urn) => !lost.includes(urn));
    state.deployment.resources = resources
      .filter(({ urn }) => !lost.includes(urn))
      .map((resource) => ({
        ...resource,
        dependencies: kept(resource.dependencies ?? []),
        propertyDependencies: Object.fromEntries(
          Object.entries(resource.propertyDependencies ?? {}).map(([name, urns]) => [name, kept(urns ?? [])]),
        ),
      }));
    await this.workspace.pulumi(["stack", "import"], {}, JSON.stringify(state));
  }

  async address(): Promise<string> {
    return (await this.workspace.outputs<{ address: string }>()).address;
  }

  async destroy(): Promise<void> {
    await this.workspace.pulumi(["destroy", "--yes", "--skip-preview"], deployed(this.edit));
  }

  remove(): void {
    this.workspace.remove();
  }
}

/** Runs a command on the server as root. */
export async function onServer(keyFile: string, address: string, command: string): Promise<string> {
  return on({ address, keyFile }, command);
}

/** Ends a process and all that it has started, at once. */
async function killAll(root: number): Promise<void> {
  const lines = (await run("ps", ["-eo", "pid=,ppid="])).trim().split("\n");
  const parents = lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const all = [root];
  for (const one of all) all.push(...parents.flatMap(([pid, parent]) => (parent === one ? [pid] : [])));
  for (const pid of all) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}
