/** What Docker sends of a build's context to BuildKit: its files, less those of .dockerignore, with a short hash for each top entry. */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import dockerignore, { type Ignore } from "@balena/dockerignore";
import { shortHash } from "../../provider/core/short-hash";

/** A context as it lies on this machine. */
export interface Context {
  /** The paths of its files, with slashes, sorted. */
  readonly files: readonly string[];
  /** The name of the file whose rules are in force; that of the context, where there is none yet. */
  readonly rules: string;
  /** Whether a path is left out by it. */
  readonly leftOut: (path: string) => boolean;
  /** What differs when anything below a top entry does. The Dockerfile has an entry of its own, also where it is left out. */
  readonly entries: Readonly<Record<string, string>>;
}

/**
 * Reads a context.
 * @param directory where it is
 * @param dockerfile the Dockerfile's path in it
 */
export function readContext(directory: string, dockerfile: string): Context {
  const ignore = ignoreFile(directory, dockerfile);
  const leftOut = (path: string): boolean => ignore?.rules.ignores(path) === true;
  const files = filesBelow(directory, leftOut, ignore?.readmits ?? false).sort();
  const hashes = new Map<string, ReturnType<typeof createHash>>();
  for (const file of files) {
    const top = file.split("/")[0] ?? file;
    const hash = hashes.get(top) ?? createHash("sha256");
    hashes.set(top, hash);
    // The lengths are a part of it, so that no two lists of files run together.
    for (const part of describe(directory, file)) hash.update(`${part.length}:`).update(part);
  }
  const entries = [...hashes].map(([top, hash]): [string, string] => [top, hash.digest("hex").slice(0, 8)]);
  const named = isFile(join(directory, dockerfile))
    ? [[dockerfile, shortHash(readFileSync(join(directory, dockerfile)), 8)] as const]
    : [];
  const rules = ignore?.name ?? ".dockerignore";
  return { files, rules, leftOut, entries: Object.fromEntries([...entries, ...named]) };
}

/** Whether it is one, and no directory. */
export function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** One hash for all of a context. */
export function contextHash(entries: Readonly<Record<string, string>>): string {
  return shortHash(JSON.stringify(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1))), 16);
}

/**
 * The rules in force: those of the Dockerfile's own file before those of the context's
 * (https://docs.docker.com/build/concepts/context/#filename-and-location).
 */
function ignoreFile(
  directory: string,
  dockerfile: string,
): { name: string; rules: Ignore; readmits: boolean } | undefined {
  const name = [`${dockerfile}.dockerignore`, ".dockerignore"].find((each) => isFile(join(directory, each)));
  if (name === undefined) return undefined;
  const lines = readFileSync(join(directory, name), "utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  return {
    name,
    rules: dockerignore().add(lines),
    readmits: lines.some((line) => line.trimStart().startsWith("!")),
  };
}

/** @param readmits whether a rule may let in again what lies in a directory that is left out */
function filesBelow(root: string, leftOut: (path: string) => boolean, readmits: boolean): string[] {
  const walk = (below: string): string[] =>
    readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry): string[] => {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      const out = leftOut(path);
      if (entry.isDirectory()) return out && !readmits ? [] : walk(path);
      return out || !(entry.isFile() || entry.isSymbolicLink()) ? [] : [path];
    });
  return walk("");
}

/** What of a file is in an image: where it is, whether it may be run, and what it holds. */
function describe(directory: string, file: string): (string | Buffer)[] {
  const path = join(directory, file);
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return [file, "link", readlinkSync(path)];
  return [file, (found.mode & 0o111) === 0 ? "file" : "program", readFileSync(path)];
}
