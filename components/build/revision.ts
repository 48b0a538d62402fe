/** Which commit a context is, and what of it is in no commit: by the `git` of this machine. */
import { spawnSync } from "node:child_process";
import { contextHash, type Context } from "./context";

/** What git knows of a context. */
export interface Revision {
  /** The commit that is checked out. */
  readonly commit: string;
  /** Files that an image gets, or loses, and that the commit does not say so; sorted. */
  readonly uncommitted: readonly string[];
}

/** What git says of a context; undefined where it is in no repository with a commit, or where git is not there. */
export function revisionOf(directory: string, dockerfile: string, context: Context): Revision | undefined {
  const commit = git(directory, ["rev-parse", "--verify", "HEAD^{commit}"])?.trim();
  const prefix = git(directory, ["rev-parse", "--show-prefix"])?.trim();
  const status = git(directory, [
    ...["status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignored=matching"],
    ...["--", ".", dockerfile],
  ]);
  if (commit === undefined || prefix === undefined || status === undefined) return undefined;
  return { commit, uncommitted: uncommittedOf(status, prefix, context) };
}

/**
 * The files of a context that differ from the commit.
 * @param status what `git status --porcelain=v1 -z` prints
 * @param prefix the context's directory in the repository, with a slash behind it; empty for the repository's own
 */
export function uncommittedOf(
  status: string,
  prefix: string,
  { files, leftOut }: Pick<Context, "files" | "leftOut">,
): string[] {
  const found = pathsOf(status).flatMap((path): string[] => {
    // Only the Dockerfile may lie elsewhere.
    if (!path.startsWith(prefix)) return [path];
    const inside = path.slice(prefix.length);
    if (inside.endsWith("/")) return files.filter((file) => file.startsWith(inside));
    return leftOut(inside) ? [] : [inside];
  });
  return [...new Set(found)].sort();
}

/** The paths of a status; a renamed file has two, in an entry of two parts. */
function pathsOf(status: string): string[] {
  const parts = status.split("\0").filter((part) => part !== "");
  const paths: string[] = [];
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] ?? "";
    paths.push(part.slice(3));
    if (/^(R|C|.R|.C)/.test(part)) paths.push(parts[(at += 1)] ?? "");
  }
  return paths;
}

/**
 * The release that a build is. What is in no commit is marked as Kamal marks it, and with a hash of the whole context in place of a
 * number by chance, so that the same tree is the same release.
 */
export function versionOf({ commit, uncommitted }: Revision, entries: Context["entries"]): string {
  return uncommitted.length === 0 ? commit : `${commit}_uncommitted_${contextHash(entries)}`;
}

/** A release without that mark: the same for all builds of a commit, whatever the context of each. */
export function unmarked(version: string): string {
  return version.replace(/_uncommitted_[0-9a-f]{16}$/, "");
}

/** What git prints; undefined where it cannot say, or is not there. It takes no lock, by which it would change its own files. */
function git(directory: string, words: readonly string[]): string | undefined {
  const ran = spawnSync("git", ["--no-optional-locks", "-C", directory, ...words], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  return ran.status === 0 ? ran.stdout : undefined;
}
