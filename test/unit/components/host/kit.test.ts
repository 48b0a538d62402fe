import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kit, quote, readVerbs, render } from "../../../../components/host/kit";

describe("quote", () => {
  it("gives a real shell the same word back, whatever is in it", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }).filter((word) => !word.includes("\0")),
        (word) => {
          expect(execFileSync("sh", ["-c", `printf %s ${quote(word)}`], { encoding: "utf8" })).toBe(word);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("the kit", () => {
  it("is named after its content", () => {
    expect(render({ ready: "a" }).directory).not.toBe(render({ ready: "b" }).directory);
    expect(render({ ready: "a" }).directory).toBe(render({ ready: "a" }).directory);
  });

  it("installs every verb as it is in the source, twice without a change", () => {
    const root = mkdtempSync(join(tmpdir(), "sextant-kit-"));
    try {
      const script = kit()
        .install.replaceAll("/usr/local/", `${root}/`)
        .replace("set -eu", `set -eu; mkdir -p ${root}/bin`);
      for (let time = 0; time < 2; time++) execFileSync("sh", ["-s"], { input: script });
      const directory = kit().directory.replace("/usr/local/", `${root}/`);
      const files = Object.entries(readVerbs());
      expect(files.length).toBeGreaterThan(10);
      for (const [name, text] of files) expect(readFileSync(join(directory, name), "utf8")).toBe(text);
      execFileSync("sh", ["-s"], { input: kit().remove.replaceAll(/\/usr\/local\/|\/var\//g, `${root}/`) });
      expect(existsSync(directory)).toBe(false);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
