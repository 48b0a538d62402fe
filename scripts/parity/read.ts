/** Reads what the table speaks of. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../../lab/paths";

const read = new Map<string, string | undefined>();

/** The text of a file of the repository; undefined where there is none. Many rows name one file. */
export function readHere(file: string): string | undefined {
  if (!read.has(file)) {
    const path = join(repoRoot, file);
    read.set(file, existsSync(path) ? readFileSync(path, "utf8") : undefined);
  }
  return read.get(file);
}
