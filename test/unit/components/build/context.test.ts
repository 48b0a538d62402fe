import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { contextHash, readContext } from "../../../../components/build/context";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sextant-context-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function put(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}

const read = (dockerfile = "Dockerfile") => readContext(directory, dockerfile);

describe("the files of a context", () => {
  it.each<[what: string, ignore: string, left: string[]]>([
    ["without rules are all", "", ["Dockerfile", "app/a.rb", "app/b.md", "docs/a.md", "log/x"]],
    ["are those that no rule names", "log\ndocs/*.md\n", ["Dockerfile", "app/a.rb", "app/b.md"]],
    ["of any depth go by two stars", "**/*.md\n", ["Dockerfile", "app/a.rb", "log/x"]],
    ["are let in again by a later rule", "*\n!app\napp/b.md\n", ["app/a.rb"]],
    ["are let in again below what is left out", "app\n!app/a.rb\ndocs\nlog\n", ["Dockerfile", "app/a.rb"]],
    [
      "are not those of git's kind of rule",
      "/docs/\n# log\n",
      ["Dockerfile", "app/a.rb", "app/b.md", "log/x"],
    ],
  ])("%s", (_, ignore, left) => {
    put({ Dockerfile: "", "app/a.rb": "", "app/b.md": "", "docs/a.md": "", "log/x": "" });
    if (ignore !== "") put({ ".dockerignore": ignore });
    expect(read().files.filter((file) => file !== ".dockerignore")).toEqual(left);
  });

  it("are told by the Dockerfile's own rules where it has some", () => {
    put({ "web.Dockerfile": "", "web.Dockerfile.dockerignore": "a\n", ".dockerignore": "b\n", a: "", b: "" });
    expect(read("web.Dockerfile").files).toContain("b");
    expect(read("web.Dockerfile").files).not.toContain("a");
  });

  it("have links as links, wherever they lead", () => {
    put({ Dockerfile: "" });
    symlinkSync("/nowhere", join(directory, "link"));
    expect(read().files).toContain("link");
  });
});

describe("the entries of a context", () => {
  const names = fc.constantFrom("app/a", "app/b", "lib/a", "Gemfile", "public/x/y");
  const trees = fc.dictionary(names, fc.string({ maxLength: 5 }), { minKeys: 1 });

  it("differ where what is below them does, and nowhere else", () => {
    fc.assert(
      fc.property(trees, names, fc.string({ maxLength: 5 }), (tree, name, text) => {
        rmSync(directory, { recursive: true, force: true });
        put({ Dockerfile: "FROM scratch", ...tree });
        const before = read().entries;
        put({ [name]: text });
        const after = read().entries;
        const top = name.split("/")[0] ?? "";
        const differing = Object.keys({ ...before, ...after }).filter((key) => before[key] !== after[key]);
        expect(differing).toEqual(tree[name] === text ? [] : [top]);
        expect(contextHash(before) === contextHash(after)).toBe(differing.length === 0);
      }),
      { numRuns: 60 },
    );
  });

  it("do not differ by what is left out, and do by the Dockerfile that is", () => {
    put({ Dockerfile: "FROM scratch", ".dockerignore": "Dockerfile\nlog\n", a: "1" });
    const before = read().entries;
    put({ "log/x": "2" });
    expect(read().entries).toEqual(before);
    put({ Dockerfile: "FROM other" });
    expect(Object.keys(before).filter((key) => before[key] !== read().entries[key])).toEqual(["Dockerfile"]);
  });

  it("tell a file that moves within an entry, and one whose end becomes the next one's begin", () => {
    put({ Dockerfile: "", "app/a": "xy", "app/b": "z" });
    const before = read().entries["app"];
    put({ "app/a": "x", "app/b": "yz" });
    expect(read().entries["app"]).not.toBe(before);
  });
});
