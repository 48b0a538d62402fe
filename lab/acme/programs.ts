/** The programs of the ACME lab, built when a test wants them first: pebble, its name server, and a client of HTTP/3. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../docker/docker";
import { cacheDir, repoRoot } from "../paths";
import { buildAll, goPlatform } from "../toolchain/build";
import { moduleSources, programKey } from "../toolchain/key";
import { withLock } from "../toolchain/lock";
import type { Program } from "../toolchain/programs";

const source = join(repoRoot, "lab/acme/go");
// Static, for a container of any distribution.
const common = { module: "acme", env: { CGO_ENABLED: "0" } };
const pebble = "github.com/letsencrypt/pebble/v2/cmd";
const programs = {
  pebble: { ...common, binary: "pebble", version: "2.10.3", package: `${pebble}/pebble` },
  names: {
    ...common,
    binary: "pebble-challtestsrv",
    version: "2.10.3",
    package: `${pebble}/pebble-challtestsrv`,
  },
  h3get: { ...common, binary: "h3get", version: "1", package: "./h3get" },
} satisfies Record<string, Program>;

/** The executables, by what they are for. */
export type AcmePrograms = Record<keyof typeof programs, string>;

/** Builds what is missing, a minute the first time, and answers with the files. */
export async function acmePrograms(progress: Progress): Promise<AcmePrograms> {
  const cache = join(cacheDir(), "toolchain");
  const platform = goPlatform(source);
  const sources = moduleSources(source);
  const builds = Object.entries(programs).map(([name, program]) => {
    const target = join(cache, "programs", `${program.binary}-${programKey(program, sources, platform)}`);
    return { name, file: join(target, program.binary), program, source, target };
  });
  const missing = builds.filter(({ target }) => !existsSync(target));
  if (missing.length > 0) {
    const never = new AbortController().signal;
    await withLock(
      join(cache, "lock"),
      () =>
        buildAll(
          cache,
          missing.filter(({ target }) => !existsSync(target)),
          progress,
          never,
        ),
      (pid) => {
        progress(`waiting for the programs that process ${pid} is building`);
      },
      never,
    );
  }
  return Object.fromEntries(builds.map(({ name, file }) => [name, file])) as AcmePrograms;
}
