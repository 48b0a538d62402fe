/**
 * The Node that the lab's programs run on. The library asks for 22 or later, and README for its compile cache: where the machine has an
 * older one, a pinned one is taken from npm into the cache.
 */
import { execFileSync } from "node:child_process";
import { arch, platform } from "node:os";
import { delimiter, join } from "node:path";
import { run } from "../docker/exec";
import { installed } from "../installed";
import { cacheDir } from "../paths";

export const nodeVersion = "24.21.0";

/** The first that the library supports, as package.json has it. */
const oldest = 22;

/** The pinned Node's directory of programs; it is installed where it isn't there. */
export async function pinnedNode(progress: (line: string) => void): Promise<string> {
  const name = `node-${platform()}-${arch()}`;
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
  return bin;
}

/** What a path has to begin with for a Node that the library supports: nothing, where the machine's own is one. */
export async function supportedNode(progress: (line: string) => void): Promise<string[]> {
  return isSupported(machineNode()) ? [] : [await pinnedNode(progress)];
}

/** @param version as `node --version` prints it */
export function isSupported(version: string): boolean {
  return Number(/^v(\d+)\./.exec(version)?.[1] ?? 0) >= oldest;
}

/** Where what Node compiles is kept, so that a program does not compile all that it loads at each start. */
export const compileCache = (): string => join(cacheDir(), "node-compile-cache");

/** That of the shells on this machine, which need not be the one that runs this. */
function machineNode(): string {
  return execFileSync("node", ["--version"], { encoding: "utf8" }).trim();
}

/** The environment of a program on the pinned Node, for comparing machines that have another one. */
export type OnNode = (env: NodeJS.ProcessEnv, compileCache: boolean) => NodeJS.ProcessEnv;

/** Installs it where it isn't there. */
export async function onPinnedNode(progress: (line: string) => void): Promise<OnNode> {
  const bin = await pinnedNode(progress);
  return ({ NODE_COMPILE_CACHE: _, ...env }, cached) => ({
    ...env,
    PATH: [bin, env["PATH"]].join(delimiter),
    ...(cached ? { NODE_COMPILE_CACHE: compileCache() } : {}),
  });
}
