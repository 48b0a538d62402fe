/** A line of the user's own for a shell, run by the plugin on the machine that runs Pulumi, with what is another in each run for Kamal's hooks. */
import { spawn } from "node:child_process";
import { hookShell } from "./core/hook-shell";
import { following } from "./ssh/children";

/** Seconds that a line may take. */
const limit = 300;
/** More than this of what it prints is not kept. */
const mostOutput = 64 * 1024;

/**
 * Runs it, and answers with what it printed, which is kept from the streams of this process, of which the engine reads one.
 * @throws Error that says how it ended, where that is not with 0
 */
export function runHookLine(
  line: string,
  environment: Record<string, string>,
  { runtime = false }: { runtime?: boolean } = {},
): Promise<string> {
  return new Promise((done, failed) => {
    const child = following(
      spawn("/bin/sh", [...hookShell({ runtime }), line], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, ...environment },
      }),
    );
    let text = "";
    const gather = (chunk: Buffer): void => {
      if (text.length < mostOutput) text += chunk.toString("utf8");
    };
    child.stdout.on("data", gather);
    child.stderr.on("data", gather);
    const timer = setTimeout(() => {
      child.kill();
      failed(new Error(`has not ended within ${limit} s.`));
    }, limit * 1000);
    child.on("error", ({ message }) => {
      clearTimeout(timer);
      failed(new Error(`could not be started: ${message}.`));
    });
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      // A tunnel that it leaves in the background may hold the streams open, which must not hold this process.
      setImmediate(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        if (code === 0) done(text);
        else failed(new Error(`ended with ${signal ?? `exit code ${code ?? ""}`}${lastOf(text)}.`));
      });
    });
  });
}

/** The end of what it printed. */
function lastOf(text: string): string {
  const last = text.trim().split("\n").slice(-3).join(" | ").slice(-500);
  return last === "" ? "" : `: ${last}`;
}
