/** The walls between the folders: what is not allowed is found. The sources are looked at by `npm run lint`. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repoRoot } from "../../lab/paths";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sextant-walls-"));
  for (const name of [".dependency-cruiser.mjs", "tsconfig.json"])
    copyFileSync(join(repoRoot, name), join(folder, name));
  symlinkSync(join(repoRoot, "node_modules"), join(folder, "node_modules"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The rules that these sources break, each with the file that does. */
function broken(files: Record<string, string>): string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const words = ["--config", ".dependency-cruiser.mjs", "--output-type", "json"];
  const done = spawnSync(join(repoRoot, "node_modules/.bin/depcruise"), [...words, ...Object.keys(files)], {
    cwd: folder,
    encoding: "utf8",
  });
  const { summary } = JSON.parse(done.stdout) as {
    summary: { violations: { from: string; rule: { name: string; severity: string } }[] };
  };
  return summary.violations
    .filter(({ rule }) => rule.severity === "error")
    .map(({ from, rule }) => `${rule.name}: ${from}`)
    .sort();
}

const value = "export const value = 1;\nexport type Value = number;\n";

describe("the walls", () => {
  it("let the program and the command have what is the plugin's", () => {
    expect(
      broken({
        "provider/a.ts": value,
        "components/b.ts": 'import { value } from "../provider/a";\nexport const b = value;\n',
        "cli/c.ts": 'export { value } from "../provider/a";\n',
        "test/d.ts": 'export { b } from "../components/b";\n',
      }),
    ).toEqual([]);
  });

  it("keep the program out of the plugin, its types too, and the workshop out of the product", () => {
    expect(
      broken({
        "components/a.ts": value,
        "lab/b.ts": value,
        "provider/c.ts": 'import type { Value } from "../components/a";\nexport const c: Value = 1;\n',
        "provider/d.ts": 'export const d = () => import("../components/a");\n',
        "components/e.ts": 'export { value } from "../lab/b";\n',
        "cli/f.ts": 'export { value } from "../components/a";\n',
        "host/g.ts": 'export { value } from "../components/a";\n',
        "lab/h.ts": 'export { value } from "../components/a";\n',
      }),
    ).toEqual([
      "command-without-components: cli/f.ts",
      "lab-without-product: lab/h.ts",
      "plugin-without-program: provider/c.ts",
      "plugin-without-program: provider/d.ts",
      "product-without-workshop: components/e.ts",
      "scripts-alone: host/g.ts",
    ]);
  });

  it("keep the engine's protocol to what is bundled into the plugin", () => {
    const speaks = 'export { credentials } from "@grpc/grpc-js";\n';
    expect(
      broken({
        "provider/engine-log.ts": speaks,
        "provider/say.ts": speaks,
        "components/a.ts": 'export { credentials } from "../provider/engine-log";\n',
      }),
    ).toEqual([
      "protocol-in-the-plugin-alone: components/a.ts",
      "protocol-in-the-plugin-alone: provider/say.ts",
    ]);
  });

  it("find circles, also those of types alone, and imports that lead nowhere", () => {
    expect(
      broken({
        "components/a.ts":
          'import type { B } from "./b";\nexport interface A {\n  b: B;\n}\nexport const one = 1;\n',
        "components/b.ts": 'import { one } from "./a";\nexport interface B {\n  is: typeof one;\n}\n',
        "bench/c.ts": 'export { nothing } from "./nowhere";\n',
      }),
    ).toEqual(["no-circles: components/a.ts", "no-missing-file: bench/c.ts"]);
  });
});
