/** Servers of stacks of their own, which the tests of machines boot. */
import { expect } from "vitest";
import { chance } from "../../../lab/chance";
import { type Outcome, tryRun } from "../../../lab/docker/exec";
import { type LabFacts, factsOfLab } from "../../../lab/facts";
import { labUp } from "../../../lab/lab";
import { choose, noteChoiceFor } from "../../../lab/machine/system";
import { tryOn } from "../../../lab/ssh";
import { type Ran, Workspace } from "../../../lab/workspace";
import type { Edit } from "./edit";

/** The stacks of a file of tests, and the lab that they are on. */
export class Machines {
  private readonly made: { workspace: Workspace; edit: Edit }[] = [];

  private constructor(private readonly facts: LabFacts) {}

  static async start(): Promise<Machines> {
    const facts = await factsOfLab(
      await labUp((line) => {
        console.log(line);
      }),
    );
    return new Machines(facts);
  }

  /** An empty stack for a server of that system. */
  async of(os: string, change: Partial<Edit> = {}): Promise<Machine> {
    const name = `test-${os}-${chance(`name of ${os} ${this.made.length}`).text(3, 8, "bcdfghkl")}`;
    noteChoiceFor(name, choose(undefined, os));
    const edit = { name, image: "debian-12", apps: true, workers: 0, round: "one", ...change };
    const workspace = await Workspace.make(this.facts, "test/lab/machines/program", edit.name);
    this.made.push({ workspace, edit });
    return new Machine(workspace, edit);
  }

  /** Takes all of them away. */
  async end(): Promise<void> {
    for (const { workspace, edit } of this.made.reverse()) {
      await workspace.pulumi(["destroy", "--yes", "--skip-preview", "--refresh"], {
        MACHINES: JSON.stringify({ ...edit, apps: false }),
      });
      workspace.remove();
    }
  }
}

/** A server of a stack of its own, driven by pulumi and by ssh. */
export class Machine {
  constructor(
    private readonly workspace: Workspace,
    private readonly edit: Edit,
  ) {}

  get keyFile(): string {
    return this.workspace.keyFile;
  }

  async tryUp(change: Partial<Edit> = {}): Promise<Ran> {
    const edit = { ...this.edit, ...change };
    const ran = await this.workspace.tryPulumi(["up", "--yes", "--skip-preview"], {
      MACHINES: JSON.stringify(edit),
    });
    console.log(`${edit.name}: pulumi up: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`);
    return ran;
  }

  async up(change: Partial<Edit> = {}): Promise<void> {
    const ran = await this.tryUp(change);
    expect(ran.code, ran.text).toBe(0);
  }

  async address(): Promise<string> {
    return (await this.workspace.outputs<{ address: string }>()).address;
  }

  async ssh(command: string): Promise<Outcome> {
    return tryOn({ address: await this.address(), keyFile: this.keyFile }, command);
  }

  async says(command: string): Promise<string> {
    const outcome = await this.ssh(command);
    expect(outcome, command).toMatchObject({ code: 0 });
    return outcome.stdout.trim();
  }

  /** What the app answers through the proxy. */
  async serves(): Promise<string> {
    const { stdout } = await tryRun("curl", [
      ...[
        "--silent",
        "--noproxy",
        "*",
        "--max-time",
        "5",
        "--header",
        "Host: lite.test",
        "--output",
        "/dev/null",
      ],
      ...["--write-out", "%{http_code} %header{x-app-version}", `http://${await this.address()}/up`],
    ]);
    return stdout.trim();
  }
}
