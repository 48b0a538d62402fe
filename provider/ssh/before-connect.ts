/** The user's own line before the first connection of a run, Kamal's hook pre-connect: it opens a tunnel, or warms names. */
import { spawn } from "node:child_process";
import { hookShell, skipVariable } from "../core/hook-shell";
import { addressOf, type SshAddress } from "./address";
import { following } from "./children";

/** Seconds that a line may take. */
const limit = 300;
/** More than this of what it prints is not kept. */
const mostOutput = 64 * 1024;

/** The lines that were run, or run at the moment, by this process: an engine starts its plugin anew for each run. */
const ran = new Map<string, Promise<void>>();

/**
 * Runs the line of a host, once for all hosts that have it; who comes meanwhile waits for it. As in Kamal it comes before the first
 * connection, and never in a run that needs none (lib/kamal/cli/base.rb pre_connect_if_required).
 * @throws Error when it fails, for each that wants to connect.
 */
export async function beforeConnecting(
  shell: Pick<SshAddress, "name" | "destination" | "beforeConnect">,
): Promise<void> {
  const { beforeConnect: line } = shell;
  const skip = process.env[skipVariable];
  if (line === undefined || skip === "1" || skip === "true") return;
  const known = ran.get(line) ?? run(line, addressOf(shell));
  ran.set(line, known);
  try {
    await known;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${shell.name}: ssh.beforeConnect, ${line}, ${said} Nothing was connected to; mend it, or leave it out of one run by ${skipVariable}=1.`,
      { cause: error },
    );
  }
}

/** Its output is kept from the streams of this process, of which the engine reads one. */
function run(line: string, address: string): Promise<void> {
  return new Promise((done, failed) => {
    const child = following(
      spawn("/bin/sh", [...hookShell(), line], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, KAMAL_HOSTS: address },
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
        if (code === 0) done();
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
