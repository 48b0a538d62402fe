/** Where the `ssh` program of this machine finds what it needs, always by whole paths: see `home`. */
import { randomBytes } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { shortHash } from "../core/short-hash";

/**
 * The home directory as Node has it, from $HOME. ssh takes `~` from the list of users instead, and the two differ in the
 * containers of GitHub's jobs, where $HOME is /github/home.
 */
export function home(): string {
  try {
    return homedir();
  } catch {
    throw new Error(
      "the user that pulumi runs as is in no list of users (/etc/passwd) and HOME is not set; give the user an entry there, which ssh needs, too.",
    );
  }
}

/** Whether ssh would look for `~` where we do. */
export function sameHome(): boolean {
  try {
    return userInfo().homedir === home();
  } catch {
    // A user who is in no list; ssh itself says so when it is run.
    return false;
  }
}

/** A path with a leading `~/` resolved. */
export function untilded(path: string): string {
  return path.startsWith("~/") ? join(home(), path.slice(2)) : path;
}

/** The usual keys that are there, whole paths, in the order in which they are taken. */
export function usualKeys(): string[] {
  return ["id_ed25519", "id_ecdsa", "id_rsa"]
    .map((name) => join(home(), ".ssh", name))
    .filter((path) => existsSync(path));
}

/**
 * A directory of our own that nobody else can look into, for sockets and for files that hold no secret. The path of a socket
 * has 104 characters at most (macOS; 108 on Linux), and ssh adds 17 to it while it makes one.
 * @throws Error when there is no such place.
 */
export function ownDirectory(): string {
  const uid = process.getuid?.() ?? 0;
  const run = process.env["XDG_RUNTIME_DIR"] ?? "";
  const places = [
    ...(run === "" ? [] : [join(run, "sextant")]),
    join(home(), ".sextant", "run"),
    join(tmpdir(), `sextant-${uid}`),
    `/tmp/sextant-${uid}`,
  ];
  const place = places.find((path) => path.length <= longestDirectory && isOurs(path, uid));
  if (place !== undefined) return place;
  throw new Error(
    `ssh needs a directory of your own for its sockets, with a path of ${longestDirectory} characters at most, and none of ${places.join(", ")} can be made or is private; set XDG_RUNTIME_DIR to one.`,
  );
}

export const longestDirectory = 65;

function isOurs(path: string, uid: number): boolean {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const found = lstatSync(path);
    return found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0;
  } catch {
    // Not to be made here; the next place is tried.
    return false;
  }
}

/** A file that is named after what it holds. It is whole or not there at all, whoever else writes it, and whatever cuts it off. */
export function contentFile(prefix: string, content: string, directory = ownDirectory()): string {
  const path = join(directory, `${prefix}-${short(content)}`);
  if (existsSync(path) && readFileSync(path, "utf8") === content) return path;
  const half = `${path}.${randomBytes(4).toString("hex")}`;
  writeFileSync(half, content, { mode: 0o600, flag: "wx" });
  renameSync(half, path);
  return path;
}

/** A name for a content. */
export function short(content: string): string {
  return shortHash(content, 16);
}
