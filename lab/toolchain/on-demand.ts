/** Programs that only some tests want: minutes of work each, so that nothing of the lab's everyday waits for them; kept in the cache. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheDir, repoRoot } from "../paths";
import { buildAll, goPlatform } from "./build";
import { findPlugin, userPlaces } from "./installed";
import { moduleSources, programKey } from "./key";
import { withLock } from "./lock";
import { pluginBinary, plugins, type Program } from "./programs";

const dockerBuild = "docker-build";
const buildxVersion = "0.24.0";

/**
 * The plugin that builds images: the installed one where its version fits, else one that is built here. That is the official one, less
 * what only Pulumi's generators for .NET and Java read of its schema.
 */
export async function ensureDockerBuild(progress: (line: string) => void): Promise<string> {
  const installed = findPlugin(dockerBuild, userPlaces(cache()));
  if (installed !== undefined) return installed;
  return ensure(
    {
      module: dockerBuild,
      binary: pluginBinary(dockerBuild),
      version: plugins[dockerBuild],
      package: "github.com/pulumi/pulumi-docker-build/provider/cmd/pulumi-resource-docker-build",
      ldflags: `-X github.com/pulumi/pulumi-docker-build/provider.Version=v${plugins[dockerBuild]}`,
    },
    progress,
  );
}

/** Docker's registry, of the version that a `ServerRegistry` runs. */
export function ensureRegistryProgram(progress: (line: string) => void): Promise<string> {
  return ensure(
    {
      module: "distribution",
      binary: "registry",
      version: "3.0.0",
      package: "github.com/distribution/distribution/v3/cmd/registry",
      // Static, for an image with another C library.
      env: { CGO_ENABLED: "0" },
    },
    progress,
  );
}

/** Docker's own command for builds, `docker buildx`, of a version that also speaks to the lab's Docker. */
export function ensureBuildx(progress: (line: string) => void): Promise<string> {
  return ensure(
    {
      module: "buildx",
      binary: "docker-buildx",
      version: buildxVersion,
      package: "github.com/docker/buildx/cmd/buildx",
      ldflags: `-X github.com/docker/buildx/version.Version=v${buildxVersion}`,
    },
    progress,
  );
}

const cache = (): string => join(cacheDir(), "toolchain");

async function ensure(program: Program, progress: (line: string) => void): Promise<string> {
  const { module, binary } = program;
  const source = join(repoRoot, "lab", "toolchain", module);
  const key = programKey(program, moduleSources(source), goPlatform(source));
  const target = join(cache(), "programs", `${module}-${key}`);
  if (!existsSync(target)) {
    const never = new AbortController().signal;
    await withLock(
      join(cache(), `${module}.lock`),
      () => buildAll(cache(), existsSync(target) ? [] : [{ program, source, target }], progress, never),
      (pid) => {
        progress(`waiting for ${binary}, which process ${pid} is building`);
      },
    );
  }
  return join(target, binary);
}
