/** The Node that the clients run on: pinned, from npm, in the lab's cache, so that machines with another one can be compared. */
import { arch } from "node:os";
import { delimiter, join } from "node:path";
import { run } from "../../lab/docker/exec";
import { cacheDir } from "../../lab/paths";
import { installed } from "../installed";

export const nodeVersion = "24.21.0";

/** The environment of a program on this Node. Without its compile cache each start compiles all that it loads again. */
export type OnNode = (env: NodeJS.ProcessEnv, compileCache: boolean) => NodeJS.ProcessEnv;

/** Installs it where it isn't there. */
export async function installNode(progress: (line: string) => void): Promise<OnNode> {
  const name = `node-linux-${arch()}`;
  const directory = await installed(`node-${nodeVersion}`, (draft) => {
    progress(`node ${nodeVersion}: installing from npm`);
    return run("npm", [
      ...["install", "--prefix", draft, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"],
      `${name}@${nodeVersion}`,
    ]);
  });
  const bin = join(directory, "node_modules", name, "bin");
  const found = (await run(join(bin, "node"), ["--version"])).trim();
  if (found !== `v${nodeVersion}`)
    throw new Error(`node: ${bin} says that it is ${found}, not v${nodeVersion}`);
  const cache = join(cacheDir(), "bench", `compile-cache-${nodeVersion}`);
  return (env, compileCache) => ({
    ...env,
    PATH: [bin, env["PATH"]].join(delimiter),
    ...(compileCache ? { NODE_COMPILE_CACHE: cache } : {}),
  });
}
