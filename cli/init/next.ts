/** What is printed when the files are there: what package.json lacks, and the commands that come next. Pure. */
import { quote } from "../../provider/host/scripts";
import { lockOf, wordsOf, type Manager } from "./manager";
import type { Surroundings } from "./render";
import { configName, secretsOfStack, type Setup } from "./setup";
import { secretsOf, type WorkflowSetup } from "./workflow";

/** What the package.json that was there already names, in any of its fields for dependencies. */
export interface FoundManifest {
  readonly dependencies: ReadonlySet<string>;
  /** Whether a compiler is installed all the same: npm brings the library's peers, others do not. */
  readonly compiler: boolean;
  /** What its modules are taken for. */
  readonly type?: string;
}

/** What is known of where the project lies. */
export interface Place {
  /** The folder, as the user would name it; none where it is the one that the command was started in. */
  readonly folder?: string;
  readonly stack: string;
  /** The package.json that was there already. */
  readonly manifest?: FoundManifest;
  /** Whether the library is installed where the program will look for it. */
  readonly installed: boolean;
  readonly manager: Manager;
  /** The workflows that were written beside it. */
  readonly github?: Pick<WorkflowSetup, "state">;
}

/** What an existing package.json has to have added or changed by its owner: a line each. */
export function lacking(manifest: FoundManifest, { version, packages, manager }: Surroundings): string[] {
  const needed: [name: string, range: string, there?: boolean][] = [
    ["pulumi-sextant", version],
    ["@pulumi/pulumi", packages["@pulumi/pulumi"]],
    ["typescript", packages.typescript, manifest.compiler],
  ];
  const absent = needed.filter(([name, , there = false]) => !manifest.dependencies.has(name) && !there);
  const install = absent.map(([name, range]) => quote(`${name}@${range}`)).join(" ");
  return [
    ...(absent.length === 0
      ? []
      : [
          `package.json does not name ${absent.map(([name]) => name).join(" and ")}, which the program needs; this adds what is missing:`,
          `  ${wordsOf(manager).add} ${install}`,
        ]),
    ...(manifest.type === "module"
      ? [
          'package.json says "type": "module", with which Pulumi runs no TypeScript without a loader; take the line out, or give the program a folder of its own.',
        ]
      : []),
  ];
}

/** What the package manager has to be told in a file of its own; nothing where that is nothing. */
export function settingsLines({ archives = false, strict = false, root }: Manager): string[] {
  const settings = root === undefined ? "pnpm-workspace.yaml" : `${root}/pnpm-workspace.yaml`;
  if (strict)
    return [
      `pnpm since version 11 ends with ERR_PNPM_IGNORED_BUILDS where install scripts were not run. These need not be, as Pulumi fetches its plugins itself; ${settings} says so:`,
      "  allowBuilds:",
      ...["'@pulumi/command'", "'@pulumi/docker-build'", "protobufjs"].map((name) => `    ${name}: false`),
    ];
  return archives
    ? [
        "Yarn keeps packages in archives unless .yarnrc.yml says nodeLinker: node-modules; write that line, since Pulumi looks for the plugin in node_modules.",
      ]
    : [];
}

/** What the workflows install by, where it is not there yet. */
export function lockLine(manager: Manager, there: boolean): string[] {
  return there
    ? []
    : [
        `The workflows install what ${lockOf(manager)} names, and it is not there: ${wordsOf(manager).install} writes it; commit it.`,
      ];
}

/** The commands that lead to the first release. */
export function nextCommands(
  setup: Setup,
  { folder, stack, manifest, installed, manager, github }: Place,
): string[] {
  const { machine, registryUser, postgres } = setup;
  const hetzner = machine.kind === "hetzner";
  return [
    ...(folder === undefined ? [] : [`cd ${quote(folder)}`]),
    // A package.json that was just written is in no lock file, whatever is installed.
    ...(manifest === undefined || !installed ? [wordsOf(manager).install] : []),
    ...(github?.state === undefined ? [] : [`pulumi login ${quote(github.state)}`]),
    `pulumi stack init ${stack}`,
    ...(github === undefined ? [] : sshCommands(setup)),
    ...(hetzner ? ["pulumi config set --secret hcloud:token"] : []),
    ...(hetzner && machine.sshFrom === undefined ? ["pulumi config set sshFrom NETWORK"] : []),
    ...(registryUser === undefined ? [] : ["pulumi config set --secret registryPassword"]),
    ...(postgres === undefined ? [] : ["openssl rand -hex 24 | pulumi config set --secret dbPassword"]),
    ...secretsOfStack(setup).map((secret) => `pulumi config set --secret ${configName(secret)}`),
    "pulumi up --config version=TAG",
    ...(github === undefined ? [] : secretCommands(github)),
  ];
}

/** The commands by which the workflows get at the state. */
export function secretCommands(github: Pick<WorkflowSetup, "state">): string[] {
  return secretsOf(github).map((name) => `gh secret set ${name}`);
}

/** A key for the runner alone, and the key by which it knows a server that is there. */
function sshCommands({ name, machine, ssh: { user = "root", port } }: Setup): string[] {
  const file = `~/.ssh/${name}-deploy`;
  const at = port === undefined ? "" : `-p ${port} `;
  const pair = [
    `ssh-keygen -q -t ed25519 -N "" -f ${file}`,
    `pulumi config set --secret sshPrivateKey <${file}`,
  ];
  if (machine.kind === "hetzner") return [...pair, `pulumi config set sshPublicKey "$(cat ${file}.pub)"`];
  return [
    ...pair,
    `ssh-copy-id ${at}-i ${file}.pub ${user}@${machine.address}`,
    ...(machine.hostKey === undefined
      ? [`pulumi config set hostKey "$(ssh-keyscan ${at}-t ed25519 ${machine.address} | cut -d " " -f 2-)"`]
      : []),
  ];
}
