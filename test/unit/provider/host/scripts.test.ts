import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unlessUsed, useLine } from "../../../../provider/host/install";
import { hostScripts, quote, readVerbs, render } from "../../../../provider/host/scripts";

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

describe("the scripts of a host", () => {
  it("is named after its content", () => {
    expect(render({ ready: "a" }).directory).not.toBe(render({ ready: "b" }).directory);
    expect(render({ ready: "a" }).directory).toBe(render({ ready: "a" }).directory);
  });

  it("installs every verb as it is in the source, twice without a change", () => {
    const root = mkdtempSync(join(tmpdir(), "sextant-kit-"));
    try {
      const here = (text: string): string => text.replaceAll("/usr/local/", `${root}/`);
      const script = here(hostScripts().install).replace("set -eu", `set -eu; mkdir -p ${root}/bin`);
      for (let time = 0; time < 2; time++) execFileSync("sh", ["-s"], { input: script });
      const directory = here(hostScripts().directory);
      const files = Object.entries(readVerbs());
      expect(files.length).toBeGreaterThan(10);
      for (const [name, text] of files) expect(readFileSync(join(directory, name), "utf8")).toBe(here(text));
      execFileSync("sh", ["-s"], {
        input: hostScripts().remove.replaceAll(/\/usr\/local\/|\/var\//g, `${root}/`),
      });
      expect(existsSync(directory)).toBe(false);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("and what else is on the host go with the last stack that uses the host, and with none before", () => {
    const root = mkdtempSync(join(tmpdir(), "sextant-users-"));
    try {
      const run = (line: string): void => {
        execFileSync("sh", ["-euc", line.replaceAll(/\/usr\/local\/|\/var\//g, `${root}/`)], {
          env: { PATH: `${root}:${process.env["PATH"] ?? ""}` },
        });
      };
      writeFileSync(join(root, "docker"), "#!/bin/sh\n", { mode: 0o755 });
      for (const owner of ["shop/production/web", "it's/a stage/$web", "shop/production/web"])
        run(useLine(owner));
      mkdirSync(join(root, "lib/sextant/0123"));
      run(unlessUsed(hostScripts(), "shop/production/web"));
      expect(existsSync(join(root, "lib/sextant/0123"))).toBe(true);
      run(unlessUsed(hostScripts(), "it's/a stage/$web"));
      expect(existsSync(join(root, "lib/sextant"))).toBe(false);
      run(unlessUsed(hostScripts(), "it's/a stage/$web"));
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
