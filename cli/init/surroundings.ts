/** Where a project lies: what is there of it already, and which library its files name. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { parse } from "yaml";
import { libraryPackage } from "../../provider/core/package";
import { isMember, managerOfLock, namedManager, pnpmOf, type Manager } from "./manager";
import type { FoundManifest } from "./next";
import type { Surroundings } from "./render";

/** The other names under which Pulumi finds a project's settings. */
export const otherSettings = ["Pulumi.yml", "Pulumi.json"];

/** The package.json that is there already. @throws Error when it cannot be read as one. */
export function foundManifest(
  folder: string,
  { modules, manager }: Pick<Surroundings, "modules" | "manager">,
): FoundManifest | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  const fields = parsed(file, readFileSync(file, "utf8"));
  const of = (field: string): string[] => Object.keys((fields[field] ?? {}) as object);
  const { type } = fields;
  return {
    dependencies: new Set(
      ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"].flatMap(of),
    ),
    // What another one has put there without being asked, it takes away again.
    compiler: manager.name === "npm" && existsSync(join(folder, modules, "typescript")),
    ...(typeof type === "string" ? { type } : {}),
  };
}

function parsed(file: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below, as for any other text that is no object.
  }
  throw new Error(`init: ${file} is not JSON with the fields of a package; mend it first.`);
}

/** What the files name, and whether the library is installed for them. */
export function surroundingsOf(folder: string): Surroundings & { found: boolean } {
  const { version, engines, peerDependencies } = libraryPackage();
  const node = /\d+/.exec(engines.node)?.[0] ?? "";
  const manager = managerOf(folder);
  const modules = modulesOf(folder, manager);
  return {
    version,
    packages: {
      "@pulumi/pulumi": leastPulumi(),
      typescript: peerDependencies["typescript"] ?? "",
      "@types/node": `^${node}`,
    },
    ...{ modules, manager },
    found: existsSync(join(folder, modules, "pulumi-sextant", "dist", "plugin")),
  };
}

/** The oldest version of Pulumi that the library works with. */
export function leastPulumi(): string {
  return numbers(libraryPackage().peerDependencies["@pulumi/pulumi"]) ?? "";
}

/** The version of Pulumi's SDK that the project has, where that is newer than the oldest one: the CLI must not be older than it. */
export function pulumiOf(folder: string): string {
  const { modules } = surroundingsOf(folder);
  const installed = join(folder, modules, "@pulumi", "pulumi", "package.json");
  const found = existsSync(installed)
    ? fieldsOf(installed)["version"]
    : dependenciesOf(join(folder, "package.json"))["@pulumi/pulumi"];
  const least = leastPulumi();
  const own = typeof found === "string" ? numbers(found) : undefined;
  return own !== undefined && own.localeCompare(least, "en", { numeric: true }) > 0 ? own : least;
}

const numbers = (range: string | undefined): string | undefined => /\d+\.\d+\.\d+/.exec(range ?? "")?.[0];

/** A package.json's fields; none where it is not there. */
function fieldsOf(file: string): Record<string, unknown> {
  return existsSync(file) ? parsed(file, readFileSync(file, "utf8")) : {};
}

function dependenciesOf(file: string): Record<string, unknown> {
  const { dependencies = {}, devDependencies = {} } = fieldsOf(file);
  return { ...(devDependencies as object), ...(dependencies as object) };
}

/** What settings of pnpm say of install scripts that are not run. */
const told = /^strictDepBuilds: *false\b|^ +['"]?@pulumi\/command['"]?: *(true|false)\b/m;

/** The manager that has the project's lock file, which is that of the workspace it is a package of. */
function managerOf(folder: string): Manager {
  const locks = ["package-lock.json", "pnpm-lock.yaml", "yarn.lock"];
  const own = locks.some((name) => existsSync(join(folder, name)));
  const above = own ? undefined : workspaceOf(folder);
  const root = above ?? folder;
  const read = (name: string): string | undefined =>
    existsSync(join(root, name)) ? readFileSync(join(root, name), "utf8") : undefined;
  const field = namedManager(fieldsOf(join(root, "package.json"))["packageManager"]);
  const name = field ?? managerOfLock(read) ?? "npm";
  const linked = /^nodeLinker: *['"]?(node-modules|pnpm)\b/m.test(read(".yarnrc.yml") ?? "");
  return {
    name,
    ...(above === undefined ? {} : { root: slashes(relative(folder, above)) }),
    ...(field === undefined ? {} : { pinned: true }),
    ...(above === undefined && patternsOf(folder).length > 0 ? { workspace: true } : {}),
    ...(name === "berry" && !linked ? { archives: true } : {}),
    ...(name === "pnpm" ? { major: pnpmOf(read("pnpm-lock.yaml") ?? "") } : {}),
    ...(name === "pnpm" && !told.test(read("pnpm-workspace.yaml") ?? "") ? { strict: true } : {}),
  };
}

/** The root of the workspace that a folder is a package of; a folder that merely lies in another one's project is none. */
function workspaceOf(folder: string): string | undefined {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const above = dirname(at);
    if (isMember(patternsOf(above), slashes(relative(above, folder)))) return above;
  }
  return undefined;
}

/** The folders of a workspace's packages, as patterns. */
function patternsOf(root: string): string[] {
  const settings = join(root, "pnpm-workspace.yaml");
  const found: unknown = existsSync(settings)
    ? (parse(readFileSync(settings, "utf8")) as { packages?: unknown } | null)?.packages
    : fieldsOf(join(root, "package.json"))["workspaces"];
  // Yarn takes a map with the list in it, too.
  const list: unknown = Array.isArray(found)
    ? found
    : (found as { packages?: unknown } | undefined)?.packages;
  return Array.isArray(list) ? list.filter((each) => typeof each === "string") : [];
}

/** Where the packages are: in the project, or in the root of a workspace that hoists them. pnpm links them into each package. */
function modulesOf(folder: string, { name, root }: Manager): string {
  const own = "node_modules";
  const hoisted = root !== undefined && name !== "pnpm";
  return hoisted && !existsSync(join(folder, own, "pulumi-sextant")) ? `${root}/${own}` : own;
}

const slashes = (path: string): string => path.split(sep).join("/");

/** The folder, or the nearest one above it, that has this in it. */
export function nearest(folder: string, path: string): string | undefined {
  for (let above = folder; ; above = dirname(above)) {
    if (existsSync(join(above, path))) return above;
    if (above === dirname(above)) return undefined;
  }
}
