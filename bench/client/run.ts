/** Runs a deploy tool as its user does, and measures what it costs the machine that it runs on. */
import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { rounded } from "../stats/statistics";
import { ProcessTree, memoryMb } from "./processes";
import { childSeconds } from "./times";

export interface ClientCommand {
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

export interface ClientRun {
  code: number;
  seconds: number;
  cpuSeconds: number;
  peakMb: number;
  processes: number;
  /** What was printed, on both streams. */
  text: string;
}

// The servers are on the same machine as the client, where they would be on their own: they go first.
const wrapper = 'nice "$@"; code=$?; times >&3; exit "$code"';
/** How often the processes are counted, and every how many times their memory is read, which costs more. */
const countEveryMs = 100;
const memoryEvery = 5;

export function runClient({ command, args, cwd, env }: ClientCommand): Promise<ClientRun> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn("sh", ["-c", wrapper, "sh", command, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    const tree = new ProcessTree(child.pid ?? 0);
    let [peak, looks] = [0, 0];
    const watch = setInterval(() => {
      const pids = tree.look();
      if (looks++ % memoryEvery === 0)
        peak = Math.max(
          peak,
          pids.reduce((sum, pid) => sum + memoryMb(pid), 0),
        );
    }, countEveryMs);
    let [text, times] = ["", ""];
    const [, out, err, report] = child.stdio;
    for (const stream of [out, err]) stream?.setEncoding("utf8").on("data", (part: string) => (text += part));
    (report as Readable).setEncoding("utf8").on("data", (part: string) => (times += part));
    let seconds = 0;
    // The time is up when the tool ends, whatever it leaves running with its streams open.
    child.on("exit", () => {
      seconds = (performance.now() - started) / 1000;
    });
    child.on("error", (error) => {
      clearInterval(watch);
      reject(error);
    });
    child.on("close", (code) => {
      clearInterval(watch);
      resolve({
        code: code ?? 128,
        seconds: rounded(seconds),
        cpuSeconds: rounded(childSeconds(times)),
        peakMb: rounded(peak, 1),
        processes: tree.seen,
        text,
      });
    });
  });
}
