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

/** What the `pulumi` program has answered. */
export interface Ran {
  readonly failed: boolean;
  readonly stdout: string;
  /** What it said on standard error, without the engine's own beginning. */
  readonly said: string;
  /** Its exit code, or the signal that ended it. */
  readonly end: string;
}

/**
 * Runs a command of Pulumi's for a stack.
 * @param config values of the configuration, such as `version=v2`, which Pulumi keeps in the stack's file
 * @param file the file in that one's place
 * @param stdin what it reads from standard input, for what must not be in an argument list
 * @throws Error with one sentence when Pulumi is not there, or the directory is not.
 */
export function runPulumi(
  words: readonly string[],
  { stack, cwd }: StackChoice,
  {
    env = process.env,
    config = [],
    file,
    stdin,
  }: { env?: NodeJS.ProcessEnv; config?: readonly string[]; file?: string; stdin?: string } = {},
): Ran {
  checkDirectory(cwd);
  const all = [
    ...[...words, "--non-interactive"],
    ...(stack === undefined ? [] : ["--stack", stack]),
    ...(file === undefined ? [] : ["--config-file", file]),
    ...config.flatMap((each) => ["--config", each]),
  ];
  const ran = spawnSync("pulumi", all, {
    ...{ cwd, env, encoding: "utf8", maxBuffer: 2 ** 30 },
    ...(stdin === undefined ? {} : { input: stdin }),
  });
  if (ran.error !== undefined) throw pulumiMissing(ran.error);
  return {
    failed: ran.status !== 0,
    stdout: ran.stdout,
    said: withCure(ran.stderr.trim().replace(/^error: /, "")),
    end: String(ran.status ?? ran.signal),
  };
}

/** What Pulumi says of a stack or a project that is not there, with what to do. */
export function withCure(said: string): string {
  return said
    .replace(
      /(no stack named '[^']*' found)\.?$/m,
      "$1; pulumi stack ls lists those that there are, and pulumi stack init makes one",
    )
    .replace(
      /If you have not created a project yet, use `pulumi new` to do so(: no project file found)?/,
      "Name the folder of the program by -C; npx sextant init begins one, npx sextant import one from Kamal's configuration",
    );
}

/** @throws Error where -C names a directory that is not there */
export function checkDirectory(cwd: string | undefined): void {
  if (cwd !== undefined && !existsSync(cwd)) throw new Error(`There is no directory ${cwd}; see -C.`);
}

/** What a command of Pulumi's has printed. @throws Error with one sentence of why it failed */
export function askPulumi(words: readonly string[], choice: StackChoice): string {
  const { failed, stdout, said, end } = runPulumi(words, choice);
  if (!failed) return stdout;
  const command = words.filter((word) => !word.startsWith("-")).slice(0, 2);
  throw new Error(said === "" ? `pulumi ${command.join(" ")} ended with ${end}.` : said);
}

/**
 * The stack's state.
 * @param secrets whether secrets are in clear: they stay in this process
 * @throws Error with one sentence when Pulumi is not there, or has no such stack.
 */
export function exportStack(choice: StackChoice, secrets = false): unknown {
  const words = ["stack", "export", ...(secrets ? ["--show-secrets"] : [])];
  return JSON.parse(askPulumi(words, choice));
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
