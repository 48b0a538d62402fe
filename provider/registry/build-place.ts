/**
 * Where an image lies between its build on this machine and its push to a registry on a server. The path is among the inputs of the build,
 * which another one builds again: it has to be the same on each machine that runs the stack, and no home directory is. So it leads through
 * a link in /tmp to a cache of this user's, in which nobody else can look, and which is on a disk.
 */
import { lstatSync, mkdirSync, readlinkSync, renameSync, symlinkSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { home } from "../ssh/client-files";

/** The link of the user who was first on this machine. Others there have one with their number, by which their first build is made again. */
const usual = "/tmp/sextant-builds";

/** The directory of a build. @param name that of the build, with its project and stack: no two have the same */
export function buildPlace(name: string, link = usual): string {
  return join(linkOf(link), name);
}

/**
 * Makes it possible to build there.
 * @throws Error in a sentence, where somebody else has taken its place
 */
export function prepareBuilds(link = usual): void {
  const own = linkOf(link);
  const cache = join(process.env["XDG_CACHE_HOME"] || join(home(), ".cache"), "sextant", "builds");
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  if (ownerOf(own) === uid() && readlink(own) === cache) return;
  const fresh = `${own}.${randomBytes(4).toString("hex")}`;
  symlinkSync(cache, fresh);
  try {
    renameSync(fresh, own);
  } catch (error) {
    throw new Error(
      `${own} is to lead to the images that are built here, and cannot be made (${(error as Error).message}); whose it is has to remove it.`,
      { cause: error },
    );
  }
}

const uid = (): number => process.getuid?.() ?? 0;

function linkOf(link: string): string {
  const owner = ownerOf(link);
  return owner === undefined || owner === uid() ? link : `${link}-${uid()}`;
}

function ownerOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.uid;
}

function readlink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
