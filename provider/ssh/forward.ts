/** Connections to a port that a host reaches, such as one that listens within it alone: each is a channel of its warm connection. */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { Duplex } from "node:stream";
import type { SshAddress } from "./address";
import { withoutWarning } from "./as-root";
import { following } from "./children";
import { opened } from "./stream";

/** Makes connections to one port. */
export interface Forward {
  connect(): Duplex;
  /** What ssh has said last, such as that the host forwards nothing; empty where nothing was wrong. */
  said(): string;
}

/**
 * Reaches a host, and answers with a way to a port from there, by ssh's -W (ssh(1)): nobody else on this machine can use it, as no port is
 * opened here. It takes an sshd that forwards connections, as sshd does by default (AllowTcpForwarding).
 * @throws Error when the host cannot be reached
 */
export async function forwardOverSsh(shell: SshAddress, address: string, port: number): Promise<Forward> {
  const options = await opened(shell);
  const to = `${address.includes(":") ? `[${address}]` : address}:${port}`;
  let said = "";
  return {
    connect() {
      const child = following(spawn("ssh", [...options, "-W", to, shell.destination], { stdio: "pipe" }));
      child.stderr.on("data", (chunk: Buffer) => {
        said = withoutWarning(chunk.toString("utf8")).trim().split("\n").at(-1) || said;
      });
      child.once("error", (error) => (said = `the ssh program could not be started: ${error.message}`));
      const connection = new Through(child);
      // Whoever uses it is told by its end.
      connection.on("error", () => undefined);
      return connection;
    },
    said: () => said,
  };
}

/** What goes into a process, and what comes out of it, as one stream, with which the process ends. */
class Through extends Duplex {
  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    super();
    child.stdout.on("data", (chunk) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stdin.on("error", () => undefined);
    child.once("error", (error) => this.destroy(error));
    // It has said by then why it ends.
    child.once("close", () => {
      this.push(null);
      setImmediate(() => this.destroy());
    });
  }

  override _read(): void {
    this.child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // What it no longer reads it has a reason for, which comes with its end.
    this.child.stdin.write(chunk, (error) => {
      if (error === null || error === undefined) done();
    });
  }

  override _final(done: () => void): void {
    this.child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.child.kill();
    done(error);
  }
}
