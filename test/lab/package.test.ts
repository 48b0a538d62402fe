/**
 * The package as a user gets it: packed, installed into an empty project, and the README's own program previewed with the
 * real engine against the API of the cloud, then deployed on the lab.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kit } from "../../components/host/kit";
import { run, tryRun } from "../../lab/docker/exec";
import { labFacts } from "../../lab/facts";
import { createHetzner, type Hetzner } from "../../lab/hetzner/server";
import { labUp } from "../../lab/lab";
import { publicNetwork } from "../../lab/machine/names";
import { repoRoot } from "../../lab/paths";
import { ensureToolchain } from "../../lab/toolchain/toolchain";
import { Recorder } from "../unit/lab/hetzner/recorder";
import { get } from "./deploy/http";

interface Step {
  op: string;
  urn: string;
  newState: { type: string; inputs: Record<string, unknown> };
}

const token = "t".repeat(64);
const folder = mkdtempSync(join(tmpdir(), "sextant-package-"));
const project = join(folder, "project");
const machines = new Recorder();
const secrets = {
  registryPassword: "canary-registry",
  dbPassword: "canary-db",
  railsMasterKey: "canary-rails",
};

let hetzner: Hetzner | undefined;
let environment: NodeJS.ProcessEnv;
let packed: string[];

async function timed<T>(what: string, work: Promise<T>): Promise<T> {
  const started = Date.now();
  const done = await work;
  console.log(`${what}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return done;
}

function pulumi(args: string[], input?: string): Promise<string> {
  const command = run("pulumi", [...args, "--non-interactive"], { cwd: project, env: environment, input });
  return timed(`pulumi ${args.slice(0, 3).join(" ")}`, command);
}

/** The first block of the README in this language that begins so. */
function readmeBlock(language: string, begins = ""): string {
  const block = new RegExp(`^\`\`\`${language}\\n(${begins}.*?)^\`\`\`$`, "ms").exec(
    readFileSync(join(repoRoot, "README.md"), "utf8"),
  )?.[1];
  if (block === undefined) throw new Error(`the README shows no ${language} that begins with "${begins}"`);
  return block;
}

/** The program that the README shows. */
const readmeProgram = (): string => readmeBlock("ts");

/** Packs a copy, so that no build is left in the checkout and none that lies there is packed. */
async function pack(): Promise<string> {
  const copy = join(folder, "library");
  const left = ["node_modules", "dist", "coverage", ".git"].map((name) => join(repoRoot, name));
  cpSync(repoRoot, copy, { recursive: true, filter: (path) => !left.includes(path) });
  symlinkSync(join(repoRoot, "node_modules"), join(copy, "node_modules"));
  const printed = await timed(
    "npm pack",
    run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: copy }),
  );
  // The build that runs before prints to the same stream.
  const [report] = JSON.parse(printed.slice(printed.indexOf("[\n"))) as [
    { filename: string; files: { path: string }[] },
  ];
  packed = report.files.map(({ path }) => path);
  return join(folder, report.filename);
}

/** An empty project as `pulumi new typescript` makes it, with the package installed and the README's program. */
async function install(tarball: string): Promise<void> {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(repoRoot, "package.json"), "utf8"),
  ) as Record<"dependencies" | "devDependencies", Record<string, string>>;
  mkdirSync(project);
  const files: Record<string, unknown> = {
    "package.json": {
      name: "my-shop",
      private: true,
      dependencies: {
        "@pulumi/pulumi": dependencies["@pulumi/pulumi"],
        "pulumi-sextant": `file:../${basename(tarball)}`,
      },
      devDependencies: {
        "@types/node": devDependencies["@types/node"],
        typescript: devDependencies["typescript"],
      },
    },
    "tsconfig.json": {
      compilerOptions: {
        strict: true,
        outDir: "bin",
        target: "es2020",
        module: "commonjs",
        moduleResolution: "node",
      },
      files: ["index.ts"],
    },
  };
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(project, name), JSON.stringify(content));
  const settings = `name: my-shop\nruntime: nodejs\nmain: index.ts\n${readmeBlock("yaml", "plugins:")}`;
  writeFileSync(join(project, "Pulumi.yaml"), settings);
  writeFileSync(join(project, "index.ts"), readmeProgram());
  const words = ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  await timed("npm install", run("npm", words, { cwd: project }));
}

beforeAll(async () => {
  const { bin } = await ensureToolchain();
  await install(await pack());
  hetzner = createHetzner({ machines, stateFile: join(folder, "state.json"), token });
  const home = join(folder, "home");
  mkdirSync(join(home, ".ssh"), { recursive: true, mode: 0o700 });
  await run("ssh-keygen", [
    "-q",
    "-t",
    "ed25519",
    "-N",
    "",
    "-C",
    "me",
    "-f",
    join(home, ".ssh", "id_ed25519"),
  ]);
  mkdirSync(join(folder, "backend"));
  environment = {
    PATH: [bin, process.env["PATH"]].join(delimiter),
    HOME: home,
    PULUMI_HOME: join(folder, "pulumi"),
    PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "package",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    HCLOUD_TOKEN: token,
    HCLOUD_ENDPOINT: await hetzner.listen(),
  };
  await pulumi(["stack", "init", "production"]);
});

afterAll(async () => {
  await hetzner?.close();
  rmSync(folder, { recursive: true });
});

describe("the tarball", () => {
  it("holds what runs, its types and the reference", () => {
    const verbs = readdirSync(join(repoRoot, "components", "host", "verbs"));
    expect(verbs.length).toBeGreaterThan(5);
    expect(packed).toEqual(
      expect.arrayContaining([
        ...["package.json", "README.md", "LICENSE", "CHANGELOG.md", "dist/index.js", "dist/index.d.ts"],
        ...["dist/plugin/pulumi-resource-pulumi-nodejs", "dist/plugin/host.js", "dist/plugin/LICENSES"],
        ...["docs/README.md", "docs/server.md", "docs/app.md"],
        ...verbs.map((verb) => `dist/host/verbs/${verb}`),
      ]),
    );
  });

  it("holds no tests, no lab, no generator, no stacks and no configuration", () => {
    const folders = [...new Set(packed.map((path) => path.split("/")[0]))].filter((name) =>
      packed.every((path) => path !== name),
    );
    expect(folders.sort()).toEqual(["components", "dist", "docs"]);
    expect(packed.filter((path) => path.startsWith("docs/") && !path.endsWith(".md"))).toEqual([]);
    expect(packed.filter((path) => /\.(test|spec)\.|secret|\.pem$|id_ed25519|Pulumi\./.test(path))).toEqual(
      [],
    );
  });

  it("names the licenses of what its plugin holds", () => {
    const installed = join(project, "node_modules", "pulumi-sextant", "dist", "plugin", "LICENSES");
    expect(readFileSync(installed, "utf8")).toMatch(/^@pulumi\/pulumi [\d.]+: Apache-2\.0$/m);
  });

  it("is installed without a second copy of Pulumi", () => {
    expect(existsSync(join(project, "node_modules", "pulumi-sextant", "dist", "index.js"))).toBe(true);
    expect(existsSync(join(project, "node_modules", "pulumi-sextant", "node_modules"))).toBe(false);
  });
});

describe("the README's program on the installed package", () => {
  it("compiles in a project of its own", async () => {
    const checked = await tryRun("npx", ["--no-install", "tsc", "--noEmit"], { cwd: project });
    expect(checked.stdout).toBe("");
    expect(checked.code, checked.stderr).toBe(0);
  });

  it("names the value that is missing", async () => {
    const outcome = await tryRun("pulumi", ["preview", "--non-interactive"], {
      cwd: project,
      env: environment,
    });
    expect(outcome.code).not.toBe(0);
    expect(outcome.stdout + outcome.stderr).toContain(
      "Missing required configuration variable 'my-shop:registryPassword'",
    );
  });

  it("plans servers, firewall, proxy, database and app, with the verbs of the package", async () => {
    await pulumi(["config", "set", "version", "v1"]);
    for (const [name, value] of Object.entries(secrets))
      await pulumi(["config", "set", "--secret", name], value);
    const text = await pulumi(["preview", "--json"]);
    const { steps } = JSON.parse(text) as { steps: Step[] };
    expect(steps.filter(({ op }) => op !== "create")).toEqual([]);
    const planned = steps
      .map(({ urn, newState }) => `${newState.type} ${urn.split("::").at(-1) ?? ""}`)
      .map((line) => line.replace(/deploy-[0-9a-f]{8}/, "deploy-KEY"));
    const of = (prefix: string): string[] => planned.filter((line) => line.startsWith(prefix)).sort();
    expect(of("sextant:")).toEqual([
      "sextant:accessory:Accessory db",
      "sextant:app:App shop",
      "sextant:firewall:Firewall edge",
      "sextant:proxy:Proxy proxy",
      "sextant:registry:Registry registry",
      "sextant:server:Server web-1",
    ]);
    expect(of("hcloud:")).toEqual([
      "hcloud:index/firewall:Firewall edge",
      "hcloud:index/server:Server web-1",
      "hcloud:index/sshKey:SshKey deploy-KEY",
    ]);
    expect(of("command:")).toEqual(["command:local:Command web-1-host-key"]);
    expect(of("pulumi-nodejs:")).toEqual(
      [
        "AccessoryReady db-ready",
        "Bridge proxy-web-1-bridge",
        "Container db",
        "Container proxy-web-1",
        "Container shop-job-web-1",
        "Container shop-web-web-1",
        "DockerNetwork web-1",
        "HostReady web-1-gate",
        "Prune shop-prune",
        "Pull db",
        "Pull proxy",
        "Pull shop-pull",
        "Ready shop-job-web-1-ready",
        "Ready shop-web-web-1-ready",
        "Release shop-release",
        "Routes shop-routes",
        "Settle proxy-web-1-settle",
        "Switch shop-job-web-1-switch",
        "Switch shop-web-web-1-switch",
        "Volume db-data",
        "Volume proxy-web-1",
      ].map((line) => `pulumi-nodejs:dynamic/sextant:${line}`),
    );
    // Named after the content of all verbs: the package has the same as the sources.
    const { inputs } = steps.find(({ urn }) => urn.endsWith("::web-1-gate"))?.newState ?? {};
    expect(inputs).toMatchObject({ directory: kit().directory });
    for (const value of Object.values(secrets)) expect(text).not.toContain(value);
  });

  it("touches nothing at the cloud", () => {
    expect(machines.calls).toEqual([]);
  });
});

describe("the README's program on the lab", () => {
  let lab: NodeJS.ProcessEnv;
  /** By its path: the ssh program takes the home directory from the user's entry and not from HOME. */
  const keyFile = join(folder, "home", ".ssh", "id_ed25519");

  /** The program with what a program on the lab has in place of a user's own: registry, images, network, no certificate. */
  function onLab(registry: string): string {
    const swaps: [string, string][] = [
      ['"203.0.113.0/24"', `"${publicNetwork.ipv4.subnet}"`],
      [", tls: letsEncrypt()", ""],
      ["  letsEncrypt,\n", ""],
      [
        "registries: [registry],",
        `registries: [registry],\n  daemon: { "insecure-registries": ["${registry}"] },\n  ssh: { privateKeyFile: "${keyFile}" },`,
      ],
      ["{ servers: [web] }", `{ servers: [web], image: "${registry}/kamal-proxy:v0.9.2" }`],
      ['version: "15",', `version: "15", image: "${registry}/postgres",`],
      ["RAILS_MASTER_KEY:", "SECRET_KEY_BASE:"],
      ['"web-1"', '"readme-1"'],
    ];
    let program = readmeProgram();
    for (const [from, to] of swaps) {
      expect(program, from).toContain(from);
      program = program.replace(from, to);
    }
    return `${program.replaceAll("registry.example.com", registry)}
export const address = web.address;
// What a program puts on the server by itself, with Pulumi's Docker provider.
import * as docker from "@pulumi/docker";
export const own = new docker.Volume("own", { name: "own" }, { provider: web.docker }).mountpoint;
// A dynamic resource of the program's own, which shares the plugin with the library's: it captures a package, reads the
// configuration and keeps a secret.
const spell: pulumi.dynamic.ResourceProvider = {
  configure: ({ config }) => Promise.resolve(void (process.env["OWN_VERSION"] = config.require("version"))),
  create: ({ password }) =>
    Promise.resolve({
      id: "spell",
      outs: {
        output: pulumi.Output.isInstance(pulumi.output(1)),
        version: process.env["OWN_VERSION"],
        length: password.length,
        plugin: process.argv[1],
      },
    }),
};
class Spell extends pulumi.dynamic.Resource {
  declare readonly output: pulumi.Output<boolean>;
  declare readonly version: pulumi.Output<string>;
  declare readonly length: pulumi.Output<number>;
  declare readonly plugin: pulumi.Output<string>;
  constructor(name: string) {
    const password = config.requireSecret("dbPassword");
    const outputs = { output: undefined, version: undefined, length: undefined, plugin: undefined };
    super(spell, name, { password, ...outputs });
  }
}
const { output, version, length, plugin } = new Spell("spell");
export const spelled = pulumi.unsecret(pulumi.all({ output, version, length, plugin }));
`;
  }

  beforeAll(async () => {
    const facts = await labFacts(await labUp(console.log));
    if (!facts) throw new Error("the lab does not answer after it was brought up");
    writeFileSync(join(project, "index.ts"), onLab(facts.registry.address));
    mkdirSync(join(folder, "lab-backend"));
    lab = {
      ...facts.env,
      HOME: environment["HOME"],
      PULUMI_BACKEND_URL: `file://${join(folder, "lab-backend")}`,
    };
    const set = { ...secrets, registryPassword: facts.registry.password, railsMasterKey: "0".repeat(64) };
    await run("pulumi", ["stack", "init", "lab"], { cwd: project, env: lab });
    await run("pulumi", ["config", "set", "version", "v1"], { cwd: project, env: lab });
    for (const [name, value] of Object.entries(set))
      await run("pulumi", ["config", "set", "--secret", name], { cwd: project, env: lab, input: value });
    const program = readFileSync(join(project, "index.ts"), "utf8").replace(
      '"deploy"',
      `"${facts.registry.username}"`,
    );
    writeFileSync(join(project, "index.ts"), program);
  });

  afterAll(async () => {
    await run("pulumi", ["destroy", "--yes", "--skip-preview", "--non-interactive"], {
      cwd: project,
      env: lab,
    });
  });

  it("deploys, serves, and has nothing to do the second time", async () => {
    const up = ["up", "--yes", "--skip-preview", "--non-interactive"];
    await timed("pulumi up", run("pulumi", up, { cwd: project, env: lab }));
    const output = await run("pulumi", ["stack", "output", "address"], { cwd: project, env: lab });
    const answer = await get(`http://${output.trim()}`, "shop.example.com");
    expect(answer).toMatchObject({ status: 200, headers: { "x-app-version": "v1" } });
    const own = await run("pulumi", ["stack", "output", "own"], { cwd: project, env: lab });
    expect(own.trim()).toBe("/var/lib/docker/volumes/own/_data");
    const spelled = await run("pulumi", ["stack", "output", "spelled", "--json"], { cwd: project, env: lab });
    expect(JSON.parse(spelled)).toEqual({
      output: true,
      version: "v1",
      length: secrets.dbPassword.length,
      plugin: join(project, "node_modules/pulumi-sextant/dist/plugin/pulumi-resource-pulumi-nodejs"),
    });
    expect(await run("pulumi", up, { cwd: project, env: lab })).toMatch(/Resources:\n +\d+ unchanged\n/);
  });

  it("finds its own providers by a path that is the same on every machine", async () => {
    const state = await run("pulumi", ["stack", "export"], { cwd: project, env: lab });
    const paths = [...state.matchAll(/resolve\(\\"([^"\\]+)\\"\)/g)].map(([, path]) => path);
    expect(new Set(paths)).toEqual(new Set(["node_modules/pulumi-sextant/dist/dynamic/provider.js"]));
  });
});
