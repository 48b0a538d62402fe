import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readContext } from "../../../../components/build/context";
import { revisionOf, uncommittedOf, unmarked, versionOf } from "../../../../components/build/revision";
import { isMutableTag } from "../../../../components/image/reference";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sextant-revision-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const git = (...words: string[]): string =>
  execFileSync("git", ["-C", root, "-c", "user.name=a", "-c", "user.email=a@example.com", ...words], {
    encoding: "utf8",
  }).trim();

function look(directory = "shop", dockerfile = "Dockerfile"): ReturnType<typeof revisionOf> {
  const path = join(root, directory);
  return revisionOf(path, dockerfile, readContext(path, dockerfile));
}

/** A repository in which the context is a folder beside others. */
function repository(): void {
  mkdirSync(join(root, "shop", "app"), { recursive: true });
  mkdirSync(join(root, "infra"));
  for (const [path, text] of [
    ["shop/Dockerfile", "FROM scratch"],
    ["shop/.dockerignore", "/log\n"],
    ["shop/app/a b.rb", "1"],
    ["shop/app/ü.rb", "1"],
    [".gitignore", "node_modules\n/shop/log\n"],
    ["infra/web.Dockerfile", "FROM scratch"],
    ["infra/index.ts", "1"],
  ] as const)
    writeFileSync(join(root, path), text);
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "first");
}

describe("the revision of a context", () => {
  it("is none outside of a repository, nor before its first commit", () => {
    mkdirSync(join(root, "shop"));
    writeFileSync(join(root, "shop", "Dockerfile"), "");
    expect(look()).toBeUndefined();
    git("init", "--quiet");
    expect(look()).toBeUndefined();
  });

  it("is the commit where the context is as the commit says", () => {
    repository();
    writeFileSync(join(root, "infra", "index.ts"), "2");
    mkdirSync(join(root, "shop", "log"));
    writeFileSync(join(root, "shop", "log", "x"), "left out by both");
    expect(look()).toEqual({ commit: git("rev-parse", "HEAD"), uncommitted: [] });
  });

  it.each<[what: string, edit: () => void, uncommitted: string[]]>([
    ["changed", () => writeFileSync(join(root, "shop/app/a b.rb"), "2"), ["app/a b.rb"]],
    [
      "changed, of a name that git quotes",
      () => writeFileSync(join(root, "shop/app/ü.rb"), "2"),
      ["app/ü.rb"],
    ],
    ["new", () => writeFileSync(join(root, "shop/app/new.rb"), "1"), ["app/new.rb"]],
    ["staged", () => (writeFileSync(join(root, "shop/x"), "1"), git("add", "--all")), ["x"]],
    ["removed", () => rmSync(join(root, "shop/app/a b.rb")), ["app/a b.rb"]],
    ["renamed", () => git("mv", "shop/app/a b.rb", "shop/app/c.rb"), ["app/a b.rb", "app/c.rb"]],
    [
      "ignored by git and not by Docker",
      () => (
        mkdirSync(join(root, "shop/node_modules")),
        writeFileSync(join(root, "shop/node_modules/x"), "1")
      ),
      ["node_modules/x"],
    ],
    [
      "moved in from elsewhere",
      () => renameSync(join(root, "infra/index.ts"), join(root, "shop/i.ts")),
      ["i.ts"],
    ],
  ])("names a file that is %s", (_, edit, uncommitted) => {
    repository();
    edit();
    expect(look()?.uncommitted).toEqual(uncommitted);
  });

  it("names a Dockerfile that lies elsewhere", () => {
    repository();
    expect(look("shop", "../infra/web.Dockerfile")?.uncommitted).toEqual([]);
    writeFileSync(join(root, "infra", "web.Dockerfile"), "FROM other");
    expect(look("shop", "../infra/web.Dockerfile")?.uncommitted).toEqual(["infra/web.Dockerfile"]);
  });

  it("names nothing that is left out, whatever git says of it", () => {
    const name = fc.stringMatching(/^[a-z "\\\n]{1,8}$/);
    const entry = fc.tuple(fc.constantFrom(" M", "??", "!!", "D ", "A "), name);
    fc.assert(
      fc.property(fc.array(entry), fc.array(name), (entries, left) => {
        const status = entries.map(([kind, path]) => `${kind} ${path}\0`).join("");
        const found = uncommittedOf(status, "", { files: [], leftOut: (path) => left.includes(path) });
        expect(found).toEqual(
          [...new Set(entries.map(([, path]) => path))].filter((path) => !left.includes(path)).sort(),
        );
      }),
    );
  });
});

describe("the version", () => {
  const commit = fc.stringMatching(/^[0-9a-f]{40}$/);
  const entries = fc.dictionary(fc.string(), fc.stringMatching(/^[0-9a-f]{8}$/));

  it("is always a tag that does not move, and the commit alone where all is in it", () => {
    fc.assert(
      fc.property(commit, fc.array(fc.string()), entries, (commit, uncommitted, entries) => {
        const version = versionOf({ commit, uncommitted }, entries);
        expect(version).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/);
        expect(isMutableTag(version)).toBe(false);
        expect(version === commit).toBe(uncommitted.length === 0);
        expect(versionOf({ commit, uncommitted }, entries)).toBe(version);
        expect(unmarked(version)).toBe(commit);
      }),
    );
  });

  it("is another where what is in no commit is", () => {
    fc.assert(
      fc.property(commit, entries, fc.string(), (commit, entries, name) => {
        const other = { ...entries, [name]: "changed0" };
        const revision = { commit, uncommitted: ["x"] };
        expect(versionOf(revision, entries)).not.toBe(versionOf(revision, other));
      }),
    );
  });
});
