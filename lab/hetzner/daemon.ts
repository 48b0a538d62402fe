/** The simulator's process: started in the background, found again by its pid file, ended in order. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from "../docker/lock";
import { labDir, repoRoot } from "../paths";

/** What a client of the API needs. */
export interface ApiAccess {
  endpoint: string;
  token: string;
}

const dir = (): string => join(labDir(), "hetzner");
const read = (name: string): string | undefined =>
  existsSync(join(dir(), name)) ? readFileSync(join(dir(), name), "utf8").trim() : undefined;

/** The running simulator, or undefined. */
export function apiAccess(): ApiAccess | undefined {
  const [endpoint, token] = [read("endpoint"), read("token")];
  return ownPid() === undefined || !endpoint || !token ? undefined : { endpoint, token };
}

/** Starts the simulator where it does not run; at the same port as before, as that is part of a stack's configuration. */
export async function ensureApi(progress: (line: string) => void): Promise<ApiAccess> {
  return apiAccess() ?? withLock(join(labDir(), "api.lock"), () => startApi(progress));
}

async function startApi(progress: (line: string) => void): Promise<ApiAccess> {
  // Another process may have started it while this one waited.
  const running = apiAccess();
  if (running) return running;
  progress("hetzner: starting the API");
  mkdirSync(dir(), { recursive: true, mode: 0o700 });
  for (const name of ["pid", "endpoint"]) rmSync(join(dir(), name), { force: true });
  const log = openSync(join(dir(), "log"), "a");
  const args = ["--import", "tsx", join(__dirname, "main.ts"), "--port", read("last-port") ?? "0"];
  const child = spawn(process.execPath, args, { cwd: repoRoot, detached: true, stdio: ["ignore", log, log] });
  child.unref();
  const deadline = Date.now() + 120_000;
  for (;;) {
    const access = apiAccess();
    if (access) {
      writeFileSync(join(dir(), "last-port"), new URL(access.endpoint).port);
      return access;
    }
    if (child.exitCode !== null || Date.now() > deadline) {
      const said = (read("log") ?? "").split("\n").slice(-3).join(" | ");
      throw new Error(
        `hetzner: the API did not start (exit ${child.exitCode ?? "none yet"}); its log says: ${said}`,
      );
    }
    await sleep(50);
  }
}

/** Ends the simulator; machines go on. */
export async function stopApi(): Promise<void> {
  const pid = ownPid();
  if (pid === undefined) return;
  process.kill(pid, "SIGTERM");
  const deadline = Date.now() + 30_000;
  while (ownPid() !== undefined) {
    if (Date.now() > deadline) throw new Error(`hetzner: process ${pid} did not end within 30 s of SIGTERM`);
    await sleep(50);
  }
}

/** The pid in the file, if that process is the simulator. */
function ownPid(): number | undefined {
  const pid = Number(read("pid"));
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    // Another checkout may have started it.
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("lab/hetzner/main.ts") ? pid : undefined;
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
