/** What the workflows of GitHub Actions have in common. Pure. */
import { posix } from "node:path";
import { lockOf, usualManager, wordsOf, type Manager } from "./manager";

/** What the workflows are about. */
export interface WorkflowSetup {
  readonly stack: string;
  /** The project's folder in the repository; undefined where it is the repository itself. */
  readonly folder?: string;
  /** Where the state is kept, as `pulumi login` takes it. @default Pulumi's service */
  readonly state?: string;
  /** The stack whose values each pull request's own stack has; undefined where they have none. */
  readonly review?: string;
  /** The version of Pulumi that runs. */
  readonly pulumi: string;
  /** Installs the packages. @default npm, with a lock file in the project's folder */
  readonly manager?: Manager;
}

/** The folder that GitHub looks into, at the root of a repository. */
export const workflowFolder = ".github/workflows";

/** Actions of others, each by the commit that was looked at: a tag can be moved. */
const actions = {
  checkout: "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2",
  node: "actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0",
  pnpm: "pnpm/action-setup@fe02b34f77f8bc703788d5817da081398fad5dd2 # v4.0.0",
  pulumi: "pulumi/actions@8e5e406f4007fca908480587cb9893c07090f58d # v7.0.0",
};

/** What is wrong with where the state is; undefined where nothing is. */
export function stateProblem(state: string): string | undefined {
  if (/^file:/.test(state))
    return "a runner's disk is gone after each run; keep the state in a bucket, or leave --state out for Pulumi's service";
  return /^(https|s3|gs|azblob):\/\/[^\s"'`$\\]+$/.test(state)
    ? undefined
    : "it is an address as pulumi login takes it, such as s3://shop-state";
}

/** The secrets of the repository that give access to the state. */
export function secretsOf({ state }: Pick<WorkflowSetup, "state">): string[] {
  if (state === undefined || state.startsWith("https:")) return ["PULUMI_ACCESS_TOKEN"];
  const bucket = state.startsWith("s3:")
    ? ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    : state.startsWith("gs:")
      ? ["GOOGLE_CREDENTIALS"]
      : ["AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY"];
  return [...bucket, "PULUMI_CONFIG_PASSPHRASE"];
}

/** What comes before the work: the program, Node, its packages, and Pulumi. The plugin lies in node_modules. */
export function job({ folder, pulumi, manager = usualManager }: WorkflowSetup): string[] {
  const { cache, frozen } = wordsOf(manager);
  return [
    "    runs-on: ubuntu-24.04",
    "    timeout-minutes: 60",
    ...(folder === undefined
      ? []
      : ["    defaults:", "      run:", `        working-directory: ${text(folder)}`]),
    "    steps:",
    "      # With all commits, so that those between two releases can be named.",
    `      - uses: ${actions.checkout}`,
    "        with:",
    "          fetch-depth: 0",
    "          persist-credentials: false",
    ...managerSteps(manager, folder),
    `      - uses: ${actions.node}`,
    "        with:",
    "          node-version: 24",
    `          cache: ${cache}`,
    `          cache-dependency-path: ${text(posix.join(folder ?? "", lockOf(manager)))}`,
    `      - run: ${frozen}`,
    `      - uses: ${actions.pulumi}`,
    "        with:",
    `          pulumi-version: ${text(pulumi)}`,
  ];
}

/** The package manager itself, where a runner does not have it: setup-node asks it for its cache. */
function managerSteps(
  { name, root, pinned = false, major = 10 }: Manager,
  folder: string | undefined,
): string[] {
  if (name === "berry")
    return [
      "      # The version of Yarn that packageManager of package.json names.",
      "      - run: corepack enable",
    ];
  if (name !== "pnpm") return [];
  const manifest = posix.join(folder ?? "", root ?? "", "package.json");
  return [
    `      - uses: ${actions.pnpm}`,
    "        with:",
    // It refuses to be told twice.
    pinned ? `          package_json_file: ${text(manifest)}` : `          version: ${major}`,
  ];
}

/** Only what is in the project's folder is of the servers, and the lock file, where a workspace has it. */
export function paths({ folder = "", manager = usualManager }: WorkflowSetup, name: string): string[] {
  return [
    "    paths:",
    `      - ${text(`${folder}/**`)}`,
    ...(manager.root === undefined ? [] : [`      - ${text(posix.join(folder, lockOf(manager)))}`]),
    `      - ${text(`${workflowFolder}/sextant-${name}.yml`)}`,
  ];
}

/** The variables of the steps that reach the state; no other step has them. */
export function access(setup: WorkflowSetup): string[] {
  return [
    ...(setup.state === undefined ? [] : [`          PULUMI_BACKEND_URL: ${text(setup.state)}`]),
    ...secretsOf(setup).map((name) => `          ${name}: \${{ secrets.${name} }}`),
  ];
}

/** A text as YAML, and nothing that GitHub evaluates. */
export const text = (value: string): string =>
  JSON.stringify(value.replaceAll("${{", "$ {{")).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

export const lines = (...all: readonly string[]): string => `${all.join("\n")}\n`;
