/** The running lab with the two apps on it: releases, and releases that are cut off. */
import { spawn } from "node:child_process";
import { factsOfLab } from "../../../lab/facts";
import { labUp } from "../../../lab/lab";
import { type LoadReport, startLoad } from "../../../lab/load/load";
import { on } from "../../../lab/ssh";
import { type Ran, Workspace } from "../../../lab/workspace";
import type { Edit } from "./edit";

const up = ["up", "--yes", "--skip-preview"];

export class TurnWorld {
  private constructor(
    readonly workspace: Workspace,
    /** URLs of the two servers. */
    private urls: string[],
  ) {}

  static async start(): Promise<TurnWorld> {
    const facts = await factsOfLab(
      await labUp((line) => {
        console.log(line);
      }),
    );
    return new TurnWorld(await Workspace.make(facts, "test/lab/interruptions/program", "turn"), []);
  }

  get targets(): string[] {
    return this.urls;
  }

  async up(edit: Edit, ...flags: string[]): Promise<Ran> {
    const ran = await this.workspace.tryPulumi([...up, ...flags], deployed(edit));
    console.log(
      `pulumi up of ${edit.version} ${flags.join(" ")}: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`,
    );
    if (this.urls.length === 0 && ran.code === 0) {
      const { addresses } = await this.workspace.outputs<{ addresses: string[] }>();
      this.urls = addresses.map((address) => `http://${address}`);
    }
    return ran;
  }

  /** Begins a release, waits until something is so, and presses Ctrl-C twice. */
  async cut(edit: Edit, when: () => Promise<boolean>): Promise<void> {
    const child = spawn("pulumi", [...up, "--non-interactive"], {
      cwd: this.workspace.directory,
      env: { ...process.env, ...this.workspace.env, ...deployed(edit) },
      stdio: "ignore",
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const deadline = Date.now() + 60_000;
    while (!(await when())) {
      if (Date.now() > deadline) throw new Error("the release did not come to where it is to be cut");
      await pause(200);
    }
    child.kill("SIGINT");
    await pause(300);
    child.kill("SIGINT");
    console.log(`pulumi up of ${edit.version}, cut off: exit ${String(await ended)}`);
  }

  /** Does something under load, and counts the containers of a role that run on a server meanwhile, ten times a second. */
  async watching<T>(
    { role, host, targets = this.urls }: { role: string; host: string; targets?: string[] },
    work: () => Promise<T>,
  ): Promise<{ done: T; load: LoadReport; most: number }> {
    const load = startLoad({ targets, host, rate: 30, slowSeconds: 1 });
    const counts = [0, 1].map((at) =>
      this.onServer(
        at,
        `rm -f /run/stop-counting; most=0; end=$(($(date +%s) + 180)); while [ ! -e /run/stop-counting ] && [ "$(date +%s)" -lt "$end" ]; do
          now=$(docker ps --quiet --filter label=sextant.role=${label(role)} | wc -l)
          [ "$now" -le "$most" ] || most=$now
          sleep 0.1
        done; echo "$most"`,
      ),
    );
    try {
      const done = await work();
      const report = await load.stop();
      const { requests, rate, lost, losses, longestGap } = report;
      console.log("load", JSON.stringify({ requests, rate, lost, losses, longestGap }));
      return { done, load: report, most: Math.max(...(await this.stopped(counts)).map(Number)) };
    } catch (error) {
      await load.stop();
      await this.stopped(counts);
      throw error;
    }
  }

  private async stopped(counts: Promise<string>[]): Promise<string[]> {
    await Promise.all([0, 1].map((at) => this.onServer(at, "touch /run/stop-counting")));
    return Promise.all(counts);
  }

  /** The containers of a role on a server: `v1 running`. */
  async containers(at: number, role: string): Promise<string[]> {
    const format = "{{.Image}} {{.State}}";
    const text = await this.onServer(
      at,
      `docker ps --all --filter label=sextant.role=${label(role)} --format '${format}'`,
    );
    // The tag is the version.
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => line.replace(/^\S*:/, ""))
      .sort();
  }

  async onServer(at: number, command: string): Promise<string> {
    const address = new URL(this.urls[at] ?? "").hostname;
    return on({ address, keyFile: this.workspace.keyFile }, command);
  }

  /** How often a release command was made since a moment of `date +%s`. */
  async releases(since: string): Promise<number> {
    const text = await this.onServer(
      0,
      `docker events --since ${since} --until "$(date +%s)" --filter event=create --filter label=sextant.release --format '{{.ID}}'`,
    );
    return text.split("\n").filter(Boolean).length;
  }

  async end(edit: Edit): Promise<void> {
    await this.workspace.pulumi(["destroy", "--yes", "--skip-preview"], deployed(edit));
    this.workspace.remove();
  }
}

/** The environment by which the program knows its edit. */
export function deployed(edit: Edit): NodeJS.ProcessEnv {
  return { INTERRUPTIONS: JSON.stringify(edit) };
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const label = (role: string): string => `interruptions/turn/shop/${role}`;
