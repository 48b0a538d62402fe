/** Writes the files of a project, all of them or none. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes files that are not there yet into a folder, which is made where it is missing.
 * @throws Error with the names of those that are there; nothing is left of what was begun.
 */
export function writeNew(folder: string, files: Readonly<Record<string, string>>): void {
  refuseThere(folder, Object.keys(files));
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
    throw code === "EEXIST" ? refusal([path.slice(folder.length + 1)]) : error;
  }
}

/** @throws Error with the names of those files that are in the folder. */
export function refuseThere(folder: string, names: readonly string[]): void {
  const there = names.filter((name) => existsSync(join(folder, name)));
  if (there.length > 0) throw refusal(there);
}

function refusal(names: readonly string[]): Error {
  const [are, them] = names.length === 1 ? ["is", "it"] : ["are", "them"];
  return new Error(
    `init: ${names.join(", ")} ${are} there already, and nothing is overwritten; move ${them} away, or name another folder: sextant init FOLDER.`,
  );
}
