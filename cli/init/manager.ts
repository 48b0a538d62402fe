/** The package manager of a project, and its own words. Pure. */

/** `yarn` is version 1, `berry` what came after it. */
export type ManagerName = "npm" | "pnpm" | "yarn" | "berry";

export interface Manager {
  readonly name: ManagerName;
  /** The folder of its lock file, as seen from the project; undefined where it is the project's own. */
  readonly root?: string;
  /** Whether `packageManager` of that folder's package.json says which version it is. */
  readonly pinned?: boolean;
  /** Whether the project is itself the root of a workspace, to which packages are not added by mistake. */
  readonly workspace?: boolean;
  /** Whether it keeps packages in archives, which is what berry does unless it is told otherwise. */
  readonly archives?: boolean;
  /** Whether it ends with an error where install scripts were not run, which is what pnpm does since 11 unless it is told otherwise. */
  readonly strict?: boolean;
  /** The major version that its lock file is of, where that is known. */
  readonly major?: number;
}

export const usualManager: Manager = { name: "npm" };

export interface Words {
  /** Installs what package.json names. */
  readonly install: string;
  /** Installs what the lock file names, and changes nothing. */
  readonly frozen: string;
  /** Adds packages to package.json. */
  readonly add: string;
  readonly lock: string;
  /** Runs a command of an installed package; nothing but what that prints goes to standard output. */
  readonly exec: string;
  /** What GitHub's setup-node calls it. */
  readonly cache: string;
}

const yarn = { install: "yarn install", add: "yarn add", lock: "yarn.lock", cache: "yarn" };

const words: Readonly<Record<ManagerName, Words>> = {
  npm: {
    ...{ install: "npm install", frozen: "npm ci", add: "npm install --save" },
    ...{ lock: "package-lock.json", exec: "npx", cache: "npm" },
  },
  pnpm: {
    ...{ install: "pnpm install", frozen: "pnpm install --frozen-lockfile", add: "pnpm add" },
    ...{ lock: "pnpm-lock.yaml", exec: "pnpm exec", cache: "pnpm" },
  },
  // Without the flag it prints a line before and one after what it runs.
  yarn: { ...yarn, frozen: "yarn install --frozen-lockfile", exec: "yarn --silent" },
  berry: { ...yarn, frozen: "yarn install --immutable", exec: "yarn" },
};

export function wordsOf({ name, workspace = false }: Manager): Words {
  const own = words[name];
  const flags: Partial<Record<ManagerName, string>> = { pnpm: "--workspace-root", yarn: "-W" };
  const flag = workspace ? flags[name] : undefined;
  return flag === undefined ? own : { ...own, add: `${own.add} ${flag}` };
}

/** The lock file, as seen from the project. */
export function lockOf(manager: Manager): string {
  const { lock } = wordsOf(manager);
  return manager.root === undefined ? lock : `${manager.root}/${lock}`;
}

/** The manager that `packageManager` of package.json names, such as `pnpm@10.2.0`. */
export function namedManager(field: unknown): ManagerName | undefined {
  const [, name, major = ""] = typeof field === "string" ? (/^(npm|pnpm|yarn)@(\d+)/.exec(field) ?? []) : [];
  return name === "yarn" ? (Number(major) >= 2 ? "berry" : "yarn") : (name as ManagerName | undefined);
}

/** The manager of these files, each with its text where it is there. */
export function managerOfLock(read: (file: string) => string | undefined): ManagerName | undefined {
  if (read(words.pnpm.lock) !== undefined) return "pnpm";
  const text = read(yarn.lock);
  if (text !== undefined)
    return /^__metadata:/m.test(text) || read(".yarnrc.yml") !== undefined ? "berry" : "yarn";
  if (read(words.npm.lock) !== undefined) return "npm";
  return read("pnpm-workspace.yaml") === undefined ? undefined : "pnpm";
}

/** The version of pnpm that reads a lock file of this text. */
export function pnpmOf(lock: string): number {
  const format = Number(/^lockfileVersion: *['"]?(\d+)/m.exec(lock)?.[1] ?? 9);
  return format >= 9 ? 10 : format >= 6 ? 8 : 7;
}

/** Whether the patterns of a workspace name a folder; both are seen from its root. */
export function isMember(patterns: readonly string[], folder: string): boolean {
  return patterns.reduce(
    (found, pattern) =>
      pattern.startsWith("!")
        ? found && !matches(pattern.slice(1), folder)
        : found || matches(pattern, folder),
    false,
  );
}

function matches(pattern: string, folder: string): boolean {
  const plain = pattern.replace(/^\.\//, "").replace(/\/+$/, "");
  const source = plain.split("/").map((part) => {
    if (part === "**") return "(?:.+)";
    return part
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", "[^/]*")
      .replaceAll("?", "[^/]");
  });
  return new RegExp(`^${source.join("/")}$`).test(folder);
}
