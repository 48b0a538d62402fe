/** What package.json says, against what is true of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repoRoot } from "../../lab/paths";

interface Manifest {
  name: string;
  version: string;
  main: string;
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
});
