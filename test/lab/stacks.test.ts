/**
 * The stacks that a user copies, previewed with the real engine against the API of the cloud: in a copy of the project, with
 * the committed configuration and the secrets set as its comments say. Nothing is made: a preview asks and plans.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { run, tryRun } from "../../lab/docker/exec";
import { createHetzner, type Hetzner } from "../../lab/hetzner/server";
import { productFolders, repoRoot } from "../../lab/paths";
import { Recorder } from "../unit/lab/hetzner/recorder";
import { engineEnvironment } from "./engine";

interface Step {
  op: string;
  urn: string;
  newState: { type: string; inputs: Record<string, unknown> };
}

interface Rule {
  direction: string;
  protocol: string;
  port?: string;
  sourceIps: string[];
}

const token = "t".repeat(64);
const folder = mkdtempSync(join(tmpdir(), "sextant-stacks-"));
const project = join(folder, "project");
const keyFile = join(folder, "id_ed25519");
const machines = new Recorder();
const everybody = ["0.0.0.0/0", "::/0"];
/** Where SSH is let in from in the committed configuration. */
const office = ["203.0.113.0/24"];

let hetzner: Hetzner | undefined;
let environment: NodeJS.ProcessEnv;
let certificate: string;

async function pulumi(args: string[], input?: string): Promise<string> {
  const started = Date.now();
  const text = await run("pulumi", [...args, "--non-interactive"], { cwd: project, env: environment, input });
  console.log(`pulumi ${args.slice(0, 3).join(" ")}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return text;
}

async function makeStack(stack: string, secrets: Record<string, string>): Promise<void> {
  await pulumi(["stack", "init", stack]);
  await pulumi(["config", "set", "sshKeyFile", keyFile]);
  for (const [name, value] of Object.entries(secrets))
    await pulumi(["config", "set", "--secret", name], value);
}

async function preview(): Promise<Step[]> {
  const { steps } = JSON.parse(await pulumi(["preview", "--json"])) as { steps: Step[] };
  expect(steps.filter(({ op }) => op !== "create")).toEqual([]);
  return steps;
}

/** How many resources of each type are planned, less the verbs and commands, and without the stack itself. */
/** The components, and what they are made of as far as it says what runs. */
const counted = new Set(
  [
    ...["Registry", "Firewall", "Network", "Server", "Proxy", "Accessory", "App"],
    ...["Container", "Volume", "DockerNetwork", "Pull"],
  ].map((type) => `sextant:index:${type}`),
);

function counts(steps: readonly Step[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { type } of steps
    .map(({ newState }) => newState)
    .filter(({ type }) => /^hcloud:/.test(type) || counted.has(type)))
    found[type] = (found[type] ?? 0) + 1;
  return found;
}

function inputsOf(steps: readonly Step[], type: string): Record<string, unknown>[] {
  return steps.filter(({ newState }) => newState.type === type).map(({ newState }) => newState.inputs);
}

function namesOf(steps: readonly Step[], ending: string): string[] {
  return steps
    .map(({ urn }) => urn.split("::").at(-1) ?? "")
    .filter((name) => name.endsWith(ending))
    .sort();
}

/** What the firewall lets in: protocol, port, and from where. */
function letIn(steps: readonly Step[]): unknown[] {
  const [firewall] = inputsOf(steps, "hcloud:index/firewall:Firewall");
  const rules = firewall?.["rules"] as Rule[];
  expect(rules.filter(({ direction }) => direction !== "in")).toEqual([]);
  return rules.map(({ protocol, port, sourceIps }) => [protocol, port, sourceIps]);
}

beforeAll(async () => {
  hetzner = createHetzner({ machines, stateFile: join(folder, "state.json"), token });
  mkdirSync(project);
  for (const name of [
    ...productFolders,
    "dist",
    "stacks",
    "index.ts",
    "Pulumi.yaml",
    "package.json",
    "tsconfig.json",
  ])
    cpSync(join(repoRoot, name), join(project, name), { recursive: true });
  symlinkSync(join(repoRoot, "node_modules"), join(project, "node_modules"));
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "deploy", "-f", keyFile]);
  const [file, key] = [join(folder, "shop.pem"), join(folder, "shop.key.pem")];
  const names = ["-subj", "/CN=shop.example.com", "-addext", "subjectAltName=DNS:shop.example.com"];
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
    file,
  ]);
  certificate = readFileSync(file, "utf8");
  environment = {
    ...(await engineEnvironment(folder, { token, endpoint: await hetzner.listen() })),
  };
});

afterAll(async () => {
  await hetzner?.close();
  rmSync(folder, { recursive: true });
});

describe.each(["staging", "production"])("the committed configuration of %s", (stack) => {
  const text = readFileSync(join(repoRoot, "stacks", `Pulumi.${stack}.yaml`), "utf8");
  const program = readFileSync(join(repoRoot, "stacks", `${stack}.ts`), "utf8");

  it("has no secret, and says how to set each that the program asks for", () => {
    const { config, ...rest } = parse(text) as { config: Record<string, unknown> };
    expect(rest).toEqual({});
    expect(JSON.stringify(config)).not.toContain("secure");
    const secrets = [...program.matchAll(/requireSecret\("(\w+)"\)/g)].map(([, name]) => name);
    expect(secrets.length).toBeGreaterThan(2);
    for (const name of secrets)
      expect(text).toMatch(new RegExp(`^# +pulumi config set --secret ${name} `, "m"));
  });

  it("has a value for everything else, or says how to set it, and nothing that the program does not ask for", () => {
    const { config } = parse(text) as { config: Record<string, unknown> };
    const asked = [...program.matchAll(/config\.require(?:Object<[^(]*>)?\("(\w+)"\)/g)].map(
      ([, name]) => name ?? "",
    );
    const given = Object.keys(config).map((name) => name.replace(/^sextant:/, ""));
    const told = [...text.matchAll(/^# +pulumi config set (\w+) </gm)].map(([, name]) => name ?? "");
    expect([...new Set(asked)].sort()).toEqual([...given, ...told].sort());
  });
});

describe("staging", () => {
  beforeAll(() => makeStack("staging", { registryPassword: "a", dbPassword: "b" }));

  it("names the value that is missing", async () => {
    const outcome = await tryRun("pulumi", ["preview", "--non-interactive"], {
      cwd: project,
      env: environment,
    });
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).toMatch(
      /Missing required configuration variable 'sextant:railsMasterKey'\s+please set a value using the command `pulumi config set --secret sextant:railsMasterKey <value>`/,
    );
  });

  it("plans one server with everything on it", async () => {
    await pulumi(["config", "set", "--secret", "railsMasterKey"], "c");
    const steps = await preview();
    expect(counts(steps)).toEqual({
      "sextant:index:Registry": 1,
      "sextant:index:Firewall": 1,
      "sextant:index:Server": 1,
      "sextant:index:Proxy": 1,
      "sextant:index:Accessory": 1,
      "sextant:index:App": 1,
      "hcloud:index/firewall:Firewall": 1,
      "hcloud:index/server:Server": 1,
      "hcloud:index/sshKey:SshKey": 1,
      "sextant:index:DockerNetwork": 1,
      // Of the proxy, of the database and of the app.
      "sextant:index:Pull": 3,
      "sextant:index:Volume": 2,
      // Those and the worker.
      "sextant:index:Container": 4,
    });
    expect(namesOf(steps, "-switch")).toEqual(["shop-job-staging-switch", "shop-web-staging-switch"]);
    expect(letIn(steps)).toEqual([
      ["icmp", undefined, everybody],
      ["tcp", "22", office],
      ["tcp", "80", everybody],
      ["tcp", "443", everybody],
    ]);
  });

  it("publishes the ports of the proxy and no others", async () => {
    const published = inputsOf(await preview(), "sextant:index:Container").flatMap(
      ({ ports }) => (ports ?? []) as { external: number }[],
    );
    expect([...new Set(published.map(({ external }) => external))].sort()).toEqual([443, 80]);
  });
});

describe("production", () => {
  const secrets = { registryPassword: "a", dbPassword: "b", redisPassword: "c", railsMasterKey: "d" };

  beforeAll(async () => {
    await makeStack("production", {
      ...secrets,
      certificateKey: readFileSync(join(folder, "shop.key.pem"), "utf8"),
    });
  });

  it("names the value that is missing", async () => {
    const outcome = await tryRun("pulumi", ["preview", "--non-interactive"], {
      cwd: project,
      env: environment,
    });
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).toContain(
      "Missing required configuration variable 'sextant:certificate'",
    );
  });

  it("plans two web servers and one for data, in one private network", async () => {
    await pulumi(["config", "set", "certificate"], certificate);
    const steps = await preview();
    expect(counts(steps)).toEqual({
      "sextant:index:Registry": 1,
      "sextant:index:Firewall": 1,
      "sextant:index:Network": 1,
      "sextant:index:Server": 3,
      "sextant:index:Proxy": 1,
      // Postgres and Redis.
      "sextant:index:Accessory": 2,
      "sextant:index:App": 1,
      "hcloud:index/firewall:Firewall": 1,
      "hcloud:index/network:Network": 1,
      "hcloud:index/networkSubnet:NetworkSubnet": 1,
      "hcloud:index/server:Server": 3,
      "hcloud:index/serverNetwork:ServerNetwork": 3,
      "hcloud:index/sshKey:SshKey": 1,
      "sextant:index:DockerNetwork": 3,
      // Of the proxy, of the two accessories and of the app.
      "sextant:index:Pull": 4,
      "sextant:index:Volume": 4,
      "sextant:index:Container": 7,
    });
    expect(namesOf(steps, "-switch")).toEqual([
      "shop-job-data-1-switch",
      "shop-web-web-1-switch",
      "shop-web-web-2-switch",
    ]);
    expect(namesOf(steps, "-certificate")).toHaveLength(2);
    expect(letIn(steps)).toEqual([
      ["icmp", undefined, everybody],
      ["tcp", "22", office],
      ["tcp", "80", everybody],
      ["tcp", "443", everybody],
    ]);
    for (const inputs of inputsOf(steps, "hcloud:index/server:Server"))
      expect(inputs).toMatchObject({ deleteProtection: true, rebuildProtection: true });
  });

  it("touches nothing at the cloud", () => {
    expect(machines.calls).toEqual([]);
  });
});
