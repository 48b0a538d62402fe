/** Configurations of Kamal of many shapes, each a folder of `testdata`, and what the import makes of them. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { imported, type Folder, type Imported } from "../../../../cli/import/kamal";
import { repoRoot } from "../../../../lab/paths";

export const testdata = join(repoRoot, "test", "unit", "cli", "import", "testdata");
export const cases = readdirSync(testdata).sort();
/** What stands in the files for a secret. */
export const canary = "canary-Tr0ub4dor";

export function caseFolder(name: string): Folder {
  const at = (path: string): string => join(testdata, name, path);
  const kindOf = (path: string): "file" | "folder" | "none" =>
    !existsSync(at(path)) ? "none" : statSync(at(path)).isDirectory() ? "folder" : "file";
  return {
    kindOf,
    read: (path) => (kindOf(path) === "file" ? readFileSync(at(path), "utf8") : undefined),
    list: (path) => (kindOf(path) === "folder" ? readdirSync(at(path)) : []),
  };
}

/** @param takeOver whether it takes Kamal's place on its own machines */
export function importCase(name: string, takeOver = false): Imported {
  const wish = { file: "config/deploy.yml", stack: "production", above: "..", inside: "infra", takeOver };
  return imported(caseFolder(name), wish);
}

/** A folder that has one configuration and nothing else. */
export function folderOf(files: Readonly<Record<string, string>>): Folder {
  return {
    read: (path) => files[path],
    list: (path) =>
      Object.keys(files)
        .filter((file) => file.startsWith(`${path}/`))
        .map((file) => file.slice(path.length + 1)),
    kindOf: (path) => (path in files ? "file" : "none"),
  };
}
