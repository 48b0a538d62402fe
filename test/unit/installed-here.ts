/** This checkout as a project has the library installed, for the compiler: the types are those of the sources, without a build. */
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../../lab/paths";

/** Options of the compiler that the library's sources need, which are checked along; what is published has declarations alone. */
export const forSources = { lib: ["ES2023"], types: ["node"] };

/** Lays `node_modules` into a folder. */
export function installHere(folder: string): void {
  const modules = join(folder, "node_modules");
  const library = join(modules, "pulumi-sextant");
  mkdirSync(library, { recursive: true });
  for (const name of ["@pulumi", "@types"])
    symlinkSync(join(repoRoot, "node_modules", name), join(modules, name));
  writeFileSync(join(library, "package.json"), '{ "name": "pulumi-sextant", "types": "index.d.ts" }');
  const sources = JSON.stringify(join(repoRoot, "components", "index"));
  writeFileSync(join(library, "index.d.ts"), `export * from ${sources};\n`);
}

/** What the real compiler says of the project in a folder; nothing where all is well. */
export function compilerSays(folder: string): string {
  const compiler = join(repoRoot, "node_modules", "typescript", "bin", "tsc");
  const words = [compiler, "--noEmit", "--pretty", "false", "--project", folder];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: "utf8" });
  return status === 0 ? stdout : `${stdout}${stderr}tsc ended with ${String(status)}`;
}
