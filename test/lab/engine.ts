/** The real engine in a folder: with a home and a state of its own, against Hetzner's API in this process. */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { productFolders, repoRoot } from "../../lab/paths";
import { toolPath } from "../../lab/toolchain/path";

/**
 * The environment of its commands; the folder has the state from now on.
 * @param hcloud where the API listens, and who may ask it
 * @param first directories that come before all others on the path
 */
export async function engineEnvironment(
  folder: string,
  hcloud: { token: string; endpoint: string },
  first: readonly string[] = [],
): Promise<Record<string, string>> {
  mkdirSync(join(folder, "backend"));
  return {
    PATH: await toolPath(first),
    PULUMI_HOME: join(folder, "pulumi"),
    PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "lab",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    HCLOUD_TOKEN: hcloud.token,
    HCLOUD_ENDPOINT: hcloud.endpoint,
  };
}

/** Puts the library's sources beside a program that is copied into a folder, with what they need. */
export function linkLibrary(folder: string): void {
  for (const name of [...productFolders, "dist", "node_modules", "package.json", "tsconfig.json"])
    symlinkSync(join(repoRoot, name), join(folder, name));
}
