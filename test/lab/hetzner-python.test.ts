/**
 * Hetzner's own Python client against the API. What the API asks of machines is recorded, not carried out:
 * this is about the API's answers; that machines are real is tested beside the machines themselves.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHetzner, type Hetzner } from "../../lab/hetzner/server";
import { cacheDir } from "../../lab/paths";
import { withLock } from "../../lab/toolchain/lock";
import { Recorder } from "../unit/lab/hetzner/recorder";

const run = promisify(execFile);
const clientVersion = "2.27.0";
const token = "t".repeat(64);
const folder = mkdtempSync(join(tmpdir(), "sextant-hetzner-"));
const machines = new Recorder();
let hetzner: Hetzner;
let endpoint: string;

/** A Python environment with Hetzner's client, kept in the cache. It has to be made where it is to be, so that others wait for it. */
async function python(): Promise<string> {
  const environment = join(cacheDir(), `hcloud-python-${clientVersion}`);
  const ready = join(environment, "ready");
  const make = async (): Promise<void> => {
    if (existsSync(ready)) return;
    await run("python3", ["-m", "venv", "--clear", environment]);
    await run(join(environment, "bin", "pip"), ["install", "--quiet", `hcloud==${clientVersion}`]);
    await run("touch", [ready]);
  };
  await withLock(`${environment}.lock`, make, (pid) => {
    console.log(`waiting for Hetzner's client, which process ${pid} installs`);
  });
  return join(environment, "bin", "python");
}

beforeAll(async () => {
  hetzner = createHetzner({ machines, stateFile: join(folder, "state.json"), token, actionDelayMs: 20 });
  endpoint = await hetzner.listen();
});

afterAll(async () => {
  await hetzner.close();
  rmSync(folder, { recursive: true });
});

it("serves Hetzner's Python client: every kind made, listed, changed, acted on and deleted", async () => {
  const [certificate, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const names = ["-subj", "/CN=lab.example.com", "-addext", "subjectAltName=DNS:lab.example.com"];
  const output = ["-keyout", key, "-out", certificate];
  await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...names, ...output]);
  const script = join(__dirname, "hetzner_client.py");
  const { stdout } = await run(await python(), [script, endpoint, token, certificate, key]).catch(
    (error: unknown) => {
      const { stdout: seen, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${seen}\n${stderr}`);
    },
  );
  console.log(stdout);
  expect(Number(/^(\d+) checks$/m.exec(stdout)?.[1])).toBeGreaterThan(100);
  expect(stdout.match(/^ok /gm)?.length).toBe(Number(/^(\d+) checks$/m.exec(stdout)?.[1]));
  expect([...machines.machines.keys()]).toEqual([]);
  expect([...machines.balancers.keys()]).toEqual([]);
});
