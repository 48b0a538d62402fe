/** Writes the files of a project, all of them or none. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** The command that writes, and how it is told to write elsewhere. */
export interface Writer {
  readonly name: string;
  readonly elsewhere: string;
}

const init: Writer = { name: "init", elsewhere: "sextant init FOLDER" };

/**
 * Writes files that are not there yet, by their paths from a folder; folders are made where they are missing.
 * @throws Error with the names of those that are there; nothing is left of what was begun.
 */
export function writeNew(folder: string, files: Readonly<Record<string, string>>, by: Writer = init): void {
  refuseThere(folder, Object.keys(files), by);
  // The first of the folders that each makes; what lay above it was there.
  const made: string[] = [];
  const written: string[] = [];
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      const first = mkdirSync(dirname(path), { recursive: true });
      if (first !== undefined) made.push(first);
      // Fails on a file that has come since, and on a link that leads nowhere, instead of writing through it.
      writeFileSync(path, text, { flag: "wx" });
      written.push(path);
    }
  } catch (error) {
    for (const path of written) rmSync(path);
    for (const path of made.toReversed()) rmSync(path, { recursive: true });
    const { code, path = "" } = error as NodeJS.ErrnoException;
    throw code === "EEXIST" ? refusal([relative(folder, path)], by) : error;
  }
}

/** @throws Error with the names of those files that are in the folder. */
export function refuseThere(folder: string, names: readonly string[], by: Writer = init): void {
  const there = names.filter((name) => existsSync(join(folder, name)));
  if (there.length > 0) throw refusal(there, by);
}

function refusal(names: readonly string[], { name, elsewhere }: Writer): Error {
  const [are, them] = names.length === 1 ? ["is", "it"] : ["are", "them"];
  return new Error(
    `${name}: ${names.join(", ")} ${are} there already, and nothing is overwritten; move ${them} away, or name another folder: ${elsewhere}.`,
  );
}
