/** Commands on hosts whose output comes while they run, or that a person types into. */
import { spawn, type ChildProcess } from "node:child_process";
import { StringDecoder } from "node:string_decoder";
import type { SshAddress } from "./address";
import { sshWords, withoutWarning } from "./as-root";
import { following } from "./children";
import { meansFor } from "./means";
import { sshOptions } from "./options";
import { connect } from "./run";

/** Where the lines of a command go. */
export interface Lines {
  out: (line: string) => void;
  err: (line: string) => void;
  /** Ends the command. */
  signal?: AbortSignal;
  /** Whether its standard input stays open for as long as this side listens, by which it can know when nobody does. @default false: it has none */
  open?: boolean;
}

/** ssh's own exit code when it could not connect, or lost the connection. */
const sshFailed = 255;

/**
 * Runs a line on a host, and hands on each line of its output as it comes.
 * @returns its exit code; 255 where the connection was lost
 * @throws Error when the host cannot be reached
 */
export async function streamOverSsh(
  shell: SshAddress,
  line: string,
  { out, err, signal, open = false }: Lines,
): Promise<number> {
  const args = await opened(shell);
  const child = following(spawn("ssh", sshWords(shell, args, line), { stdio: "pipe" }));
  eachLine(child.stdout, out);
  eachLine(child.stderr, (line) => {
    if (line === "" || withoutWarning(line) !== "") err(line);
  });
  // It may end before it has read anything.
  child.stdin.on("error", () => undefined);
  if (!open) child.stdin.end();
  return ended(shell, child, signal);
}

/** Hands on each line: what ends with a line feed alone, since a log has carriage returns within its lines. */
export function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line.replace(/\r$/, ""));
  });
  stream.on("end", () => {
    if (rest !== "") take(rest);
  });
}

/** What a command reads from: a terminal of its own, the stream of this process, or nothing. */
export type Input = "terminal" | "stream" | "none";

/**
 * Runs a line on a host with the terminal of this process, or with its streams where it has none.
 * @param input whether it reads what is typed, on a terminal of its own or from the stream; without, a loop of a shell keeps its own input
 * @param signal ends the connection, and with it what reads from it
 */
export async function attachOverSsh(
  shell: SshAddress,
  line: string,
  input: Input,
  signal?: AbortSignal,
): Promise<number> {
  const args = await opened(shell);
  // The last word on a terminal is this one: the options before it ask for none.
  const words = sshWords(shell, [...args, ...(input === "terminal" ? ["-t"] : [])], line);
  const child = spawn("ssh", words, {
    stdio: [input === "none" ? "ignore" : "inherit", "inherit", "inherit"],
  });
  return ended(shell, child, signal);
}

/** The options of a connection that is open: what is in its way is said in the words of every other command. */
export async function opened(shell: SshAddress): Promise<readonly string[]> {
  await connect(shell);
  return sshOptions(shell, await meansFor(shell));
}

/** Waits for the end of an ssh, which comes at once when it is called off. */
function ended(shell: SshAddress, child: ChildProcess, signal: AbortSignal | undefined): Promise<number> {
  const kill = (): void => {
    child.kill();
  };
  signal?.addEventListener("abort", kill);
  if (signal?.aborted === true) kill();
  return new Promise<number>((resolve, reject) => {
    child.on("error", (error) => {
      reject(new Error(`${shell.name}: the ssh program could not be started: ${error.message}`));
    });
    child.on("close", (code) => {
      resolve(code ?? sshFailed);
    });
  }).finally(() => signal?.removeEventListener("abort", kill));
}
