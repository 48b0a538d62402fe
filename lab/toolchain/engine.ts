/**
 * Docker 29, which no Debian has: its engine and its command line, built from their Go modules. Minutes of work, so that nothing of the
 * lab's everyday waits for it; what is built is kept in the cache.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheDir, repoRoot } from "../paths";
import { buildAll, goPlatform } from "./build";
import { moduleSources, programKey } from "./key";
import { withLock } from "./lock";
import type { Program } from "./programs";

/** The module's tag of the engine, v2.0.0-beta.24, is of the weeks of 29.8; a build of one's own has to be told. */
const version = "29.8.0";
const module = "engine";
/** Static, as they run on any server. */
const env = { CGO_ENABLED: "0" };

const programs: readonly Program[] = [
  {
    ...{ module, version, env, binary: "dockerd", package: "github.com/moby/moby/v2/cmd/dockerd" },
    ldflags: `-X github.com/moby/moby/v2/dockerversion.Version=${version}`,
  },
  { module, version, env, binary: "docker-proxy", package: "github.com/moby/moby/v2/cmd/docker-proxy" },
  {
    ...{ module, version, env, binary: "docker", package: "github.com/docker/cli/cmd/docker" },
    ldflags: "-X github.com/docker/cli/cli/version.Version=29.9.3",
    // The command line has no go.mod to say which Go it is written in, and Go takes that for 1.16.
    env: { ...env, GOFLAGS: "-mod=readonly -gcflags=github.com/docker/cli/...=-lang=go1.26" },
  },
];

/** The files of the engine's programs, by name; builds what is missing. */
export async function ensureEngine(progress: (line: string) => void): Promise<Record<string, string>> {
  const cache = join(cacheDir(), "toolchain");
  const source = join(repoRoot, "lab", "toolchain", module);
  const platform = goPlatform(source);
  const builds = programs.map((program) => {
    const key = programKey(program, moduleSources(source), platform);
    return { program, source, target: join(cache, "programs", `${program.binary}-${key}`) };
  });
  const missing = () => builds.filter(({ target }) => !existsSync(target));
  if (missing().length > 0) {
    const never = new AbortController().signal;
    await withLock(
      join(cache, "engine.lock"),
      () => buildAll(cache, missing(), progress, never),
      (pid) => {
        progress(`waiting for Docker ${version}, which process ${pid} is building`);
      },
    );
  }
  return Object.fromEntries(
    builds.map(({ program, target }) => [program.binary, join(target, program.binary)]),
  );
}
