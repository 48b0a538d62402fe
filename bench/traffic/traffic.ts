/** The traffic of the app's users, from a process of its own, so that no one else's work makes its times longer. */
import { fork } from "node:child_process";
import { join } from "node:path";
import type { LoadOptions, LoadReport } from "../../lab/load/load";
import type { Window } from "../../lab/load/tally";

export interface Traffic {
  /** Of all requests. */
  report: LoadReport;
  /** Around the change of the release; undefined where there was none. */
  change: Window | undefined;
}

export interface RunningTraffic {
  /** Stops sending, waits for what is on its way, and tells. */
  stop(): Promise<Traffic>;
}

/** Resolves when requests are being sent. */
export function startTraffic(options: LoadOptions): Promise<RunningTraffic> {
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, "process.ts"), [JSON.stringify(options)]);
    const end = (error: Error): void => {
      reject(error);
    };
    child.on("error", end);
    child.on("exit", (code) => {
      end(new Error(`bench traffic: its process ended with exit code ${String(code)}`));
    });
    child.once("message", () => {
      resolve({
        stop: () =>
          new Promise((stopped, failed) => {
            child.once("message", (traffic) => {
              stopped(traffic as Traffic);
            });
            child.on("exit", (code) => {
              failed(new Error(`bench traffic: its process ended with exit code ${String(code)}`));
            });
            child.send("stop");
          }),
      });
    });
  });
}
