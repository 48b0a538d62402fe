/** The toolchain's plugins, and this checkout's own, where Pulumi installs plugins, in the lab's own Pulumi home. */
import { mkdirSync, readFileSync, readlinkSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pulumiHome } from "./lab";
import { repoRoot } from "./paths";

const plugins = ["command", "docker", "hcloud"];

/** Installs the plugins in the versions that the library asks for; a plugin that is there and the same stays. */
export function installPlugins(bin: string): void {
  const { dependencies, version } = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    version: string;
  };
  for (const name of plugins) install(name, dependencies[`@pulumi/${name}`] ?? "", bin);
  install("sextant", version, join(repoRoot, "dist", "plugin"));
}

function install(name: string, version: string, from: string): void {
  const directory = join(pulumiHome(), "plugins", `resource-${name}-v${version}`);
  const file = `pulumi-resource-${name}`;
  const [link, target] = [join(directory, file), join(from, file)];
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
