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
    expect(own.peerDependencies).toEqual({ "@pulumi/pulumi": `^${sdk.version}` });
    expect(own.devDependencies["@pulumi/pulumi"]).toBe(sdk.version);
    expect(own.dependencies).not.toHaveProperty("@pulumi/pulumi");
  });

  it("says to the engine where its plugin is to be had", () => {
    expect(own.pulumi).toMatchObject({ resource: true, name: "sextant" });
    expect(own.pulumi.server).toMatch(/^github:\/\/api\.github\.com\//);
    expect(own.files).toContain("dist");
  });
});
