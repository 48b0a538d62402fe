/**
 * The real Pulumi engine with the real hcloud plugin against the API: every kind of resource, made, kept, refreshed,
 * changed and destroyed. What the API asks of machines is recorded, not carried out: this is about the protocol.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHetzner, type Hetzner } from "../../lab/hetzner/server";
import { repoRoot } from "../../lab/paths";
import { Recorder } from "../unit/lab/hetzner/recorder";
import { engineEnvironment } from "./engine";

const run = promisify(execFile);
const token = "t".repeat(64);
const folder = mkdtempSync(join(tmpdir(), "sextant-plugin-"));
const machines = new Recorder();
/** Resources of the program, without the stack and its default provider. */
const resources = 25;

let hetzner: Hetzner;
let endpoint: string;
let environment: NodeJS.ProcessEnv;

interface Changes {
  create?: number;
  update?: number;
  delete?: number;
  same?: number;
  replace?: number;
}

async function pulumi(args: string[], more: NodeJS.ProcessEnv = {}): Promise<string> {
  const started = Date.now();
  const { stdout } = await run("pulumi", [...args, "--non-interactive"], {
    cwd: join(folder, "program"),
    env: { ...environment, ...more },
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: unknown) => {
    const { stdout: seen, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`pulumi ${args.join(" ")}\n${seen}\n${stderr}`);
  });
  console.log(`pulumi ${args.join(" ")}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return stdout;
}

/** How many resources the last operation created, changed, kept and deleted. */
async function changes(): Promise<Changes> {
  const history = JSON.parse(await pulumi(["stack", "history", "--json"])) as { resourceChanges: Changes }[];
  return history[0]?.resourceChanges ?? {};
}

async function get(path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${endpoint}${path}`, { headers: { Authorization: `Bearer ${token}` } });
  return (await response.json()) as Record<string, unknown>;
}

beforeAll(async () => {
  hetzner = createHetzner({ machines, stateFile: join(folder, "state.json"), token, actionDelayMs: 50 });
  endpoint = await hetzner.listen();
  cpSync(join(__dirname, "hetzner-program"), join(folder, "program"), { recursive: true });
  symlinkSync(join(repoRoot, "node_modules"), join(folder, "program", "node_modules"));
  const [certificate, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const names = ["-subj", "/CN=lab.example.com", "-addext", "subjectAltName=DNS:lab.example.com"];
  await run("openssl", [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    ...names,
    "-keyout",
    key,
    "-out",
    certificate,
  ]);
  environment = {
    ...process.env,
    ...(await engineEnvironment(folder, { token, endpoint })),
    CERTIFICATE: certificate,
    PRIVATE_KEY: key,
  };
  await pulumi(["stack", "init", "lab"]);
  await pulumi(["config", "set", "hcloud:pollInterval", "100ms"]);
  await pulumi(["config", "set", "hcloud:pollFunction", "constant"]);
});

afterAll(async () => {
  await hetzner.close();
  rmSync(folder, { recursive: true });
});

describe("the hcloud plugin", () => {
  it("makes every kind of resource", async () => {
    await pulumi(["up", "--yes", "--skip-preview"]);
    expect(await changes()).toEqual({ create: resources + 1 });
    const outputs = JSON.parse(await pulumi(["stack", "output", "--json"])) as Record<string, string>;
    const spec = machines.machines.get(outputs["webId"] ?? "")?.spec;
    expect(outputs["status"]).toBe("running");
    expect([outputs["ipv4"], outputs["ipv6"]]).toEqual([spec?.ipv4, spec?.ipv6]);
    expect(outputs["fixed"]).toBe(spec?.ipv4);
  });

  it("changes nothing when the program is the same", async () => {
    const shown = await pulumi(["up", "--yes", "--skip-preview", "--diff"]);
    expect(await changes(), shown).toEqual({ same: resources + 1 });
  });

  it("finds nothing to change on refresh, and nothing after it", async () => {
    const shown = await pulumi(["refresh", "--yes", "--skip-preview", "--diff"]);
    expect((await changes()).update ?? 0, shown).toBe(0);
    await pulumi(["preview", "--expect-no-changes"]);
  });

  it("carries out edits in place", async () => {
    const shown = await pulumi(["up", "--yes", "--skip-preview", "--diff"], { EDIT: "1" });
    const done = await changes();
    expect(done.replace ?? 0, shown).toBe(0);
    expect(done.update, shown).toBe(12);
    const { servers } = (await get("/servers?label_selector=role=web")) as {
      servers: { server_type: { name: string } }[];
    };
    expect(servers[0]?.server_type.name).toBe("cx33");
    await pulumi(["preview", "--expect-no-changes"], { EDIT: "1" });
  });

  it("destroys everything", async () => {
    await pulumi(["destroy", "--yes", "--skip-preview"], { EDIT: "1" });
    for (const kind of [
      "servers",
      "ssh_keys",
      "firewalls",
      "networks",
      "volumes",
      "primary_ips",
      "floating_ips",
      "placement_groups",
      "load_balancers",
      "certificates",
    ]) {
      expect({ kind, left: (await get(`/${kind}`))[kind] }).toEqual({ kind, left: [] });
    }
    const state = JSON.parse(await pulumi(["stack", "export"])) as {
      deployment: { resources?: { type: string }[] };
    };
    expect((state.deployment.resources ?? []).filter(({ type }) => type.startsWith("hcloud:"))).toEqual([]);
    expect([...machines.machines.keys(), ...machines.balancers.keys()]).toEqual([]);
  });
});
