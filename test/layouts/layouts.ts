/** The layouts that projects have: which files, who installs, where pulumi runs; before an upgrade of the library and after it. */
import type { Manager, Node } from "./tools";

/** A project at one time: what a fresh clone of it is. */
export interface Stage {
  /** The folder of the clone; another one is another machine, or the same one where it was moved to. */
  clone: string;
  /** Text, or what becomes JSON; `VERSION` of the library's file is filled in by who writes them. */
  files: Record<string, string | object>;
  manager: Manager;
  /** Where pulumi runs, below the clone. */
  program: string;
}

export interface Layout {
  name: string;
  /** The project with a version of the library, given as npm has it: `file:/…/pulumi-sextant-0.1.0.tgz`. */
  before: (library: string) => Stage;
  /** The same after the upgrade, where more changes than the version. */
  after?: (library: string) => Stage;
  /** Node that pulumi runs; this machine's own where none is given. */
  node?: Node;
  /** A script in place of the command line: `node <script> up`, run from a folder elsewhere. */
  automation?: string;
}

/** What every program makes. Its arguments come by LAYOUT, so that a clone has no state. */
function program(from: string): string {
  return `
import { App, ExistingServer, Proxy, Registry } from "${from}";
const { images, username, password, address, hostKey, keyFile, version } = JSON.parse(process.env.LAYOUT);
const registry = new Registry("registry", { address: images, username, password, insecure: true });
const host = new ExistingServer("host-1", {
  address, hostKey, architecture: "amd64", registries: [registry], ssh: { privateKeyFile: keyFile },
});
const proxy = new Proxy("proxy", { servers: [host], image: images + "/kamal-proxy:v0.9.2" });
const app = new App("layout", {
  image: images + "/lite",
  version,
  proxy,
  route: { hosts: ["layout.test"], port: 3000, drainTimeout: "2s" },
  stopTimeout: "2s",
  release: ["lite", "release"],
  roles: { web: { servers: [host], volumes: { files: "/files" } } },
  data: "discard",
});
export const release = app.version;
`;
}

/** The same for Node itself, without a compiler. */
function commonJs(from: string): string {
  return program(from)
    .replace(/import (\{.*\}) from (".*");/, "const $1 = require($2);")
    .replace("export const release =", "exports.release =");
}

const settings = (main: string, modules = "node_modules"): string =>
  `name: layout\nruntime:\n  name: nodejs\nmain: ${main}\n${plugin(modules)}`;

/** The lines by which the engine finds the plugin, as the README has them. */
const plugin = (folder: string): string =>
  `plugins:\n  providers:\n    - name: sextant\n      path: ${folder}/pulumi-sextant/dist/plugin\n`;

const compiler = {
  compilerOptions: { strict: true, target: "es2020", module: "commonjs", moduleResolution: "node" },
};

const manifest = (library: string, more: object = {}): object => ({
  name: "my-shop",
  version: "1.0.0",
  private: true,
  dependencies: { "@pulumi/pulumi": sdk, "pulumi-sextant": library },
  // As \`pulumi new\` names one. Without it npm brings the newest that fits, which takes no \`moduleResolution: "node"\`.
  devDependencies: { typescript: "5.9.3" },
  ...more,
});

/** As a project has it that was made a while ago; the newest of the range is another layout. */
const sdk = "3.259.0";

/** One package with a TypeScript program in the root. */
const single =
  (manager: Manager, clone = "shop", main = "index.ts") =>
  (library: string): Stage => ({
    clone,
    manager,
    program: ".",
    files: {
      "package.json": manifest(library),
      "Pulumi.yaml": settings(main),
      "tsconfig.json": compiler,
      [main]: program("pulumi-sextant"),
      ...(manager === "yarn-4"
        ? {
            ".yarnrc.yml": "nodeLinker: node-modules\nenableGlobalCache: true\nenableScripts: false\n",
            "yarn.lock": "",
          }
        : {}),
    },
  });

/** A package of a workspace; the manager hoists, or links. */
const workspace =
  (manager: "npm" | "pnpm") =>
  (library: string): Stage => ({
    clone: "mono",
    manager,
    program: "packages/shop",
    files: {
      "package.json": { name: "mono", version: "1.0.0", private: true, workspaces: ["packages/*"] },
      ...(manager === "pnpm" ? { "pnpm-workspace.yaml": "packages:\n  - packages/*\n" } : {}),
      "packages/shop/package.json": manifest(library),
      "packages/shop/Pulumi.yaml": settings(
        "index.ts",
        manager === "npm" ? "../../node_modules" : "node_modules",
      ),
      "packages/shop/tsconfig.json": compiler,
      "packages/shop/index.ts": program("pulumi-sextant"),
    },
  });

/** A workspace of pnpm, whose program has the library by a package of the workspace alone. */
const throughHelper = (library: string): Stage => ({
  clone: "mono",
  manager: "pnpm",
  program: "packages/shop",
  files: {
    "package.json": { name: "mono", version: "1.0.0", private: true },
    "pnpm-workspace.yaml": "packages:\n  - packages/*\n",
    "packages/hosting/package.json": manifest(library, { name: "hosting", main: "index.js" }),
    "packages/hosting/index.js": 'module.exports = require("pulumi-sextant");\n',
    "packages/shop/package.json": manifest(library, {
      dependencies: { "@pulumi/pulumi": sdk, hosting: "workspace:*" },
    }),
    "packages/shop/Pulumi.yaml": settings("index.js", "../hosting/node_modules"),
    "packages/shop/index.js": commonJs("hosting"),
  },
});

const modules = (library: string): Stage => ({
  clone: "shop",
  manager: "npm",
  program: ".",
  files: {
    "package.json": manifest(library, { type: "module" }),
    "Pulumi.yaml": settings("infra/index.js"),
    "infra/index.js": program("pulumi-sextant"),
  },
});

const newestSdk = (library: string): Stage => {
  const stage = single("npm")(library);
  const dependencies = { "@pulumi/pulumi": "^3.259.0", "pulumi-sextant": library };
  return { ...stage, files: { ...stage.files, "package.json": manifest(library, { dependencies }) } };
};

/**
 * A tool with the program in it, started from another folder. It has a Pulumi.yaml: without one, Pulumi takes the folder that
 * the tool is started in for the program's, and finds its own plugin only where that has the SDK.
 */
const automation = (library: string): Stage => ({
  clone: "tool",
  manager: "npm",
  program: ".",
  files: {
    "package.json": manifest(library),
    "Pulumi.yaml": `name: layout\nruntime: nodejs\n${plugin("node_modules")}`,
    "tool.js": `
const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const program = async () => {
${commonJs("pulumi-sextant").replace("exports.release =", "return { release:").replace(/;\n$/, " };\n")}};
async function main() {
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: "layout", projectName: "layout", program },
    { workDir: __dirname },
  );
  const onOutput = (text) => process.stdout.write(text);
  const run = {
    up: () => stack.up({ onOutput }),
    preview: () => stack.preview({ onOutput, expectNoChanges: true }),
    refresh: () => stack.refresh({ onOutput, expectNoChanges: true }),
    destroy: () => stack.destroy({ onOutput }),
    outputs: async () => console.log((await stack.outputs()).release.value),
  };
  await run[process.argv[2]]();
}
main().catch((error) => { console.error(error); process.exitCode = 1; });
`,
  },
});

export const layouts: readonly Layout[] = [
  { name: "npm", before: single("npm") },
  { name: "pnpm", before: single("pnpm") },
  { name: "pnpm, a workspace", before: workspace("pnpm") },
  { name: "pnpm, by a package of the workspace", before: throughHelper },
  // Yarn 1 keeps to what packages say of Node, and Pulumi's says 22.
  { name: "yarn 1", before: single("yarn-1"), node: "node22" },
  { name: "yarn 4, node-modules", before: single("yarn-4") },
  { name: "npm, a workspace that hoists", before: workspace("npm") },
  { name: "npm, moved into a workspace that hoists", before: single("npm"), after: workspace("npm") },
  { name: "npm, then pnpm", before: single("npm"), after: single("pnpm") },
  { name: "ECMAScript modules, main in a folder", before: modules },
  { name: "main moved into a folder", before: single("npm"), after: single("npm", "shop", "infra/index.ts") },
  { name: "the project moved", before: single("npm"), after: single("npm", "another/place/shop") },
  { name: "Automation API from another folder", before: automation, automation: "tool.js" },
  { name: "the newest SDK of the range", before: newestSdk },
  { name: "Node 22", before: single("npm"), node: "node22" },
  { name: "Node 24", before: single("npm"), node: "node24" },
];
