/** The policy pack as the toolchain at hand can start it. */
import { lstatSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../lab/docker/exec";
import { repoRoot } from "../../../lab/paths";
import { ensureToolchain } from "../../../lab/toolchain/toolchain";

/** Where launchers of this test lie, to be put on the PATH. */
export const launchers = join(__dirname, "bin");

/**
 * Builds the pack below a folder, and returns its directory. An installed Pulumi starts it as it is. The language host
 * that is built here can start no packs; for that one, the pack names another runtime, for which the engine asks the
 * launcher beside this file.
 */
export async function packDirectory(folder: string): Promise<string> {
  const pack = join(folder, "policy");
  await run("node", ["scripts/build-policy.mjs", pack], { cwd: repoRoot });
  symlinkSync(join(repoRoot, "node_modules"), join(folder, "node_modules"));
  const { bin } = await ensureToolchain();
  if (!lstatSync(join(bin, "pulumi-language-nodejs")).isSymbolicLink()) {
    const file = join(pack, "PulumiPolicy.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("runtime: nodejs", "runtime: sextant"));
  }
  return pack;
}
