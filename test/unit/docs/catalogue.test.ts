/** What the documentation and the stacks name at Hetzner can be had there: the simulator's catalogue is that of today. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { serverTypes, soldTypes } from "../../../components/server/types";
import { images } from "../../../lab/hetzner/catalogue/images";
import { locations } from "../../../lab/hetzner/catalogue/locations";
import { serverTypes as catalogue } from "../../../lab/hetzner/catalogue/server-types";
import { repoRoot } from "../../../lab/paths";

/** Types that servers still run on, named to be told from those that are sold. */
const tables = ["components/server/types.ts"];

const texts = [
  "README.md",
  ...filesBelow("docs", ".md"),
  ...filesBelow("stacks", ""),
  ...filesBelow("components", ".ts"),
  ...filesBelow("provider", ".ts"),
]
  .filter((path) => !tables.includes(path))
  .map((path) => ({ path, text: readFileSync(join(repoRoot, path), "utf8") }));

function filesBelow(directory: string, end: string): string[] {
  return (readdirSync(join(repoRoot, directory), { recursive: true }) as string[])
    .filter((name) => name.endsWith(end))
    .map((name) => join(directory, name))
    .filter((path) => /\.\w+$/.test(path));
}

/** All that a pattern's group finds, with the file that it is in. */
function found(pattern: RegExp): [name: string, path: string][] {
  return texts.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(([, name = ""]): [string, string] => [name, path]),
  );
}

describe("what is named at Hetzner", () => {
  it.each([
    ["server type", /\b((?:cx|cpx|cax|ccx)\d+)\b/g, catalogue.map(({ name }) => name)],
    ["location", /location: "(\w+)"/g, locations.map(({ name }) => name)],
    ["image", /\b((?:debian|ubuntu)-\d[\d.]*\d)\b/g, images.map(({ name }) => name)],
  ])("is a %s that is there", (_what, pattern, known) => {
    const names = found(pattern);
    expect(names.length).toBeGreaterThan(2);
    expect(names.filter(([name]) => !known.includes(name))).toEqual([]);
  });

  it("is in our table with Hetzner's own cores, memory and architecture", () => {
    expect([...soldTypes].sort()).toEqual(catalogue.map(({ name }) => name).sort());
    for (const { name, cores, memory, architecture } of catalogue) {
      const ours = {
        cores,
        memoryMb: memory * 1024,
        architecture: architecture === "arm" ? "arm64" : "amd64",
      };
      expect(serverTypes.get(name), name).toEqual(ours);
    }
  });
});
