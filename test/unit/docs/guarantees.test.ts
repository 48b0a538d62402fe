/** The page of guarantees names tests that are there. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repoRoot } from "../../../lab/paths";
import { testTitles } from "../../../scripts/test-titles";

const page = readFileSync(join(repoRoot, "docs/guarantees.md"), "utf8");
const promises = page.split(/^## /m).slice(1);

/** The tests that a promise names: file and title. */
function named(promise: string): [file: string, title: string][] {
  return [...promise.matchAll(/^- `(test\/\S+)`: (.+)$/gm)].map(([, file = "", title = ""]) => [file, title]);
}

/** The titles of tests and of their groups in a file. */
function titles(file: string): string[] {
  return testTitles(readFileSync(join(repoRoot, file), "utf8")).map(({ title }) => title);
}

describe("the page of guarantees", () => {
  it("has promises", () => {
    expect(promises.length).toBeGreaterThan(5);
  });

  it.each(promises.map((promise) => [promise.split("\n")[0] ?? "", promise] as const))(
    "%s: names tests that are there",
    (_name, promise) => {
      const tests = named(promise);
      expect(tests.length).toBeGreaterThan(0);
      for (const [file, title] of tests) {
        expect(existsSync(join(repoRoot, file)), file).toBe(true);
        expect(titles(file), file).toContain(title);
      }
    },
  );

  it("has no line of a test that is read as none", () => {
    for (const promise of promises) {
      expect(promise.match(/^- .*test\.ts.*$/gm)?.length ?? 0).toBe(named(promise).length);
    }
  });
});
