/** The lab's Docker: one that is running already, or a dockerd of the lab's own with its own socket and data. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDir, labDir } from "../paths";
import { type RunOptions, run, tryRun } from "./exec";
import { noteHostNetwork, restoreHostNetwork } from "./host-network";
import { withLock } from "./lock";
import { installMissing } from "./packages";

/** Where the lab's registry answers, in the lab's public network; both sides of it speak plain HTTP. */
export const registryAddress = "10.213.0.2:5000";

/** A Docker daemon that answers. */
export interface Docker {
  /** Value for `DOCKER_HOST`. */
  host: string;
  /** Whether the lab started it, and stops it on `down`. */
  own: boolean;
  /** Runs the docker CLI on this daemon and resolves with its standard output. */
  run(args: string[], options?: RunOptions): Promise<string>;
}

export type Progress = (line: string) => void;

const socketPath = (): string => join(labDir(), "docker.sock");
const pidFile = (): string => join(labDir(), "dockerd.pid");
const networkNote = (): string => join(labDir(), "host-network.json");
const execRoot = (): string => join(labDir(), "docker-run");
const logFile = (): string => join(labDir(), "dockerd.log");

/** A handle on the daemon behind `host`; checks nothing. */
export function dockerAt(host: string, own: boolean): Docker {
  return {
    host,
    own,
    run: (args, options) => run("docker", args, { ...options, env: { ...options?.env, DOCKER_HOST: host } }),
  };
}

/** Finds the lab's Docker, and starts one where there is none. Safe to call as often as one likes, also at once. */
export async function ensureDocker(progress: Progress = () => undefined): Promise<Docker> {
  const ours = dockerAt(`unix://${socketPath()}`, true);
  if (ownPid() !== undefined && (await answers(ours))) return ours;
  const theirs = ownPid() === undefined ? await runningDocker() : undefined;
  if (theirs) return theirs;
  return withLock(join(labDir(), "docker.lock"), () => startOwn(ours, progress));
}

/** The lab's Docker if it runs; starts nothing. */
export async function findDocker(): Promise<Docker | undefined> {
  const ours = dockerAt(`unix://${socketPath()}`, true);
  if (ownPid() !== undefined) return (await answers(ours)) ? ours : undefined;
  return runningDocker();
}

async function startOwn(ours: Docker, progress: Progress): Promise<Docker> {
  const needed = ["dockerd", "docker"].map((command) => ({ command, package: "docker.io" }));
  await installMissing([...needed, { command: "iptables", package: "iptables" }], progress);
  if (ownPid() === undefined) {
    progress("docker: starting the lab's own daemon");
    await noteHostNetwork(networkNote());
    startDaemon();
  }
  const deadline = Date.now() + 60_000;
  while (!(await answers(ours))) {
    if (ownPid() === undefined) {
      throw new Error(`docker: dockerd ended while starting; its log says: ${logTail()}`);
    }
    if (Date.now() > deadline)
      throw new Error(`docker: dockerd did not answer within 60 s; see ${logFile()}`);
    await sleep(100);
  }
  return ours;
}

/** Ends the lab's own daemon and with it its containers; leaves any other Docker alone. */
export async function stopDocker(): Promise<void> {
  const pid = ownPid();
  if (pid !== undefined) {
    process.kill(pid, "SIGTERM");
    const deadline = Date.now() + 60_000;
    while (ownPid() !== undefined) {
      if (Date.now() > deadline)
        throw new Error(`docker: dockerd (pid ${pid}) did not end within 60 s; see ${logFile()}`);
      await sleep(100);
    }
  }
  for (const path of [socketPath(), pidFile()]) rmSync(path, { force: true });
  for (const mount of mountsBelow(execRoot())) await run("umount", [mount]);
  await restoreHostNetwork(networkNote());
}

/** What a dockerd leaves mounted when it ends: the network namespaces of its containers, that of the host among them. */
function mountsBelow(directory: string): string[] {
  const lines = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const mounted = lines
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${directory}/`));
  // The innermost first.
  return mounted.sort((a, b) => b.length - a.length);
}

async function answers(docker: Docker): Promise<boolean> {
  return (
    (
      await tryRun("docker", ["version", "--format", "{{.Server.Version}}"], {
        env: { DOCKER_HOST: docker.host },
      })
    ).code === 0
  );
}

/** The Docker that the user's own settings (DOCKER_HOST, context) lead to, if it answers. */
async function runningDocker(): Promise<Docker | undefined> {
  const version = await tryRun("docker", ["version", "--format", "{{.Server.Version}}"]);
  if (version.code !== 0) return undefined;
  const context = await run("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
  return dockerAt(process.env["DOCKER_HOST"] ?? context.trim(), false);
}

function startDaemon(): void {
  mkdirSync(labDir(), { recursive: true, mode: 0o700 });
  mkdirSync(cacheDir(), { recursive: true });
  for (const path of [socketPath(), pidFile()]) rmSync(path, { force: true });
  const log = openSync(logFile(), "w");
  const child = spawn(
    "dockerd",
    [
      `--host=unix://${socketPath()}`,
      `--pidfile=${pidFile()}`,
      `--data-root=${join(cacheDir(), "docker")}`,
      `--exec-root=${execRoot()}`,
      `--insecure-registry=${registryAddress}`,
      // The lab brings its own networks: no docker0 that could meet another daemon's.
      "--bridge=none",
      "--log-opt=max-size=10m",
      "--log-opt=max-file=2",
    ],
    { detached: true, stdio: ["ignore", log, log], cwd: "/", env: { ...process.env, DOCKER_HOST: "" } },
  );
  // A failed spawn shows as a daemon that is not there, with the reason in the error below.
  child.on("error", (error) => {
    throw new Error(`docker: dockerd could not be started: ${error.message}`);
  });
  child.unref();
  spawnedPid = child.pid;
}

/** Between the spawn and dockerd writing its pid file, only this process knows the pid. */
let spawnedPid: number | undefined;

/** The pid of the lab's own daemon; a pid file left over from a dead one, or reused by a stranger, counts as none. */
function ownPid(): number | undefined {
  const written = existsSync(pidFile()) ? Number(readFileSync(pidFile(), "utf8").trim()) : undefined;
  return [written, spawnedPid].find((pid) => pid !== undefined && pid > 0 && isOurDaemon(pid));
}

function isOurDaemon(pid: number): boolean {
  try {
    if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return false;
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`unix://${socketPath()}`);
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

function logTail(): string {
  return existsSync(logFile())
    ? readFileSync(logFile(), "utf8").trim().split("\n").slice(-3).join(" | ")
    : "nothing";
}
