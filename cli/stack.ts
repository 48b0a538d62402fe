/** The state of a stack, as the `pulumi` program gives it. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import type { Command } from "commander";

/** Which stack a command is about. */
export interface StackChoice {
  /** @default the selected one */
  stack?: string;
  /** Where the Pulumi program is. @default where the command was started */
  cwd?: string;
}

/** The choice of the words that a command was given. */
export function stackChoice(command: Command): StackChoice {
  const { stack, cwd } = command.optsWithGlobals<StackChoice>();
  return { stack, cwd };
}

/**
 * The stack's state.
 * @param secrets whether secrets are in clear: they stay in this process
 * @throws Error with one sentence when Pulumi is not there, or has no such stack.
 */
export function exportStack({ stack, cwd }: StackChoice, secrets = false): unknown {
  if (cwd !== undefined && !existsSync(cwd)) throw new Error(`There is no directory ${cwd}; see -C.`);
  const words = [
    ...["stack", "export", "--non-interactive"],
    ...(secrets ? ["--show-secrets"] : []),
    ...(stack === undefined ? [] : ["--stack", stack]),
  ];
  const ran = spawnSync("pulumi", words, { cwd, encoding: "utf8", maxBuffer: 2 ** 30 });
  if (ran.error !== undefined) throw pulumiMissing(ran.error);
  if (ran.status !== 0) {
    const said = ran.stderr.trim().replace(/^error: /, "");
    throw new Error(
      said === "" ? `pulumi stack export ended with ${String(ran.status ?? ran.signal)}.` : said,
    );
  }
  return JSON.parse(ran.stdout);
}

/** Why the `pulumi` program could not be started. */
export function pulumiMissing(error: Error): Error {
  const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
  return new Error(
    missing
      ? "The pulumi program is not on the PATH; install it: https://www.pulumi.com/docs/install/"
      : `The pulumi program could not be run: ${error.message}`,
  );
}
