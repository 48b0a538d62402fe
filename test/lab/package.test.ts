/**
 * The package as a user gets it: packed, installed into an empty project, and the README's own program previewed with the
 * real engine against the API of the cloud, then deployed on the lab.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostScripts } from "../../provider/host/scripts";
import { installed } from "../../lab/installed";
import { run, tryRun } from "../../lab/docker/exec";
import { factsOfLab } from "../../lab/facts";
import { createHetzner, type Hetzner } from "../../lab/hetzner/server";
import { labUp } from "../../lab/lab";
import { publicNetwork } from "../../lab/machine/names";
import { repoRoot } from "../../lab/paths";
import { Recorder } from "../unit/lab/hetzner/recorder";
import { engineEnvironment } from "./engine";
import { archive } from "../../scripts/archive";
import { Library } from "../layouts/pack";
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

/** The program that the README shows. */
function readmeProgram(): string {
  const [, program] = /^```ts\n(.*?)^```$/ms.exec(readFileSync(join(repoRoot, "README.md"), "utf8")) ?? [];
  if (program === undefined) throw new Error("the README shows no program");
  return program;
}

/** What `sextant init` is told, as far as the README's program does not stand in for it. */
const answers = [
  ...["--yes", "--server", "203.0.113.10", "--image", "registry.example.com/shop"],
  ...["--host", "shop.example.com"],
];

/** A project with the package installed, the files of `sextant init` and the README's program. */
async function install(tarball: string): Promise<void> {
  const { devDependencies } = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  mkdirSync(project);
  const manifest = {
    name: "my-shop",
    private: true,
    dependencies: {
      "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
      "pulumi-sextant": `file:../${basename(tarball)}`,
    },
    devDependencies: {
      "@types/node": devDependencies["@types/node"],
      typescript: devDependencies["typescript"],
    },
  };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  const words = ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  await timed("npm install", run("npm", words, { cwd: project }));
  const init = ["--no-install", "sextant", "init", "--name", "my-shop", ...answers];
  await run("npx", init, { cwd: project });
  writeFileSync(join(project, "index.ts"), readmeProgram());
}

beforeAll(async () => {
  const library = await timed("npm pack", new Library(folder).pack("0.1.0"));
  packed = library.paths;
  await install(library.file);
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
  environment = {
    ...(await engineEnvironment(folder, { token, endpoint: await hetzner.listen() })),
    HOME: home,
  };
  await pulumi(["stack", "init", "production"]);
});

afterAll(async () => {
  await hetzner?.close();
  rmSync(folder, { recursive: true });
});

describe("the tarball", () => {
  it("holds what runs, its types and the reference", () => {
    const scripts = ["host", "host/lib"].flatMap((folder) =>
      readdirSync(join(repoRoot, folder))
        .filter((name) => name.endsWith(".sh"))
        .map((name) => `dist/${folder}/${name}`),
    );
    expect(scripts.length).toBeGreaterThan(5);
    expect(packed).toEqual(
      expect.arrayContaining([
        ...["package.json", "README.md", "LICENSE", "CHANGELOG.md"],
        ...["dist/components/index.js", "dist/components/index.d.ts", "dist/provider/resources.js"],
        ...["dist/plugin/pulumi-resource-sextant", "dist/plugin/plugin.js", "dist/plugin/LICENSES"],
        ...["docs/README.md", "docs/server.md", "docs/app.md"],
        ...scripts,
      ]),
    );
  });

  it("holds no tests, no lab, no generator, no stacks and no configuration", () => {
    const folders = [...new Set(packed.map((path) => path.split("/")[0]))].filter((name) =>
      packed.every((path) => path !== name),
    );
    expect(folders.sort()).toEqual(["cli", "components", "dist", "docs", "host", "provider"]);
    expect(packed.filter((path) => path.startsWith("docs/") && !path.endsWith(".md"))).toEqual([]);
    const ours = /\.(test|spec)\.|\.pem$|id_ed25519|Pulumi\.|(^|\/)\.env|secrets?(\.(json|ya?ml|env|txt))?$/;
    expect(packed.filter((path) => ours.test(path))).toEqual([]);
  });

  it("names the licenses of what its plugin holds", () => {
    const installed = join(project, "node_modules", "pulumi-sextant", "dist", "plugin", "LICENSES");
    expect(readFileSync(installed, "utf8")).toMatch(/^@pulumi\/pulumi [\d.]+: Apache-2\.0$/m);
  });

  it("is installed without a second copy of Pulumi", () => {
    expect(
      existsSync(join(project, "node_modules", "pulumi-sextant", "dist", "components", "index.js")),
    ).toBe(true);
    expect(existsSync(join(project, "node_modules", "pulumi-sextant", "node_modules"))).toBe(false);
  });
});

describe("the README's program on the installed package", () => {
  it("brings a program that knows its version, and prints the pages that messages name", async () => {
    const sextant = async (...words: string[]): Promise<string> =>
      (await run("npx", ["--no-install", "sextant", ...words], { cwd: project })).trim();
    const { version } = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as {
      version: string;
    };
    expect(await sextant("--version")).toBe(version);
    expect(await sextant("docs", "checks#mutable-tag")).toMatch(/^## Tag that moves/);
  });

  it("compiles in a project of its own", async () => {
    const checked = await tryRun("npx", ["--no-install", "tsc", "--noEmit"], { cwd: project });
    expect(checked.stdout).toBe("");
    expect(checked.code, checked.stderr).toBe(0);
  });

  it("begins a project whose program compiles, also in a folder of another one", async () => {
    await run("npx", ["--no-install", "sextant", "init", "begun", ...answers], { cwd: project });
    expect(readFileSync(join(project, "begun", "Pulumi.yaml"), "utf8")).toContain(
      "path: node_modules/pulumi-sextant/dist/plugin",
    );
    const words = ["--no-install", "tsc", "--noEmit", "--project", "begun"];
    const checked = await tryRun("npx", words, { cwd: project });
    expect(checked, checked.stdout).toMatchObject({ code: 0, stdout: "" });
  });

  it.each(["5.9.3", "6.0.3", "7.0.2"])(
    "compiles with TypeScript %s, the library's types too",
    async (version) => {
      const compiler = await installed(`typescript-${version}`, (draft) =>
        run("npm", ["install", "--prefix", draft, "--no-audit", "--no-fund", `typescript@${version}`]),
      );
      const settings = {
        strict: true,
        noEmit: true,
        target: "es2022",
        module: "nodenext",
        skipLibCheck: false,
      };
      const own = { compilerOptions: { ...settings, types: ["node"] }, files: ["index.ts"] };
      writeFileSync(join(project, "tsconfig.types.json"), JSON.stringify(own));
      const tsc = join(compiler, "node_modules", "typescript", "bin", "tsc");
      const checked = await tryRun("node", [tsc, "--project", "tsconfig.types.json"], { cwd: project });
      expect(checked, checked.stdout).toMatchObject({ code: 0, stdout: "" });
    },
  );

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
    const components = ["Accessory", "App", "Firewall", "Proxy", "Registry", "Server"];
    const of = (prefix: string): string[] => planned.filter((line) => line.startsWith(prefix)).sort();
    expect(
      of("sextant:").filter((line) => components.some((type) => line.startsWith(`sextant:index:${type} `))),
    ).toEqual([
      "sextant:index:Accessory db",
      "sextant:index:App shop",
      "sextant:index:Firewall edge",
      "sextant:index:Proxy proxy",
      "sextant:index:Registry registry",
      "sextant:index:Server web-1",
    ]);
    expect(of("hcloud:")).toEqual([
      "hcloud:index/firewall:Firewall edge",
      "hcloud:index/server:Server web-1",
      "hcloud:index/sshKey:SshKey deploy-KEY",
    ]);
    expect(of("command:")).toEqual(["command:local:Command web-1-host-key"]);
    expect(
      of("sextant:").filter((line) => !components.some((type) => line.startsWith(`sextant:index:${type} `))),
    ).toEqual(
      [
        "AccessoryReady db-ready",
        "Bridge proxy-web-1-bridge",
        "Certificates shop-certificates",
        "CleanUp shop-clean-up",
        "Container db",
        "Container proxy-web-1",
        "Container shop-job-web-1",
        "Container shop-web-web-1",
        "Data db",
        "Data shop",
        "DockerNetwork web-1",
        "HostReady web-1-gate",
        "PostgresLogin db-login",
        "Pull db",
        "Pull proxy",
        "Pull shop-pull",
        "Ready shop-job-web-1-ready",
        "Ready shop-web-web-1-ready",
        "Release shop-release",
        "Settle proxy-web-1-settle",
        "Switch shop-job-web-1-switch",
        "Switch shop-web-web-1-switch",
        "Volume db-data",
        "Volume proxy-web-1",
        "Volumes volumes",
      ].map((line) => `sextant:index:${line}`),
    );
    // Named after the content of all verbs: the package has the same as the sources.
    const { inputs } = steps.find(({ urn }) => urn.endsWith("::web-1-gate"))?.newState ?? {};
    expect(inputs).toMatchObject({ directory: hostScripts().directory });
    for (const value of Object.values(secrets)) expect(text).not.toContain(value);
  });

  it("says which lines are missing where the engine would not find its plugin", async () => {
    const file = join(project, "Pulumi.yaml");
    const whole = readFileSync(file, "utf8");
    writeFileSync(file, whole.slice(0, whole.indexOf("plugins:")));
    try {
      const outcome = await tryRun("pulumi", ["preview", "--non-interactive"], {
        cwd: project,
        env: { ...environment, PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" },
      });
      expect(outcome.code).not.toBe(0);
      const lines = whole.slice(whole.indexOf("plugins:")).trim();
      expect(outcome.stdout.replaceAll(/^ {4}/gm, "")).toContain(lines);
    } finally {
      writeFileSync(file, whole);
    }
  });

  it("has its plugin installed by the engine from an archive, where no line leads to it", async () => {
    const archives = join(folder, "archives");
    const names = await archive(archives);
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(basename(request.url ?? ""));
      const path = join(archives, basename(request.url ?? ""));
      if (existsSync(path)) response.end(readFileSync(path));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const file = join(project, "Pulumi.yaml");
    const whole = readFileSync(file, "utf8");
    writeFileSync(file, whole.slice(0, whole.indexOf("plugins:")));
    const home = join(folder, "installing");
    try {
      const env = {
        ...environment,
        PULUMI_HOME: home,
        PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: `pulumi-sextant=http://127.0.0.1:${port}`,
      };
      const outcome = await tryRun("pulumi", ["preview", "--non-interactive", "--stack", "production"], {
        cwd: project,
        env,
      });
      expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0);
      expect(names).toContain(asked[0]);
      const { version } = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as {
        version: string;
      };
      expect(
        existsSync(join(home, "plugins", `resource-sextant-v${version}`, "pulumi-resource-sextant")),
      ).toBe(true);
      const schema = await run("pulumi", ["package", "get-schema", "sextant"], { cwd: project, env });
      const { resources } = JSON.parse(schema) as { resources: Record<string, unknown> };
      expect(Object.keys(resources)).toContain("sextant:index:Container");
    } finally {
      writeFileSync(file, whole);
      server.close();
    }
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
      ["registries: [registry],", `registries: [registry],\n  ssh: { privateKeyFile: "${keyFile}" },`],
      ['address: "registry.example.com",', 'address: "registry.example.com",\n  insecure: true,'],
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
// What a program puts on the server by itself, with Pulumi's Docker provider.
import * as docker from "@pulumi/docker";
export const own = new docker.Volume("own", { name: "own" }, { provider: web.docker }).mountpoint;
`;
  }

  beforeAll(async () => {
    const facts = await factsOfLab(await labUp(console.log));
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
    expect(await run("pulumi", up, { cwd: project, env: lab })).toMatch(/Resources:\n +\d+ unchanged\n/);
  });
});
