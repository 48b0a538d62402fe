/** What package.json says, against what is true of it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repoRoot } from "../../lab/paths";

interface Manifest {
  name: string;
  version: string;
  repository: { type: string; url: string };
  homepage: string;
  bugs: string;
  main: string;
  types: string;
  bin: Record<string, string>;
  exports: Record<string, unknown>;
  files: string[];
  pulumi: { resource: boolean; name: string; server: string };
  engines: { node: string };
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
}

const read = (path: string): Manifest => JSON.parse(readFileSync(join(repoRoot, path), "utf8")) as Manifest;
const own = read("package.json");
const sdk = read("node_modules/@pulumi/pulumi/package.json");

describe("the package", () => {
  it("asks for the Node that Pulumi's SDK asks for", () => {
    expect(own.engines.node).toBe(sdk.engines.node);
  });

  it("takes the program's own SDK, from the version on that it is tested with", () => {
    expect(own.peerDependencies["@pulumi/pulumi"]).toBe(`^${sdk.version}`);
    expect(own.devDependencies["@pulumi/pulumi"]).toBe(sdk.version);
    expect(own.dependencies).not.toHaveProperty("@pulumi/pulumi");
  });

  it("brings the newest compiler that Pulumi's SDK works with, where a program has none", () => {
    const [, least, most] = /^>=(\d+\.\d+) <(\d+)$/.exec(own.peerDependencies["typescript"] ?? "") ?? [];
    const ours = own.devDependencies["typescript"] ?? "";
    expect(Number.parseFloat(ours)).toBeGreaterThanOrEqual(Number(least));
    expect(sdk.peerDependencies["typescript"]).toMatch(
      new RegExp(`<${most ?? "none"}$|< ${most ?? "none"}$`),
    );
  });

  it("says to the engine where its plugin is to be had", () => {
    expect(own.pulumi).toMatchObject({ resource: true, name: "sextant" });
    expect(own.pulumi.server).toMatch(/^github:\/\/api\.github\.com\//);
    expect(own.files).toContain("dist");
  });

  it("lies where its plugin is had from, and says where to report what is wrong", () => {
    const place = own.pulumi.server.replace("github://api.github.com/", "https://github.com/");
    expect(own.repository).toEqual({ type: "git", url: `git+${place}.git` });
    expect(own.homepage).toBe(`${place}#readme`);
    expect(own.bugs).toBe(`${place}/issues`);
  });

  it("lets programs have the components with their types, and nothing of what is inside", () => {
    expect(own.exports).toEqual({
      ".": { types: `./${own.types}`, default: `./${own.main}` },
      "./package.json": "./package.json",
    });
    // What the compiler makes of the door, and of the command.
    expect(existsSync(join(repoRoot, own.main.replace(/^dist\//, "").replace(/\.js$/, ".ts")))).toBe(true);
    expect(own.types).toBe(own.main.replace(/\.js$/, ".d.ts"));
    expect(own.bin).toEqual({ sextant: "dist/cli/main.js" });
    expect(existsSync(join(repoRoot, "cli", "main.ts"))).toBe(true);
  });
});
