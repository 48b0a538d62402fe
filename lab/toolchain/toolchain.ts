/** The programs that a deployment needs on this machine: what is installed where it fits, else what is built here. */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { cacheDir, repoRoot } from "../paths";
import { buildAll, goPlatform, removeLeftovers, type Build } from "./build";
import { findInstalled, userPlaces, type Installed } from "./installed";
import { digest, moduleSources, programKey, type Platform } from "./key";
import { withLock } from "./lock";
import { launchers, programs } from "./programs";

/** Where the programs are. */
export interface Toolchain {
  /** Directory to put first on the PATH: pulumi, its Node language host, and its plugins. */
  bin: string;
  /** The static kamal-proxy, for the proxy's image. */
  kamalProxy: string;
  /** Changes with anything that went in. */
  key: string;
}

/** A name in the bin directory and the file that it stands for. */
export interface Entry {
  readonly name: string;
  readonly file: string;
  /** The user's own is linked by its path, so that it finds what lies beside it. */
  readonly installed: boolean;
  /** What identifies the content. */
  readonly key: string;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const sources = join(repoRoot, "lab", "toolchain");

/**
 * Returns the toolchain, building what is missing: minutes the first time, a moment from then on. May be interrupted
 * and run again, also by several processes at once. `progress` is told each build's begin and end.
 */
export async function ensureToolchain(progress: (line: string) => void = toStderr): Promise<Toolchain> {
  const cache = join(cacheDir(), "toolchain");
  const { entries, builds } = plan(
    cache,
    findInstalled(userPlaces(cache)),
    goPlatform(join(sources, "pulumi")),
  );
  const key = digest(entries.flatMap((entry) => [entry.name, entry.key]));
  const bin = join(cache, key);
  if (!existsSync(bin)) {
    await stoppable((signal) =>
      withLock(
        join(cache, "lock"),
        async () => {
          removeLeftovers(cache);
          await buildAll(
            cache,
            builds.filter(({ target }) => !existsSync(target)),
            progress,
            signal,
          );
          assemble(cache, bin, entries);
        },
        (pid) => {
          progress(`waiting for the toolchain, which process ${pid} is building`);
        },
        signal,
      ),
    );
  }
  return { bin, kamalProxy: join(bin, "kamal-proxy"), key };
}

/** What the bin directory will hold, and the builds that this takes, done or not. */
export function plan(
  cache: string,
  installed: Installed,
  platform: Platform,
): { entries: Entry[]; builds: Build[] } {
  const entries: Entry[] = [];
  const builds: Build[] = [];
  for (const program of programs) {
    const ready = installed[program.binary];
    if (ready !== undefined) {
      entries.push({ name: program.binary, file: ready, installed: true, key: ready });
      continue;
    }
    const source = join(sources, program.module);
    const key = programKey(program, moduleSources(source), platform);
    const target = join(cache, "programs", `${program.module}-${key}`);
    builds.push({ program, source, target });
    entries.push({ name: program.binary, file: join(target, program.binary), installed: false, key });
  }
  for (const name of launchers) {
    const ready = installed[name];
    const file = ready ?? join(sources, "launchers", name);
    entries.push({ name, file, installed: ready !== undefined, key: ready ?? launcherKey(name) });
  }
  return { entries, builds };
}

function launcherKey(name: string): string {
  return digest([readFileSync(join(sources, "launchers", name))]);
}

/** Makes the bin directory in one step. */
function assemble(cache: string, bin: string, entries: readonly Entry[]): void {
  if (existsSync(bin)) return;
  const scratch = mkdtempSync(join(cache, "building-"));
  for (const { name, file, installed } of entries) {
    const path = join(scratch, name);
    if (installed) symlinkSync(file, path);
    // Pulumi looks for its language host beside the file that it was started from, which a symbolic link would hide.
    else if (file.startsWith(cache)) linkSync(file, path);
    else copyFileSync(file, path);
  }
  renameSync(scratch, bin);
}

/** Runs `work` so that a signal stops it in good order, and then has the effect that it would have had. */
async function stoppable(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  let received: NodeJS.Signals | undefined;
  const listen = (signal: NodeJS.Signals) => {
    received = signal;
    stop.abort(new Error("toolchain: interrupted. Run this again: what was built is kept."));
  };
  for (const signal of signals) process.on(signal, listen);
  try {
    await work(stop.signal);
  } finally {
    for (const signal of signals) process.removeListener(signal, listen);
    if (received !== undefined) process.kill(process.pid, received);
  }
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
