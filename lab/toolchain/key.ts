/** Keys of what is built: the same inputs give the same key, and any other input another. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Program } from "./programs";

/** Where and with what a build runs. */
export interface Platform {
  /** As `go env GOVERSION` says it. */
  readonly goVersion: string;
  readonly os: string;
  readonly arch: string;
}

/** A source file: its path within the module, and its content. */
export interface Source {
  readonly path: string;
  readonly content: string | Buffer;
}

/** The key of one program's build. */
export function programKey(program: Program, sources: readonly Source[], platform: Platform): string {
  const { module: directory, binary, version, package: target, ldflags, env } = program;
  const settings = [
    directory,
    binary,
    version,
    target ?? ".",
    ldflags ?? "",
    ...Object.entries(env ?? {}).flat(),
  ];
  const sorted = [...sources].sort((a, b) => (a.path < b.path ? -1 : 1));
  return digest([
    ...settings,
    platform.goVersion,
    platform.os,
    platform.arch,
    ...sorted.flatMap(({ path, content }) => [path, content]),
  ]);
}

/** One key for several parts. The parts' lengths are part of it, so that no two lists run together. */
export function digest(parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = Buffer.from(part);
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex").slice(0, 16);
}

/** What of a module's directory goes into its build: all but its tests. */
export function moduleSources(directory: string): Source[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(directory, file).split(sep).join("/"), content: readFileSync(file) }));
}

function isSource(name: string): boolean {
  return /\.(go|mod|sum|json)$/.test(name) && !name.endsWith("_test.go");
}
