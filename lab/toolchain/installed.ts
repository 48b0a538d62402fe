/** Finds what of the toolchain the user has installed already, without changing anything of it. */
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { launchers, pluginBinary, plugins, pulumiVersion, type PluginName } from "./programs";

/** Paths of executables that can be used as they are, by their names. */
export type Installed = Readonly<Record<string, string>>;

/** What the search looks at; the user's own by default. */
export interface Places {
  /** Directories to look for executables in, in order. */
  readonly path: readonly string[];
  /** Pulumi's home, which holds the plugins. */
  readonly home: string;
  /** Runs a program and returns what it printed, or undefined if it failed or took too long. */
  readonly run: (file: string, args: readonly string[]) => string | undefined;
}

/** The user's own places. `toolchain` is ours: what is on the path from there is no installation. */
export function userPlaces(toolchain: string, env: NodeJS.ProcessEnv = process.env): Places {
  return {
    path: (env["PATH"] ?? "").split(delimiter).filter((dir) => dir !== "" && !dir.startsWith(toolchain)),
    home: env["PULUMI_HOME"] ?? join(homedir(), ".pulumi"),
    run: runQuietly,
  };
}

/** Everything that is installed in a version that fits. */
export function findInstalled(places: Places): Installed {
  const found: Record<string, string> = {};
  Object.assign(found, findPulumi(places));
  for (const name of Object.keys(plugins) as PluginName[]) {
    const path = findPlugin(name, places);
    if (path !== undefined) found[pluginBinary(name)] = path;
  }
  return found;
}

/** Whether an installed CLI of this version, as `pulumi version` prints it, can stand for ours. */
export function acceptsPulumi(printed: string): boolean {
  const [wantMajor, wantMinor] = numbers(pulumiVersion) ?? [];
  const have = numbers(printed);
  if (have === undefined || wantMajor === undefined || wantMinor === undefined) return false;
  return have[0] === wantMajor && have[1] >= wantMinor;
}

/** Whether a plugin says that it is exactly the version wanted. */
export function acceptsPlugin(name: PluginName, printed: string): boolean {
  return printed.trim().replace(/^v/, "") === plugins[name];
}

/** Major and minor of a released version; nothing for a pre-release, which may lack what the release has. */
function numbers(printed: string): [number, number] | undefined {
  const match = /^v?(\d+)\.(\d+)\.\d+$/.exec(printed.trim());
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/** The CLI comes with its language host and launchers beside it; without them it is no use to us. */
function findPulumi(places: Places): Installed {
  const pulumi = onPath("pulumi", places.path);
  if (pulumi === undefined) return {};
  const siblings = dirname(realpathSync(pulumi));
  const parts = ["pulumi-language-nodejs", ...launchers].map((name) => [name, join(siblings, name)] as const);
  if (!parts.every(([, path]) => isExecutable(path))) return {};
  if (!acceptsPulumi(places.run(pulumi, ["version"]) ?? "")) return {};
  return { pulumi, ...Object.fromEntries(parts) };
}

/** An installed plugin of the version wanted. */
export function findPlugin(name: PluginName, places: Places): string | undefined {
  const directory = join(places.home, "plugins", `resource-${name}-v${plugins[name]}`);
  const cached = join(directory, pluginBinary(name));
  // Pulumi marks a download that is not finished by a file beside the directory.
  if (isExecutable(cached) && !existsSync(`${directory}.partial`)) return cached;

  const ambient = onPath(pluginBinary(name), places.path);
  if (ambient === undefined) return undefined;
  return acceptsPlugin(name, places.run(ambient, ["-version"]) ?? "") ? ambient : undefined;
}

function onPath(name: string, path: readonly string[]): string | undefined {
  return path.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function runQuietly(file: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(file, args, {
      encoding: "utf8",
      timeout: 5_000,
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
  } catch {
    // A program that cannot tell its version is not one that fits.
    return undefined;
  }
}
