/**
 * A key from a secret, given to ssh without a file: an ssh-agent of this process holds it. It ends with this process, however
 * that ends, since it waits for a pipe from it.
 */
import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { contentFile, ownDirectory, short } from "./client-files";
import { listed } from "./user-agent";

export interface HeldKey {
  /** The agent's socket. */
  socket: string;
  /** A file with the public half, by which ssh is told to take this key alone. */
  publicFile: string;
}

const held = new Map<string, Promise<HeldKey>>();
/** Milliseconds for an agent to start. */
const startMs = 5000;
/** The shell ends when its input does, which this process holds open; the agent goes with it. */
const untilWeEnd = 'read -r _; kill "$SSH_AGENT_PID"';

/** The agent that holds a key; one a process and key. */
export function agentOf(privateKey: string): Promise<HeldKey> {
  const name = short(privateKey);
  let agent = held.get(name);
  if (agent === undefined) {
    agent = start(privateKey, join(ownDirectory(), `agent-${process.pid}-${name}`));
    held.set(name, agent);
  }
  return agent;
}

async function start(privateKey: string, socket: string): Promise<HeldKey> {
  rmSync(socket, { force: true });
  let said: Error | undefined;
  // Detached, so that a Ctrl-C at the terminal does not take it from work that is still being ended in order.
  const child = spawn("ssh-agent", ["-a", socket, "sh", "-c", untilWeEnd], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.on("error", (error) => (said = error));
  child.unref();
  (child.stdin as unknown as { unref?(): void }).unref?.();
  for (const end = Date.now() + startMs; !existsSync(socket);) {
    if (said !== undefined || child.exitCode !== null || Date.now() > end) {
      throw new Error(
        `ssh-agent could not be started, and it is what gives ssh the key of ssh.privateKey (${said?.message ?? "no reason given"}); it is part of OpenSSH's client, so install all of that.`,
      );
    }
    await sleep(10);
  }
  await add(privateKey, socket);
  const [publicKey] = listed(socket);
  if (publicKey === undefined) throw new Error("ssh-agent does not hold the key of ssh.privateKey.");
  return { socket, publicFile: contentFile("key", `${publicKey}\n`) };
}

function add(privateKey: string, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("ssh-add", ["-q", "-"], {
      env: { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: "never", DISPLAY: "" },
      stdio: ["pipe", "ignore", "pipe"],
      // Without a terminal it cannot ask for a passphrase, and says so.
      detached: true,
      timeout: 2 * startMs,
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`ssh-add does not take the key of ssh.privateKey (${said.trim()}).`));
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(privateKey);
  });
}
