/** The toolchain's plugins, and this checkout's own, where Pulumi installs plugins, in the lab's own Pulumi home. */
import { mkdirSync, readFileSync, readlinkSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pulumiHome } from "./lab";
import { repoRoot } from "./paths";
import { ensureDockerBuild } from "./toolchain/on-demand";
import { plugins as versions } from "./toolchain/programs";

const plugins = ["command", "docker", "hcloud"];

/** Installs the plugins in the versions that the library asks for; a plugin that is there and the same stays. */
export function installPlugins(bin: string): void {
  const { dependencies, version } = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    version: string;
  };
  for (const name of plugins) install(name, dependencies[`@pulumi/${name}`] ?? "", join(bin, file(name)));
  install("sextant", version, join(repoRoot, "dist", "plugin", file("sextant")));
}

/** Installs the plugin that builds images, which only some tests want; it is built where it is not there. */
export async function installDockerBuild(progress: (line: string) => void): Promise<void> {
  install("docker-build", versions["docker-build"], await ensureDockerBuild(progress));
}

const file = (name: string): string => `pulumi-resource-${name}`;

function install(name: string, version: string, target: string): void {
  const directory = join(pulumiHome(), "plugins", `resource-${name}-v${version}`);
  const link = join(directory, file(name));
  if (linked(link) === target) return;
  mkdirSync(directory, { recursive: true });
  const scratch = `${link}.${process.pid}`;
  symlinkSync(target, scratch);
  renameSync(scratch, link);
}

function linked(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
