/** Where the folder of this program lies in a context: what is in it changes with every `pulumi config set` and `npm install`. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/**
 * The folder with Pulumi.yaml, as a path in the context; "" for the context itself, undefined where it lies elsewhere.
 * @param from where the program runs, which with `main` is below it
 */
export function ownFolder(context: string, from = process.cwd()): string | undefined {
  const project = projectAbove(realpathSync(from));
  if (project === undefined) return undefined;
  const path = relative(realpathSync(context), project);
  return path === ".." || path.startsWith(`..${sep}`) ? undefined : path.split(sep).join("/");
}

function projectAbove(directory: string): string | undefined {
  if (["Pulumi.yaml", "Pulumi.yml"].some((name) => existsSync(join(directory, name)))) return directory;
  const above = dirname(directory);
  return above === directory ? undefined : projectAbove(above);
}

/**
 * The entries of the program's folder that are no part of any application, of those that a context has: Pulumi's files, and in a folder
 * of the program's own what npm puts there. Files that the application wants from there may be among the others.
 */
export function ownEntries(files: readonly string[], folder: string): string[] {
  const start = folder === "" ? "" : `${folder}/`;
  const tops = files
    .filter((file) => file.startsWith(start))
    .map((file) => file.slice(start.length).split("/", 1)[0] ?? "")
    .filter((top) => /^Pulumi(\.[^/]+)?\.ya?ml$/.test(top) || (folder !== "" && top === "node_modules"));
  return [...new Set(tops)].sort();
}
