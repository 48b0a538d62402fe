/**
 * Commands on hosts by the `ssh` program, for the resources that run in the plugin. One
 * connection a host is kept warm for all of them.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { SshAddress } from "./address";
import { becomeRootBy, becomesRootBy, rootFailure, sshWords, withoutWarning, type Becoming } from "./as-root";
import { connected, disconnected, pace, tries, type Patience } from "./connections";
import { following } from "./children";
import { lockedFile, meansFor } from "./means";
import { onDoing, withoutDoing } from "./doing";
import { sayDoing } from "../say";
import { sshFailure, type Circumstances, type SshFailure } from "./failure";
import { jumpLog, sshOptions, type Means } from "./options";
import { Unreached } from "./unreached";

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunSettings extends Patience {
  /** Standard input, for what must not be in an argument list. */
  stdin?: string | Uint8Array;
  /** Seconds after which it is given up. */
  timeout: number;
  /** What is waited for, for the message when it takes too long. */
  what: string;
  /** Whether the host has never answered, as far as is known: nothing of the stack is on it that could be given up. @default false */
  fresh?: boolean;
}

/** More than this of a stream is not kept: a verb's output is bounded, a runaway's must not fill memory. */
const mostOutput = 1024 * 1024;
/** ssh's own exit code when it could not connect, or lost the connection. */
const sshFailed = 255;
/** Seconds for one try to connect: ssh gives up after 12 s by itself, but for a jump host or an agent that asks its user. */
const connectSeconds = 90;
/** How long the streams of an ssh that has ended may take to close. */
const streamGraceMs = 1000;

/**
 * Runs one line on a host, as root, and answers with how it ended, whatever its exit code.
 * @throws Error when the host cannot be reached, or when it takes longer than `timeout`.
 */
export async function runOverSsh(shell: SshAddress, line: string, settings: RunSettings): Promise<Ran> {
  const means = await meansFor(shell);
  const options = sshOptions(shell, means);
  for (let attempt = 1; ; attempt += 1) {
    const ran = await connected(
      shell,
      settings,
      () => open(shell, means, options, settings.fresh),
      () => once(shell, options, line, settings),
    );
    if (ran.code !== sshFailed) return ran;
    // Every verb may run twice, so that a connection which was cut is simply tried again.
    disconnected(shell);
    if (attempt >= tries) {
      const { cause, sentence } = failure(shell, ran, { fresh: settings.fresh });
      throw new Unreached(shell.name, cause, sentence);
    }
    await sleep(0.5 * attempt * pace.second);
  }
}

/**
 * Opens the connection to a host, where it is not open yet.
 * @throws Error when the host cannot be reached
 */
export async function connect(shell: SshAddress): Promise<void> {
  const means = await meansFor(shell);
  const nothing = (): Promise<void> => Promise.resolve();
  await connected(shell, {}, () => open(shell, means, sshOptions(shell, means), undefined), nothing);
}

/**
 * Runs one line over a connection of its own, once, and answers with how it ended: 255 where there is no way in for a new connection,
 * whatever those that are open can still do.
 */
export async function runOverNewConnection(
  shell: SshAddress,
  line: string,
  settings: RunSettings,
): Promise<Ran> {
  const own = ["-o", "ControlMaster=no", "-o", "ControlPath=none"];
  // Of an option ssh takes the first value.
  return once(shell, [...own, ...sshOptions(shell, await meansFor(shell))], line, settings);
}

/** One try to connect, and to be root there. The connection stays warm for the commands that come. */
async function open(
  shell: SshAddress,
  means: Means,
  options: readonly string[],
  fresh: boolean | undefined,
): Promise<SshFailure | undefined> {
  const log = shell.jump === undefined ? undefined : jumpLog(shell, means);
  const look = async (by?: Becoming): Promise<Ran & { onTheWay: string }> => {
    if (log !== undefined) rmSync(log, { force: true });
    const settings = { timeout: connectSeconds, what: "connecting", quiet: true, by };
    const ran = await once(shell, options, "true", settings);
    const onTheWay = log !== undefined && existsSync(log) ? readFileSync(log, "utf8") : "";
    if (log !== undefined) rmSync(log, { force: true });
    return { ...ran, onTheWay };
  };
  const ran = await look();
  if (ran.code === sshFailed) return failure(shell, ran, { onTheWay: ran.onTheWay, fresh });
  if (shell.sudo !== true || ran.code === 0) return undefined;
  // How it became root before comes first, since sudo tells an administrator of each user whom it refuses.
  const other = becomesRootBy(shell) === "sudo" ? "docker" : "sudo";
  const more = await look(other);
  if (more.code === sshFailed) return failure(shell, more, { onTheWay: more.onTheWay, fresh });
  if (more.code === 0) becomeRootBy(shell, other);
  return other === "docker" ? rootFailure(shell, ran, more) : rootFailure(shell, more, ran);
}

function failure(
  shell: SshAddress,
  { stderr }: Ran,
  known: Pick<Circumstances, "onTheWay" | "fresh">,
): SshFailure {
  const locked = lockedFile(shell);
  return sshFailure(stderr, { shell, ...known, ...(locked === undefined ? {} : { locked }) });
}

function once(
  shell: SshAddress,
  options: readonly string[],
  line: string,
  { stdin, timeout, what, quiet = false, by }: RunSettings & { quiet?: boolean; by?: Becoming | undefined },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = following(
      spawn("ssh", sshWords(shell, options, line, by), { stdio: ["pipe", "pipe", "pipe"] }),
    );
    const stdout = gather(child.stdout);
    const stderr = gather(child.stderr);
    onDoing(child.stderr, (text) => {
      sayDoing(`${shell.name} ${text}`);
    });
    const timer = setTimeout(() => {
      child.kill();
      reject(new Error(`${shell.name}: ${what} did not end within ${timeout} s.`));
    }, timeout * 1000);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`${shell.name}: the ssh program could not be started: ${error.message}`));
    });
    const ended = (code: number | null, signal: NodeJS.Signals | null) => (): void => {
      if (signal !== null) reject(new Error(`${shell.name}: ${what} was interrupted (${signal}).`));
      else
        resolve({
          code: code ?? sshFailed,
          stdout: stdout(),
          stderr: withoutWarning(withoutDoing(stderr())),
        });
    };
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      const end = (): void => {
        ended(code, signal)();
        // An ssh that keeps the connection warm in the background holds them open, and they would hold this process.
        child.stdout.destroy();
        child.stderr.destroy();
      };
      if (code === 0 && quiet) end();
      setTimeout(end, streamGraceMs).unref();
      child.on("close", end);
    });
    // A verb that ends before it has read all of its input is no failure of the connection.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin ?? "");
  });
}

/** Collects a stream; what is called then answers with what has come. */
function gather(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on("data", (chunk: Buffer) => {
    if (length < mostOutput) chunks.push(chunk);
    length += chunk.length;
  });
  return () => Buffer.concat(chunks).toString("utf8").slice(0, mostOutput);
}
