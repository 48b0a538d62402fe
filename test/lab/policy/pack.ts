/** The policy pack as the toolchain at hand can start it. */
import { cpSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../../../lab/paths";
import { ensureToolchain } from "../../../lab/toolchain/toolchain";

/** Where launchers of this test lie, to be put on the PATH. */
export const launchers = join(__dirname, "bin");

/**
 * The pack's directory. An installed Pulumi starts the pack as it is. The language host that is built here can start no
 * packs; then the engine is given a copy with another runtime's name, for which it asks the launcher beside this file.
 */
export async function packDirectory(folder: string): Promise<string> {
  const { bin } = await ensureToolchain();
  const pack = join(repoRoot, "policy");
  if (lstatSync(join(bin, "pulumi-language-nodejs")).isSymbolicLink()) return pack;
  const copy = join(folder, "policy");
  cpSync(pack, copy, { recursive: true });
  for (const name of ["components", "node_modules", "tsconfig.json"])
    symlinkSync(join(repoRoot, name), join(folder, name));
  const file = join(copy, "PulumiPolicy.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("runtime: nodejs", "runtime: sextant"));
  return copy;
}
