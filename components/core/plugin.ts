/** Whether Pulumi's engine will find the plugin of this library's resources. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, relative, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { pageCommand } from "../../provider/core/page";
import { lateRefusal } from "./refusal";

/** The executable that the engine looks for. */
const file = "pulumi-resource-sextant";
/** Where it is in the library, which runs compiled or from its sources. */
const own = resolve(__dirname, __filename.endsWith(".ts") ? "../../dist/plugin" : "../../plugin");

/** Where the engine looks (sdk/go/common/workspace, `getPluginInfoAndPath`). */
interface Places {
  /** The text of the project's file. */
  project: string;
  path: readonly string[];
  /** Pulumi's home, which has the plugins that were installed. */
  home: string;
}

let looked = false;

/**
 * Refuses the program where the plugin is not to be found, and the engine may not install it; asked once a program. Under mocks there is
 * no project, and no plugin is asked.
 */
export function needPlugin(): void {
  // What starts a program sets this; mocks do not.
  if (looked || process.env["PULUMI_NODEJS_MONITOR"] === undefined) return;
  looked = true;
  if (!isSet("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION")) return;
  const root = projectRoot();
  const places = {
    project: projectText(root),
    path: isSet("PULUMI_IGNORE_AMBIENT_PLUGINS")
      ? []
      : (process.env["PATH"] ?? "").split(delimiter).filter(Boolean),
    home: process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi"),
  };
  if (!isFound(places)) throw lateRefusal(pluginRefusal(root, own));
}

/** A switch of the engine's (sdk/go/common/util/env, `Bool`). */
const isSet = (name: string): boolean => /^(1|t|true)$/i.test(process.env[name] ?? "");

/** Whether the engine finds it in one of its places. */
function isFound({ project, path, home }: Places): boolean {
  return (
    /^\s*(-\s+)?name:\s*(["']?)sextant\2\s*(#.*)?$/m.test(project) ||
    path.some((directory) => existsSync(join(directory, file))) ||
    installed(home).some((name) => name.startsWith("resource-sextant-v") && !/\.(lock|partial)$/.test(name))
  );
}

function installed(home: string): string[] {
  const directory = join(home, "plugins");
  return existsSync(directory) ? readdirSync(directory) : [];
}

/** The folder of the project's file; an older language host does not tell it, and it is found as the engine finds it. */
function projectRoot(): string {
  const told = pulumi.getRootDirectory();
  if (isAbsolute(told)) return told;
  for (let folder = process.cwd(); folder !== dirname(folder); folder = dirname(folder))
    if (projectFile(folder) !== undefined) return folder;
  return process.cwd();
}

function projectFile(folder: string): string | undefined {
  return ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"]
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
}

function projectText(root: string): string {
  const found = projectFile(root);
  return found === undefined ? "" : readFileSync(found, "utf8");
}

/** What is to be added, with the path from the project's folder: by its name, where a package manager has put it there. */
function pluginRefusal(root: string, directory: string): string {
  const byName = "node_modules/pulumi-sextant/dist/plugin";
  const path = existsSync(join(root, byName)) ? byName : relative(root, directory);
  return [
    `Pulumi.yaml: plugins, but Pulumi finds no plugin "sextant", which does what this library's resources say; add to it (${pageCommand("plugin")}):`,
    "",
    "plugins:",
    "  providers:",
    "    - name: sextant",
    `      path: ${path}`,
  ].join("\n");
}
