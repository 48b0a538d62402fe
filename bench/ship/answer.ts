/** How long a person waits for a command's first answer. */
import { spawn } from "node:child_process";
import type { ClientCommand } from "../client/run";
import { rounded } from "../stats/statistics";

/** Seconds after which a command that has not answered is ended. */
const patience = 120;

/**
 * Runs a command on a terminal, as a person does, without one Ruby keeps what it prints until it ends, and tells the seconds until the
 * first of its answer. What a tool prints of its own work before is no answer.
 * @throws Error where it ends in another way than well, or without an answer
 */
export function firstAnswer({ command, args, cwd, env }: ClientCommand, answer: RegExp): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const line = [command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
    // The servers are on the same machine as the client, where they would be on their own: they go first.
    const child = spawn("nice", ["script", "--quiet", "--return", "--command", line, "/dev/null"], {
      cwd,
      env: { ...process.env, ...env },
      // An end of the input would be typed into the command.
      stdio: ["pipe", "pipe", "pipe"],
      timeout: patience * 1000,
    });
    let text = "";
    let seconds: number | undefined;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        if (answer.test(text)) seconds ??= (performance.now() - started) / 1000;
      });
    child.stdin.on("error", () => undefined);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0 && seconds !== undefined) resolve(rounded(seconds));
      else
        reject(
          new Error(
            `${line}: exit ${code ?? `after ${patience} s`}, and ${seconds === undefined ? "nothing" : "something"} of it is ${answer.source}:\n${text}`,
          ),
        );
    });
  });
}
