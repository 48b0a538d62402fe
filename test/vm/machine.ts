/** One virtual machine of the lab with the small app on it, as a user drives it. */
import { get } from "node:http";
import { expect } from "vitest";
import { findDocker } from "../../lab/docker/docker";
import { tryRun } from "../../lab/docker/exec";
import { type LabFacts, factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { type LoadReport, startLoad } from "../../lab/load/load";
import { type Ran, Workspace } from "../../lab/workspace";
import type { Edit } from "./edit";

/** The host of the app's route. */
export const host = "shop.vm";

export class Machine {
  private address = "";

  private constructor(
    readonly facts: LabFacts,
    private readonly workspace: Workspace,
    private readonly server: string,
  ) {}

  /** Brings the lab up with virtual machines for servers, and makes an empty stack. */
  static async start(server: string, redisPassword: string): Promise<Machine> {
    const facts = await factsOfLab(
      await labUp((line) => {
        console.log(line);
      }),
    );
    const workspace = await Workspace.make(facts, "test/vm/program", "vm");
    await workspace.setSecret("redisPassword", redisPassword);
    return new Machine(facts, workspace, server);
  }

  /** `pulumi up` of the program as edited; each line is shown, since a machine in software takes its time. */
  async up(edit: Edit): Promise<Ran> {
    const ran = await this.workspace.tryPulumi(
      ["up", "--yes", "--skip-preview"],
      { VM: JSON.stringify(edit) },
      undefined,
      (line) => {
        console.log(line);
      },
    );
    console.log(`pulumi up: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`);
    if (ran.code === 0) this.address = (await this.workspace.outputs<{ address: string }>()).address;
    return ran;
  }

  /** Runs the work with a few requests a second all the while: the processor is a program. */
  async underLoad<T>(work: () => Promise<T>): Promise<{ done: T; load: LoadReport }> {
    const load = startLoad({ targets: [this.url], host, rate: 4, slowSeconds: 2, timeoutMs: 60_000 });
    try {
      return { done: await work(), load: await load.stop() };
    } catch (error) {
      console.log("load", JSON.stringify(await load.stop()));
      throw error;
    }
  }

  get url(): string {
    return `http://${this.address}`;
  }

  /** The status and version that the app answers with; why not, where it does not answer. */
  serves(): Promise<string> {
    return new Promise((resolve) => {
      const request = get(this.url, { headers: { Host: host }, timeout: 20_000 }, (response) => {
        response.resume();
        resolve(`${String(response.statusCode)} ${String(response.headers["x-app-version"])}`);
      });
      request.on("timeout", () => request.destroy(new Error("no answer in 20 s")));
      request.on("error", (error) => {
        resolve(error.message);
      });
    });
  }

  /** Runs a command on the machine as root; it has to succeed. */
  async run(command: string): Promise<string> {
    const options = [
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      "LogLevel=ERROR",
      "BatchMode=yes",
    ];
    const ran = await tryRun(
      "ssh",
      [
        "-i",
        this.workspace.keyFile,
        ...options.flatMap((option) => ["-o", option]),
        `root@${this.address}`,
        command,
      ],
      { env: { SSH_AUTH_SOCK: "" } },
    );
    expect(ran, command).toMatchObject({ code: 0 });
    return ran.stdout.trim();
  }

  /** Restarts it by the cloud's API, as its console does, and waits until it has gone off and SSH answers again. */
  async reboot(): Promise<void> {
    const before = await this.run("cat /proc/sys/kernel/random/boot_id");
    const { servers } = (await this.api("GET", `/servers?name=${this.server}`)) as {
      servers: { id: number }[];
    };
    await this.api("POST", `/servers/${String(servers[0]?.id)}/actions/reboot`);
    await this.until("another boot answers over SSH", 600, async () => {
      const ran = await this.tryRun("cat /proc/sys/kernel/random/boot_id");
      return ran !== undefined && ran !== before;
    });
  }

  /** Waits for something, and says what it waited for when it does not come. */
  async until(what: string, seconds: number, there: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await there())) {
      if (Date.now() > deadline)
        throw new Error(`after ${String(seconds)} s it is still not so that ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }

  async end(edit: Edit): Promise<void> {
    await this.workspace.pulumi(["destroy", "--yes", "--skip-preview"], { VM: JSON.stringify(edit) });
    this.workspace.remove();
  }

  /** What the machine's rack says of it: the console's last lines. */
  async console(): Promise<string> {
    const docker = await findDocker();
    const names = await docker?.run(["ps", "--all", "--quiet", "--filter", "ancestor=sextant/server-vm"]);
    const id = names?.trim().split("\n")[0] ?? "";
    const tail = ["sh", "-c", "tail -n 40 /var/log/machine.log /var/log/console.log"];
    return id === "" ? "there is no machine" : ((await docker?.run(["exec", id, ...tail])) ?? "");
  }

  private async tryRun(command: string): Promise<string | undefined> {
    try {
      return await this.run(command);
    } catch {
      // It is off, or boots: the caller's deadline says when that becomes an error.
      return undefined;
    }
  }

  private async api(method: string, path: string): Promise<unknown> {
    const response = await fetch(`${this.facts.api.endpoint}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.facts.api.token}` },
    });
    expect(response.ok, `${method} ${path} was answered ${String(response.status)}`).toBe(true);
    return response.json();
  }
}
