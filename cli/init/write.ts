/** Writes the files of a project, all of them or none. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The command that writes, and how it is told to write elsewhere. */
export interface Writer {
  readonly name: string;
  readonly elsewhere: string;
}

const init: Writer = { name: "init", elsewhere: "sextant init FOLDER" };

/**
 * Writes files that are not there yet into a folder, which is made where it is missing.
 * @throws Error with the names of those that are there; nothing is left of what was begun.
 */
export function writeNew(folder: string, files: Readonly<Record<string, string>>, by: Writer = init): void {
  refuseThere(folder, Object.keys(files), by);
  // The first of the folders that it makes; what lay above it was there.
  const made = mkdirSync(folder, { recursive: true });
  const written: string[] = [];
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      // Fails on a file that has come since, and on a link that leads nowhere, instead of writing through it.
      writeFileSync(path, text, { flag: "wx" });
      written.push(path);
    }
  } catch (error) {
    for (const path of written) rmSync(path);
    if (made !== undefined) rmSync(made, { recursive: true });
    const { code, path = "" } = error as NodeJS.ErrnoException;
    throw code === "EEXIST" ? refusal([path.slice(folder.length + 1)], by) : error;
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
