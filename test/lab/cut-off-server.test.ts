/**
 * Pulumi is killed while Hetzner makes a server. The real engine with the real hcloud plugin against the API; what the API asks of
 * machines is recorded, not carried out.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHetzner, type Hetzner } from "../../lab/hetzner/server";
import { Recorder } from "../unit/lab/hetzner/recorder";
import { engineEnvironment, linkLibrary } from "./engine";

const run = promisify(execFile);
const token = "t".repeat(64);
const folder = mkdtempSync(join(tmpdir(), "sextant-cut-off-"));
const program = join(folder, "test/lab/cut-off-server/program");
let hetzner: Hetzner;
let endpoint: string;
let environment: NodeJS.ProcessEnv;

async function pulumi(...args: string[]): Promise<string> {
  const { stdout, stderr } = await run("pulumi", [...args, "--non-interactive"], {
    cwd: program,
    env: environment,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: unknown) => {
    const { stdout: seen, stderr: said } = error as { stdout: string; stderr: string };
    throw new Error(`pulumi ${args.join(" ")}\n${seen}\n${said}`, { cause: error });
  });
  return `${stdout}\n${stderr}`;
}

function makeKey(name: string): string {
  const file = join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
  return file;
}

/** As where the state was lost, and the host key in it: in a backend that knows nothing of the stack, with another key to log in with. */
async function withoutState<T>(work: () => Promise<T>): Promise<T> {
  const before = environment;
  mkdirSync(join(folder, "empty"));
  environment = {
    ...environment,
    PULUMI_BACKEND_URL: `file://${join(folder, "empty")}`,
    KEY_FILE: makeKey("other"),
  };
  try {
    await pulumi("stack", "init", "lab");
    return await work();
  } finally {
    environment = before;
  }
}

async function servers(): Promise<{ id: number; name: string; status: string }[]> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(`${endpoint}/servers`, { headers });
  return ((await response.json()) as { servers: { id: number; name: string; status: string }[] }).servers;
}

/** Ends Pulumi at once, with its program and its plugins, which may live on otherwise. */
function kill({ pid = 0 }: ChildProcess): void {
  const lines = execFileSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const all = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const family = [pid];
  for (const member of family)
    family.push(...all.flatMap(([child = 0, parent]) => (parent === member ? [child] : [])));
  for (const member of family) {
    try {
      process.kill(member, "SIGKILL");
    } catch {
      // It has ended with its parent.
    }
  }
}

beforeAll(async () => {
  hetzner = createHetzner({
    machines: new Recorder(),
    stateFile: join(folder, "state.json"),
    token,
    actionDelayMs: 50,
  });
  endpoint = await hetzner.listen();
  cpSync(join(__dirname, "cut-off-server"), join(folder, "test/lab/cut-off-server"), { recursive: true });
  linkLibrary(folder);
  environment = {
    ...process.env,
    ...(await engineEnvironment(folder, { token, endpoint })),
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    KEY_FILE: makeKey("key"),
  };
  await pulumi("stack", "init", "lab");
  await pulumi("config", "set", "hcloud:pollInterval", "100ms");
  await pulumi("config", "set", "hcloud:pollFunction", "constant");
});

afterAll(async () => {
  await hetzner.close();
  rmSync(folder, { recursive: true });
});

it("takes up the server that a killed run has left, goes on as if nothing had been, and takes up none whose host key was lost", async () => {
  await fetch(`${endpoint.replace(/\/v1$/, "")}/_lab/faults`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ kind: "action", command: "create_server", times: 1, delayMs: 15_000 }),
  });
  const first = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"], {
    cwd: program,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let seen = "";
  first.stdout.on("data", (text: Buffer) => (seen += text.toString("utf8")));
  for (let tries = 0; (await servers()).length === 0; tries += 1) {
    if (tries > 600 || first.exitCode !== null) throw new Error(`no server was asked for:\n${seen}`);
    await sleep(100);
  }
  kill(first);
  const [left] = await servers();
  await pulumi("cancel", "--yes");

  const up = await pulumi("up", "--yes", "--skip-preview");
  expect(up).toContain(`Hetzner has the server cut-1 (${String(left?.id)}) of this stack`);
  expect((await pulumi("stack", "output", "id")).trim()).toBe(String(left?.id));
  expect((await servers()).map(({ id }) => id)).toEqual([left?.id]);

  const again = await pulumi("up", "--yes", "--skip-preview", "--diff");
  expect(again).toMatch(/\b(\d+) unchanged/);
  expect(again).not.toMatch(/\d+ (changed|updated|to update|replaced|imported)/);
  // It is the stack's own like any other, once Hetzner has done with it.
  while ((await servers())[0]?.status !== "running") await sleep(200);
  const lost = await withoutState(() => pulumi("preview").catch(String));
  expect(lost).toContain(
    'Server "cut-1": name is "cut-1", but this stack made a server of that name at Hetzner on',
  );
  expect(lost).not.toContain("It is taken up");

  await pulumi("destroy", "--yes", "--skip-preview");
  expect(await servers()).toEqual([]);
});
