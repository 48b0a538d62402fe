/** The files of a new project: pure. */
import { registryOf } from "../../provider/core/registry-of";
import type { Manager } from "./manager";
import { commandOf } from "../import/words";
import { configName, secretsOfStack, type ExistingMachine, type Setup } from "./setup";
import { variableOf } from "./variable";

/** What the files name of the library, and of where they lie. */
export interface Surroundings {
  /** The version of this library. */
  version: string;
  /** The versions of the packages that a project needs beside it: `@pulumi/pulumi`, `typescript`, `@types/node`. */
  packages: Readonly<Record<"@pulumi/pulumi" | "typescript" | "@types/node", string>>;
  /** The folder of the installed packages, as seen from the project. */
  modules: string;
  manager: Manager;
}

/** The files of a project. */
export const projectFiles = [
  "Pulumi.yaml",
  "package.json",
  "tsconfig.json",
  "index.ts",
  ".gitignore",
] as const;

/** The files by their names; `package.json` is for a project that has none. */
export function render(
  setup: Setup,
  surroundings: Surroundings,
): Record<(typeof projectFiles)[number], string> {
  return { ...besideProgram(setup, surroundings), "index.ts": program(setup) };
}

/** The files that a program needs beside it, whatever is in it. */
export function besideProgram(
  project: Pick<Setup, "name">,
  surroundings: Surroundings,
): Record<Exclude<(typeof projectFiles)[number], "index.ts">, string> {
  return {
    "Pulumi.yaml": settings(project, surroundings),
    "package.json": manifest(project, surroundings),
    "tsconfig.json": compiler(),
    ".gitignore": "node_modules/\nbin/\n",
  };
}

function settings({ name }: Pick<Setup, "name">, { modules }: Surroundings): string {
  return [
    `name: ${name}`,
    `description: The servers of ${name} and what runs on them.`,
    "runtime: nodejs",
    "main: index.ts",
    "plugins:",
    "  providers:",
    "    - name: sextant",
    `      path: ${modules}/pulumi-sextant/dist/plugin`,
    "",
  ].join("\n");
}

function manifest({ name }: Pick<Setup, "name">, { version, packages }: Surroundings): string {
  return json({
    name: `${name}-servers`,
    private: true,
    dependencies: { "@pulumi/pulumi": packages["@pulumi/pulumi"], "pulumi-sextant": version },
    devDependencies: { "@types/node": packages["@types/node"], typescript: packages.typescript },
  });
}

function compiler(): string {
  return json({
    compilerOptions: {
      strict: true,
      target: "es2022",
      module: "node16",
      moduleResolution: "node16",
      skipLibCheck: true,
      outDir: "bin",
    },
    files: ["index.ts"],
  });
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const text = (value: string): string => JSON.stringify(value);

/** The program: what it imports, then a statement a component. */
function program(setup: Setup): string {
  const { name } = setup;
  const statements = [
    ...registry(setup),
    ...machine(setup),
    'const proxy = new Proxy("proxy", { servers: [web] });',
    ...database(setup),
    ...cache(setup),
    "",
    ...app(setup),
  ];
  return [
    `/** The servers of ${name} and what runs on them: \`pulumi preview\` shows what an edit changes, \`pulumi up\` makes it so. */`,
    'import * as pulumi from "@pulumi/pulumi";',
    `import { ${imports(setup).join(", ")} } from "pulumi-sextant";`,
    "",
    "const config = new pulumi.Config();",
    ...statements,
    `export const version = ${variable(name)}.version;`,
    "export const address = web.address;",
    "",
  ].join("\n");
}

/** In the order of an import that is sorted: components, then values. */
function imports({ machine: { kind }, registryUser, postgres, redis, ssh }: Setup): string[] {
  const made = kind === "existing" ? ["ExistingServer"] : ["Firewall", "Server"];
  const rules = kind === "existing" ? [] : ["http", "https", ssh.port === undefined ? "ssh" : "tcp"];
  const others = [
    ...(postgres === undefined ? [] : ["Postgres"]),
    ...(redis === undefined ? [] : ["Redis"]),
    ...(registryUser === undefined ? [] : ["Registry"]),
  ];
  return [...["App", "Proxy", ...made, ...others].sort(), ...["letsEncrypt", ...rules].sort()];
}

function registry({ image, registryUser }: Setup): string[] {
  return registryUser === undefined
    ? []
    : [
        'const registry = new Registry("registry", {',
        `  address: ${text(registryOf(image))},`,
        `  username: ${text(registryUser)},`,
        '  password: config.requireSecret("registryPassword"),',
        "});",
      ];
}

function machine({
  machine: of,
  ssh: { keyFile, user, port },
  registryUser,
  github = false,
}: Setup): string[] {
  const access = [
    ...(github ? ['privateKey: config.requireSecret("sshPrivateKey")'] : []),
    // Of a secret the public half is not known here.
    ...(github && of.kind === "hetzner" ? ['publicKey: config.require("sshPublicKey")'] : []),
    ...(keyFile === undefined ? [] : [`privateKeyFile: ${text(keyFile)}`]),
    ...(user === undefined ? [] : [`user: ${text(user)}`]),
    ...(port === undefined ? [] : [`port: ${port}`]),
  ];
  const shared = [
    ...(registryUser === undefined ? [] : ["  registries: [registry],"]),
    ...(access.length === 0 ? [] : [`  ssh: { ${access.join(", ")} },`]),
  ];
  if (of.kind === "existing")
    return [
      'const web = new ExistingServer("web-1", {',
      `  address: ${text(of.address)},`,
      ...hostKey(of, github),
      ...shared,
      "});",
    ];
  const from = of.sshFrom === undefined ? 'config.require("sshFrom")' : text(of.sshFrom);
  const login = port === undefined ? "ssh" : `tcp(${port})`;
  return [
    `const edge = new Firewall("edge", { allow: [${login}.from(${from}), http, https] });`,
    'const web = new Server("web-1", {',
    `  type: ${text(of.type)},`,
    ...(of.location === undefined ? [] : [`  location: ${text(of.location)},`]),
    "  firewalls: [edge],",
    ...shared,
    "});",
  ];
}

/** A runner knows no host. */
function hostKey({ hostKey: key }: ExistingMachine, github: boolean): string[] {
  if (key !== undefined) return [`  hostKey: ${text(key)},`];
  return github ? ['  hostKey: config.require("hostKey"),'] : [];
}

function database({ postgres }: Setup): string[] {
  return postgres === undefined
    ? []
    : [
        'const db = new Postgres("db", {',
        "  server: web,",
        `  version: ${text(postgres)},`,
        '  password: config.requireSecret("dbPassword"),',
        "});",
      ];
}

function cache({ redis }: Setup): string[] {
  return redis === undefined
    ? []
    : [`const cache = new Redis("cache", { server: web, version: ${text(redis)} });`];
}

function app(setup: Setup): string[] {
  const { name, image, host, port, postgres, redis, worker } = setup;
  const job =
    worker === undefined
      ? ""
      : `, job: { servers: [web], command: [${commandOf(worker).map(text).join(", ")}] }`;
  const values = [
    ...(postgres === undefined ? [] : ["    DATABASE_URL: db.url,"]),
    ...(redis === undefined ? [] : ["    REDIS_URL: cache.url,"]),
    ...secretsOfStack(setup).map(
      (secret) => `    ${secret}: config.requireSecret(${text(configName(secret))}),`,
    ),
  ];
  return [
    "// Every argument, with its default and what editing it does: npx sextant docs app",
    `const ${variable(name)} = new App(${text(name)}, {`,
    `  image: ${text(image)},`,
    "  // The tag of the release: pulumi up --config version=TAG",
    '  version: config.require("version"),',
    "  proxy,",
    `  route: { hosts: [${text(host)}], port: ${port}, tls: letsEncrypt() },`,
    `  roles: { web: { servers: [web] }${job} },`,
    ...(values.length === 0 ? [] : ["  secrets: {", ...values, "  },"]),
    "});",
  ];
}

/** Names that the program has already. */
const taken = [
  ...["config", "pulumi", "registry", "edge", "web", "proxy", "db", "cache", "version", "address"],
  ...["ssh", "tcp", "http", "https"],
];

/** The app's name as a variable: `my-shop` as `myShop`. */
const variable = (name: string): string => variableOf(name, taken, "App");
