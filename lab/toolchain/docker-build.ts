/**
 * The plugin docker-build, which builds images: minutes of work, so that nothing of the lab's everyday waits for it. It is the official
 * one, less what only Pulumi's generators for .NET and Java read of its schema; what is built is kept in the cache.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheDir, repoRoot } from "../paths";
import { buildAll, goPlatform } from "./build";
import { findPlugin, userPlaces } from "./installed";
import { moduleSources, programKey } from "./key";
import { withLock } from "./lock";
import { pluginBinary, plugins, type Program } from "./programs";

const name = "docker-build";

const program: Program = {
  module: name,
  binary: pluginBinary(name),
  version: plugins[name],
  package: "github.com/pulumi/pulumi-docker-build/provider/cmd/pulumi-resource-docker-build",
  ldflags: `-X github.com/pulumi/pulumi-docker-build/provider.Version=v${plugins[name]}`,
};

/** The plugin's file: the installed one where its version fits, else the one that is built here. */
export async function ensureDockerBuild(progress: (line: string) => void): Promise<string> {
  const cache = join(cacheDir(), "toolchain");
  const installed = findPlugin(name, userPlaces(cache));
  if (installed !== undefined) return installed;
  const source = join(repoRoot, "lab", "toolchain", program.module);
  const key = programKey(program, moduleSources(source), goPlatform(source));
  const target = join(cache, "programs", `${program.module}-${key}`);
  if (!existsSync(target)) {
    const never = new AbortController().signal;
    await withLock(
      join(cache, "docker-build.lock"),
      () => buildAll(cache, existsSync(target) ? [] : [{ program, source, target }], progress, never),
      (pid) => {
        progress(`waiting for the plugin ${name}, which process ${pid} is building`);
      },
    );
  }
  return join(target, program.binary);
}
