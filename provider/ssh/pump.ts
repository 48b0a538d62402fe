/** What a command on one host prints, into a command on another host: through this machine, and nowhere kept. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { following } from "./children";
import { meansFor } from "./means";
import type { SshAddress } from "./address";
import { sshWords, withoutWarning } from "./as-root";
import { runOverSsh } from "./run";
import { sshOptions } from "./options";

/** A command on a host. */
export interface End {
  shell: SshAddress;
  line: string;
}

/** How a command ended, and the last of what it said. */
interface Ended {
  code: number | null;
  said: string;
}

const mostSaid = 10_000;

/** Starts a command on a host, whose streams are the caller's. @throws Error where the host cannot be reached */
export async function sshChild({ shell, line }: End): Promise<ChildProcessWithoutNullStreams> {
  // By which the connection is there, or why it is not is said.
  await runOverSsh(shell, "true", { timeout: 90, what: "connecting" });
  const options = sshOptions(shell, await meansFor(shell));
  return following(spawn("ssh", sshWords(shell, options, line)));
}

function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-mostSaid);
  });
  // One that ends before it has read all is no failure by itself: its code says what it was.
  child.stdin.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, said: withoutWarning(said).trim() });
    });
  });
}

/**
 * Starts `into`, waits until it prints its first line, and then gives it all that `from` prints. When `into` has ended well, `check` is
 * asked, and `from` is told `finished` by standard input where that is content. Else `from` reads the end of its input, also when this
 * process is killed: it can then put back what it did.
 *
 * @param idle seconds for which nothing may come
 * @throws Error that says which of both failed, and how.
 */
export async function pump(from: End, into: End, idle: number, check: () => Promise<void>): Promise<void> {
  const sink = await sshChild(into);
  const sunk = ended(sink);
  const ready = new Promise<undefined>((resolve) => {
    sink.stdout.once("data", () => {
      resolve(undefined);
    });
  });
  const early = await Promise.race([ready, sunk]);
  if (early !== undefined) throw failure(into, early);
  const source = await sshChild(from).catch((error: unknown) => {
    sink.kill();
    throw error;
  });
  const dried = ended(source);
  const timer = setTimeout(() => {
    source.kill();
    sink.kill();
  }, idle * 1000);
  source.stdout.on("data", () => timer.refresh());
  source.stdout.pipe(sink.stdin);
  try {
    // What ends before its archive is whole lets the other one end, too.
    const end = await sunk;
    if (end.code !== 0) {
      source.stdout.destroy();
      source.stdin.end();
      const first = await dried;
      throw first.said === "" ? failure(into, end) : failure(from, first);
    }
    clearTimeout(timer);
    await check();
    source.stdin.end("finished\n");
    const last = await dried;
    if (last.code !== 0) throw failure(from, last);
  } finally {
    clearTimeout(timer);
    source.stdin.end();
    // It puts back what it did before anything is said.
    await dried.catch(() => undefined);
  }
}

function failure({ shell }: End, { code, said }: Ended): Error {
  return new Error(`${shell.name}: ${said === "" ? `it ended with ${code ?? "a signal"}` : said}`);
}
