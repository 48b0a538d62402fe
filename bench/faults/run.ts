/** A `pulumi up` as a person has it in a terminal, watched by its events, and open to what goes wrong. */
import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Workspace } from "../../lab/workspace";
import { isSame, Lines, timed, toldBy, type Step, type TimedStep, type Told } from "../../lab/events";
import { endAtOnce, processesOf, runVariable, type Process } from "./processes";

export interface Ended {
  /** The exit code; undefined where a signal ended it. */
  code: number | undefined;
  /** What was printed, on both streams. */
  text: string;
  seconds: number;
  steps: TimedStep[];
}

/** Seconds after which a run that does not end is ended, and counts as failed. */
const longest = 240;

/** Those that have not ended. */
const underWay = new Set<Run>();
let count = 0;

/** Ends all of them at once, with all that they have started. */
export function endRuns(): void {
  for (const run of underWay) run.processes().forEach(endAtOnce);
}

export class Run {
  /** By which its processes are known. */
  readonly mark: string;
  readonly ended: Promise<Ended>;
  readonly pid: number;
  private readonly told: (Told & { at: number })[] = [];
  private readonly waiting: (() => void)[] = [];
  private over = false;

  constructor(workspace: Workspace, args: readonly string[], env: NodeJS.ProcessEnv) {
    count += 1;
    this.mark = `${process.pid}-${Date.now()}-${count}`;
    const file = join(workspace.directory, `events-${this.mark}`);
    writeFileSync(file, "");
    const began = performance.now();
    const child = spawn("nice", ["pulumi", ...args, "--non-interactive", "--event-log", file], {
      cwd: workspace.directory,
      env: {
        ...process.env,
        ...workspace.env,
        XDG_RUNTIME_DIR: "",
        PULUMI_DEBUG_COMMANDS: "true",
        [runVariable]: this.mark,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, as a shell gives to a command.
      detached: true,
    });
    this.pid = child.pid ?? 0;
    underWay.add(this);
    const lines = new Lines(file, (line) => {
      const told = toldBy(line);
      if (told === undefined) return;
      this.told.push({ ...told, at: performance.now() });
      this.wake();
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (part: string) => (text += part));
    const limit = setTimeout(() => {
      text += `\nbench: it did not end within ${longest} s, and was killed\n`;
      this.processes().forEach(endAtOnce);
    }, longest * 1000);
    this.ended = new Promise((resolve, reject) => {
      child.on("error", reject);
      // What lives on may hold the streams open.
      child.on("exit", (code) => {
        clearTimeout(limit);
        const seconds = (performance.now() - began) / 1000;
        setTimeout(() => {
          lines.close();
          rmSync(file, { force: true });
          child.stdout.destroy();
          child.stderr.destroy();
          this.over = true;
          underWay.delete(this);
          this.wake();
          resolve({ code: code ?? undefined, text, seconds, steps: timed(this.told) });
        }, 200);
      });
    });
  }

  get hasEnded(): boolean {
    return this.over;
  }

  processes(): Process[] {
    return processesOf(this.mark);
  }

  /**
   * Waits for a moment within a step: until so many ms after it has begun, or until it ends, which may be sooner.
   * @returns false when the run ended without it
   */
  async within(step: Step, ms: number): Promise<boolean> {
    const has = (begins: boolean) => (): boolean =>
      this.told.some((each) => each.begins === begins && isSame(each.step, step));
    if (!(await this.until(has(true)))) return false;
    await Promise.race([sleep(ms), this.until(has(false))]);
    return true;
  }

  private async until(so: () => boolean): Promise<boolean> {
    while (!so()) {
      if (this.over) return false;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    return true;
  }

  private wake(): void {
    this.waiting.splice(0).forEach((each) => {
      each();
    });
  }
}
