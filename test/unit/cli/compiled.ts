/** The command `sextant`, compiled and beside its pages as in the package, and run as a process. */
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { repoRoot } from "../../../lab/paths";

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Compiles the command into a folder; answers with its file. */
export async function compileCommand(folder: string): Promise<string> {
  const library = join(folder, "library");
  mkdirSync(library);
  const outfile = join(library, "dist", "cli", "main.js");
  await build({
    entryPoints: [join(repoRoot, "cli", "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    logLevel: "warning",
  });
  for (const name of ["docs", "package.json"]) symlinkSync(join(repoRoot, name), join(library, name));
  return outfile;
}

/** Runs it. */
export function runCommand(
  file: string,
  words: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Ended {
  const ran = spawnSync(process.execPath, [file, ...words], { encoding: "utf8", ...options });
  return { code: ran.status, stdout: ran.stdout, stderr: ran.stderr };
}
