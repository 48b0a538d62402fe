/** What the README tells a newcomer to type is what this version needs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repoRoot } from "../../../lab/paths";
import { blocks } from "./pages";

const readme = readFileSync(join(repoRoot, "README.md"), "utf8");
const manifest = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as Record<
  string,
  Record<string, string> | undefined
>;

describe("the first hour", () => {
  it("installs the Pulumi that this library is made for", () => {
    const pulumi = /@pulumi\/pulumi@(\d+\.\d+\.\d+)/.exec(readme)?.[1] ?? "none";
    expect(manifest["peerDependencies"]?.["@pulumi/pulumi"]).toBe(`^${pulumi}`);
  });

  it("sets every value that the program asks for, secrets as secrets", () => {
    const program = blocks(readme, "ts")[0] ?? "";
    const commands = blocks(readme, "sh").join("\n");
    const asked = [...program.matchAll(/config\.require(Secret)?\("(\w+)"\)/g)];
    expect(asked.length).toBeGreaterThan(2);
    for (const [, secret, name = ""] of asked) {
      const set = new RegExp(`pulumi config set ${secret === undefined ? "" : "--secret "}${name}\\b`);
      expect(commands, name).toMatch(set);
    }
  });

  it("links to pages that are in the package", () => {
    for (const [, path = ""] of readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(
        ["CHANGELOG.md"].includes(path) || /^docs\/(guide\/)?[a-z-]+\.md$|^docs\/README\.md$/.test(path),
        path,
      ).toBe(true);
      expect(readFileSync(join(repoRoot, path), "utf8")).not.toBe("");
    }
  });
});
