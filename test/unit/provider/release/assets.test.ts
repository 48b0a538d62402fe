/** The words for the verb that puts assets on a host, and what is looked for in a refresh. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { assetsStep, type AssetsInputs } from "../../../../provider/release/assets";
import { needsRun } from "../../../../provider/release/step";
import { shell } from "./steps";

const inputs: AssetsInputs = {
  ...{ shell, directory: "/assets/shop-web.1", release: "0a1b", image: "r.test/shop:v2" },
  ...{ __auth: "login", path: "/public/assets" },
};

describe("the step of assets", () => {
  it("names directory, release, image and path, and removes by the directory alone, which a preview knows", () => {
    expect(assetsStep.call(inputs)).toEqual({
      verb: "assets",
      words: ["directory=/assets/shop-web.1", "release=0a1b", "image=r.test/shop:v2", "path=/public/assets"],
    });
    const undo = { verb: "assets", words: ["directory=/assets/shop-web.1", "remove"] };
    expect(assetsStep.undo?.(inputs)).toEqual(undo);
  });

  it("is taken for another image, and not for another login", () => {
    const done = { ...inputs, undone: false };
    expect(needsRun(assetsStep, done, { ...inputs, __auth: "other" })).toBe(false);
    expect(needsRun(assetsStep, done, { ...inputs, image: "r.test/shop:v3", release: "2c3d" })).toBe(true);
  });

  it("is done, for a refresh, where the release's own files are whole", () => {
    const directory = mkdtempSync(join(tmpdir(), "sextant-assets-"));
    const look = (): string =>
      spawnSync("sh", ["-c", assetsStep.looks?.({ ...inputs, directory }, "/verbs").join("; ") ?? ""], {
        encoding: "utf8",
      }).stdout.trim();
    expect(look()).toBe("false");
    mkdirSync(join(directory, "0a1b"));
    writeFileSync(join(directory, "0a1b/of"), "sha256:1\n");
    expect(look()).toBe("true");
    rmSync(directory, { recursive: true });
  });
});
