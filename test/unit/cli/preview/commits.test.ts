/** The commits between two releases, in a repository of git's own. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commitsBetween } from "../../../../cli/preview/commits";

const folder = mkdtempSync(join(tmpdir(), "sextant-commits-"));
const repository = join(folder, "shop");
const hashes: string[] = [];

function git(...words: string[]): string {
  const who = ["-c", "user.name=a", "-c", "user.email=a@shop.test", "-c", "commit.gpgsign=false"];
  return execFileSync("git", ["-C", repository, ...who, ...words], { encoding: "utf8" }).trim();
}

beforeAll(() => {
  mkdirSync(repository);
  git("init", "--quiet");
  for (const subject of ["Begin", "Sell more", "Sell less | ```"]) {
    git("commit", "--quiet", "--allow-empty", "--message", subject);
    hashes.push(git("rev-parse", "HEAD"));
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const between = (from: string, to: string, where = repository): ReturnType<typeof commitsBetween> =>
  commitsBetween([{ app: "shop", from, to }], where);

describe("commits between two releases", () => {
  it("are those that a release brings, also by short hashes", () => {
    const [first = "", second = "", third = ""] = hashes;
    const lines = [`${third.slice(0, 7)} Sell less | \`\`\``, `${second.slice(0, 7)} Sell more`];
    expect(between(first, third)).toEqual([
      { app: "shop", from: first, to: third, lines, total: 2, back: false },
    ]);
    expect(between(first.slice(0, 8), third.slice(0, 8))).toMatchObject([{ lines }]);
  });

  it("are those that going back takes", () => {
    const [first = "", second = ""] = hashes;
    expect(between(second, first)).toMatchObject([{ total: 1, back: true }]);
  });

  it("are none where a commit is not here, or nothing is a repository", () => {
    const [first = ""] = hashes;
    expect(between(first, "0123456789abcdef")).toEqual([]);
    expect(between(first, first)).toEqual([]);
    expect(between(first, hashes[1] ?? "", join(folder, "nowhere"))).toEqual([]);
  });
});
