/**
 * The BuildKit that is a part of Docker on a host, as a socket on this machine: what it says and takes goes over ssh, by
 * `docker system dial-stdio` there. Docker hands a connection of its API over to BuildKit's own protocol at `POST /grpc` (moby v28.5
 * api/server/router/grpc/grpc_routes.go), as buildx has it (v0.35 driver/docker/driver.go).
 */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { SshAddress } from "../ssh/address";
import { sshWords } from "../ssh/as-root";
import { following } from "../ssh/children";
import { ownDirectory } from "../ssh/client-files";
import { meansFor } from "../ssh/means";
import { sshOptions } from "../ssh/options";

/** What is asked of Docker's API, so that BuildKit answers from then on. */
const request = ["POST /grpc HTTP/1.1", "Host: docker", "Connection: Upgrade", "Upgrade: h2c", "", ""].join(
  "\r\n",
);

/** Bytes of the head of an answer: Docker's has a hundred. */
const longestHead = 16 * 1024;
/** Milliseconds for Docker to hand the connection over. */
const answerMs = 30_000;

/**
 * Makes a socket that leads to the BuildKit of a host, and answers with its path. It is this user's alone, and goes with this process,
 * which it does not keep from ending. The host is reached at the first connection, and not before.
 *
 * @param ready what has to hold before anything is sent; asked once
 * @param failed is told why a connection did not come about
 */
export async function buildKitSocket(
  shell: SshAddress,
  ready: () => Promise<void>,
  failed: (error: Error) => void,
): Promise<string> {
  const path = join(ownDirectory(), `build-${process.pid}-${randomBytes(4).toString("hex")}.sock`);
  let asked: Promise<void> | undefined;
  const server = createServer((client) => {
    client.unref();
    client.on("error", () => undefined);
    (asked ??= ready())
      .then(() => handOver(shell, client))
      .catch((error: unknown) => {
        client.destroy();
        failed(error instanceof Error ? error : new Error(String(error)));
      });
  });
  await listening(server, path);
  server.unref();
  removeAtEnd(path);
  return path;
}

const ours: string[] = [];

/** Removes a file when this process ends by itself. One that is killed leaves it, which harms nobody. */
export function removeAtEnd(path: string): void {
  if (ours.length === 0)
    process.on("exit", () => {
      for (const each of ours) rmSync(each, { force: true });
    });
  ours.push(path);
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
}

/** Connects a client to BuildKit, once Docker has handed the connection over. */
async function handOver(shell: SshAddress, client: Socket): Promise<void> {
  const words = sshWords(shell, sshOptions(shell, await meansFor(shell)), "docker system dial-stdio");
  const child = following(spawn("ssh", words, { stdio: "pipe" }));
  letEnd(child);
  // One that ends early says why on its other stream.
  child.stdin.on("error", () => undefined);
  client.once("close", () => child.kill());
  child.once("close", () => client.destroy());
  child.stdin.write(request);
  client.write(await untilHandedOver(shell, child));
  child.stdout.pipe(client);
  client.pipe(child.stdin);
}

/** It does not keep this process from ending: who waits for the build does. */
function letEnd(child: ChildProcessWithoutNullStreams): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr])
    (stream as unknown as { unref?(): void }).unref?.();
}

/**
 * Waits for Docker's answer, and gives what has come behind it.
 * @throws Error in a sentence, where Docker does not hand the connection over
 */
function untilHandedOver(shell: SshAddress, child: ChildProcessWithoutNullStreams): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let [come, said] = [Buffer.alloc(0), ""];
    const refuse = (why: string): void => {
      clearTimeout(timer);
      child.kill();
      reject(
        new Error(
          `${shell.name}: Docker does not hand a connection over to its BuildKit (${why}); it has to be Docker 23 or newer with its command line, docker.`,
        ),
      );
    };
    const timer = setTimeout(() => {
      refuse(`no answer within ${answerMs / 1000} s`);
    }, answerMs);
    const take = (chunk: Buffer): void => {
      come = Buffer.concat([come, chunk]);
      const answer = readAnswer(come);
      if (answer === undefined) return;
      child.stdout.off("data", take);
      child.stdout.pause();
      if ("refused" in answer) return refuse(answer.refused);
      clearTimeout(timer);
      resolve(answer.rest);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-longestHead)));
    child.once("error", (error) => {
      refuse(error.message);
    });
    child.once("close", (code) => {
      refuse(said.trim().split("\n").at(-1) || `it ended with ${code ?? "a signal"}`);
    });
  });
}

/**
 * An answer to the request as far as it has come: what stands behind its head where the connection is handed over, else what was said
 * instead; undefined where the head is not whole yet.
 */
export function readAnswer(come: Buffer): { rest: Buffer } | { refused: string } | undefined {
  const end = come.indexOf("\r\n\r\n");
  if (end === -1)
    return come.length > longestHead ? { refused: "its answer is no answer of HTTP" } : undefined;
  const [first = ""] = come.subarray(0, end).toString("latin1").split("\r\n");
  return /^HTTP\/1\.[01] 101(\s|$)/.test(first)
    ? { rest: come.subarray(end + 4) }
    : { refused: first.slice(0, 200) };
}
