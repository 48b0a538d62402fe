/**
 * Where an image lies between its build on this machine and its push to a registry on a server. The path is among the inputs of the build,
 * which another one builds again: it has to be the same on each machine that runs the stack, and no home directory is. So it leads through
 * a link below /tmp to a cache of this user's, into which nobody else can look, and which is on a disk.
 */
import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readlinkSync, renameSync, symlinkSync, type Stats } from "node:fs";
import { join } from "node:path";
import { home } from "../ssh/client-files";

/** The folder of links of the user who was first on this machine. Another one there has one with a number, by which a build is made again. */
const usual = "/tmp/sextant-builds";

/** The directory of a build. @param name that of the build, with its project and stack: no two have the same */
export function buildPlace(name: string, folder = usual): string {
  return join(folderOf(folder), name);
}

/**
 * Makes it possible to build there.
 * @throws Error in a sentence, where something else has taken its place
 */
export function prepareBuild(name: string, folder = usual): void {
  const own = folderOf(folder);
  const cache = join(process.env["XDG_CACHE_HOME"] || join(home(), ".cache"), "sextant", "builds", name);
  const place = join(own, name);
  try {
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    mkdirSync(own, { recursive: true, mode: 0o700 });
    if (!isOurs(lstatSync(own))) throw new Error(`${own} is no directory of this user alone`);
    if (linkedTo(place) === cache) return;
    const fresh = `${place}.${randomBytes(4).toString("hex")}`;
    symlinkSync(cache, fresh);
    renameSync(fresh, place);
  } catch (error) {
    throw new Error(
      `${place} has to be a link to ${cache}, where the image is built, and cannot be made: ${(error as Error).message}; move away what is there.`,
      { cause: error },
    );
  }
}

const uid = (): number => process.getuid?.() ?? 0;

const isOurs = (found: Stats): boolean =>
  found.isDirectory() && found.uid === uid() && (found.mode & 0o022) === 0;

function folderOf(folder: string): string {
  const owner = lstatSync(folder, { throwIfNoEntry: false })?.uid;
  return owner === undefined || owner === uid() ? folder : `${folder}-${uid()}`;
}

function linkedTo(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
