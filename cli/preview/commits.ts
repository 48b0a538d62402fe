/** The commits between two releases, as far as this clone knows them. */
import { spawnSync } from "node:child_process";
import type { CommitRange, Commits } from "./findings";

/** How many are listed. */
const most = 30;

/** Those of each range; of a range whose commits are not here, as in a clone that is not whole, nothing is said. */
export function commitsBetween(ranges: readonly CommitRange[], folder = "."): Commits[] {
  return ranges.flatMap(({ app, from, to }) => {
    if (![from, to].every((commit) => isHere(commit, folder))) return [];
    // Where the new release is an older one, nothing is between them this way.
    const forth = log(`${from}..${to}`, folder);
    const back = forth.length === 0;
    const lines = back ? log(`${to}..${from}`, folder) : forth;
    return lines.length === 0
      ? []
      : [{ app, from, to, lines: lines.slice(0, most), total: lines.length, back }];
  });
}

function isHere(commit: string, folder: string): boolean {
  return git(folder, ["cat-file", "-e", `${commit}^{commit}`]) !== undefined;
}

function log(range: string, folder: string): string[] {
  const words = ["log", "--oneline", "--no-decorate", "--no-color", "--no-show-signature", range, "--"];
  return (git(folder, words) ?? "").split("\n").filter(Boolean);
}

/** What git prints; undefined where it cannot say, or is not there. */
function git(folder: string, words: readonly string[]): string | undefined {
  const ran = spawnSync("git", ["-C", folder, ...words], { encoding: "utf8", maxBuffer: 2 ** 28 });
  return ran.status === 0 ? ran.stdout : undefined;
}
