/** Programs that are taken from a package registry, pinned, in the lab's cache. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "./paths";
import { withLock } from "./toolchain/lock";

/** The directory of that name in the cache; where it isn't there it is installed, and moved into place when it is whole. */
export async function installed(name: string, install: (draft: string) => Promise<unknown>): Promise<string> {
  const directory = join(cacheDir(), name);
  const make = async (): Promise<void> => {
    if (existsSync(directory)) return;
    const draft = `${directory}.${process.pid}`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    await install(draft);
    renameSync(draft, directory);
  };
  if (!existsSync(directory))
    await withLock(`${directory}.lock`, make, (pid) => {
      console.error(`waiting for ${name}, which process ${pid} installs`);
    });
  return directory;
}
