/** Builds programs with Go, into a directory that appears only when it is complete. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { arch, availableParallelism, constants, platform, setPriority } from "node:os";
import { join } from "node:path";
import type { Platform } from "./key";
import type { Program } from "./programs";

/** A program that is not in the cache, and where it is to be. */
export interface Build {
  readonly program: Program;
  /** The module's directory. */
  readonly source: string;
  /** The directory to make; it holds the executable alone. */
  readonly target: string;
}

/** More at once only compile the same packages twice, and take the machine from its user. */
const atOnce = Math.min(2, availableParallelism());
const scratchPrefix = "building-";
const shownLines = 20;

/** The Go that would build a module in `directory`. */
export function goPlatform(directory: string): Platform {
  let goVersion: string;
  try {
    goVersion = execFileSync("go", ["env", "GOVERSION"], {
      cwd: directory,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    const reason = code === "ENOENT" ? "there is no `go` on the PATH" : (stderr ?? String(error)).trim();
    throw new Error(
      `toolchain: Go 1.26 or later is needed to build kamal-proxy and what of Pulumi is not installed, but ${reason}. Install Go (https://go.dev/dl) and run this again.`,
      { cause: error },
    );
  }
  return { goVersion: goVersion.trim(), os: platform(), arch: arch() };
}

/** Removes what an interrupted run left. To be called by the owner of the cache's lock alone. */
export function removeLeftovers(cache: string): void {
  for (const name of readdirSync(cache).filter((name) => name.startsWith(scratchPrefix))) {
    rmSync(join(cache, name), { recursive: true, force: true });
  }
}

/** Builds all in the order given; the first failure, or `signal`, ends the others. */
export async function buildAll(
  cache: string,
  builds: readonly Build[],
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const queue = [...builds];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined && !either.aborted; next = queue.shift()) {
      await buildOne(cache, next, progress, either).catch((error: unknown) => {
        failed.abort();
        throw error;
      });
    }
  };
  const results = await Promise.allSettled(Array.from({ length: atOnce }, work));
  signal.throwIfAborted();
  // The others were ended because of the first; theirs are no reasons.
  const reasons = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  const first = reasons.find((reason) => !(reason instanceof Stopped)) ?? reasons[0];
  if (first !== undefined) throw first;
}

/** A build that was ended from outside. */
class Stopped extends Error {}

async function buildOne(
  cache: string,
  build: Build,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { program, source, target } = build;
  const title = `${program.binary} ${program.version}`;
  const started = performance.now();
  progress(`building ${title}`);
  const scratch = mkdtempSync(join(cache, scratchPrefix));
  try {
    await runGo(program, source, join(scratch, program.binary), title, signal);
    mkdirSync(join(target, ".."), { recursive: true });
    if (!existsSync(target)) renameSync(scratch, target);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  progress(`built ${title} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

function runGo(
  program: Program,
  cwd: string,
  output: string,
  title: string,
  signal: AbortSignal,
): Promise<void> {
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags", `-s -w ${program.ldflags ?? ""}`.trim()];
  // A group of its own, so that the compilers end with it.
  const child = spawn("go", ["build", ...flags, "-o", output, program.package ?? "."], {
    cwd,
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off", ...program.env },
  });
  return new Promise((resolve, reject) => {
    let said = "";
    const stop = () => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    };
    child.once("spawn", () => {
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.once("error", reject);
    child.once("close", (code) => {
      signal.removeEventListener("abort", stop);
      if (code === 0) resolve();
      else if (signal.aborted) reject(new Stopped(`toolchain: ${title}: the build was interrupted.`));
      else {
        const tail = said.trimEnd().split("\n").slice(-shownLines).join("\n");
        const how = code === null ? "was ended by a signal" : `ended with ${code}`;
        reject(
          new Error(
            `toolchain: ${title} could not be built: \`go build\` in ${cwd} ${how}. It said:\n${tail}`,
          ),
        );
      }
    });
  });
}
