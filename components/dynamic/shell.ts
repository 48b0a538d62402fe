/**
 * Commands on hosts by the `ssh` program, for the resources that run in Pulumi's plugin for dynamic resources. One
 * connection a host is kept warm for all of them.
 */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sshOptions } from "./ssh-options";

/**
 * How a host is reached. It is an input of every resource on the host, and so has just what differs from host to host: what
 * is the same for all of them comes from `sshOptions`.
 */
export interface Shell {
  /** The host's name in the program, for messages. */
  name: string;
  /** `user@address` */
  destination: string;
  port: number;
  /** The private key's file; a leading `~/` is the home directory. @default those that ssh tries by itself */
  keyFile?: string;
  /** The host key that has to answer, `ssh-ed25519 AAAA…`. @default the one that answers first is kept in known_hosts */
  hostKey?: string;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunSettings {
  /** Standard input, for what must not be in an argument list. */
  stdin?: string | Uint8Array;
  /** Seconds after which it is given up. */
  timeout: number;
  /** Seconds for which a host that takes no connection is tried again; some tries in any case. */
  patience?: number;
  /** What is waited for, for the message when it takes too long. */
  what: string;
}

/** More than this of a stream is not kept: a verb's output is bounded, a runaway's must not fill memory. */
const mostOutput = 1024 * 1024;
/** ssh's own exit code when it could not connect, or lost the connection. */
const sshFailed = 255;
const tries = 4;
/** How long the streams of an ssh that has ended may take to close. */
const streamGraceMs = 1000;

/**
 * Runs one line on a host and answers with how it ended, whatever its exit code.
 * @throws Error when the host cannot be reached, or when it takes longer than `timeout`.
 */
export async function onHost(shell: Shell, line: string, settings: RunSettings): Promise<Ran> {
  mkdirSync(join(homedir(), ".ssh"), { recursive: true, mode: 0o700 });
  const patient = Date.now() + (settings.patience ?? 0) * 1000;
  for (let attempt = 1; ; attempt += 1) {
    const ran = await once(shell, line, settings);
    if (ran.code !== sshFailed) return ran;
    // Every verb may run twice, so that a connection which was refused or cut is simply tried again.
    if (attempt >= tries && Date.now() > patient) {
      const said = ran.stderr.trim().split("\n").slice(-2).join(" ");
      throw new Error(
        `${shell.name}: ssh did not get through to ${shell.destination}, port ${shell.port} (${said || "no reason given"}); see whether the server runs and its firewall lets this machine in.`,
      );
    }
    await sleep(500 * Math.min(attempt, tries));
  }
}

function once(shell: Shell, line: string, { stdin, timeout, what }: RunSettings): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const args = [...sshOptions(shell), "-p", String(shell.port), shell.destination, line];
    const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"] });
    const stdout = gather(child.stdout);
    const stderr = gather(child.stderr);
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
      else resolve({ code: code ?? sshFailed, stdout: stdout(), stderr: stderr() });
    };
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      // An older ssh that keeps the connection warm in the background holds the streams open, so that they never close.
      setTimeout(ended(code, signal), streamGraceMs).unref();
      child.on("close", ended(code, signal));
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
