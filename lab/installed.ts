/** Programs that are taken from a package registry, pinned, in the lab's cache. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "./paths";

/** The directory of that name in the cache; where it isn't there it is installed, and moved into place when it is whole. */
export async function installed(name: string, install: (draft: string) => Promise<unknown>): Promise<string> {
  const directory = join(cacheDir(), name);
  if (existsSync(directory)) return directory;
  const draft = `${directory}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  await install(draft);
  renameSync(draft, directory);
  return directory;
}
