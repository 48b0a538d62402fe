/** Which package manager a folder has, and what it is told by. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isMember, lockOf, namedManager, pnpmOf, wordsOf } from "../../../../cli/init/manager";
import { surroundingsOf } from "../../../../cli/init/surroundings";

const home = mkdtempSync(join(tmpdir(), "sextant-manager-"));
afterAll(() => {
  rmSync(home, { recursive: true });
});

/** What is found of a folder in a tree of these files. */
function found(folder: string, files: Readonly<Record<string, string>>): ReturnType<typeof surroundingsOf> {
  const root = mkdtempSync(join(home, "tree-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  mkdirSync(join(root, folder), { recursive: true });
  return surroundingsOf(join(root, folder));
}

const hoisting = JSON.stringify({ workspaces: ["packages/*", "!packages/old"] });
const berry = "__metadata:\n  version: 8\n";

describe("a project's package manager", () => {
  it.each([
    ["npm", "no file", ".", {}],
    ["npm", "its lock file", ".", { "package-lock.json": "{}" }],
    ["pnpm", "its lock file", ".", { "pnpm-lock.yaml": "lockfileVersion: '9.0'\n" }],
    ["yarn", "its lock file", ".", { "yarn.lock": "# yarn lockfile v1\n" }],
    ["berry", "its lock file", ".", { "yarn.lock": berry }],
    ["berry", "an empty lock file and its settings", ".", { "yarn.lock": "", ".yarnrc.yml": "a: b\n" }],
    ["pnpm", "packageManager", ".", { "package.json": '{"packageManager":"pnpm@10.2.0"}' }],
    ["berry", "packageManager", ".", { "package.json": '{"packageManager":"yarn@4.18.1"}' }],
    ["yarn", "packageManager", ".", { "package.json": '{"packageManager":"yarn@1.22.22"}' }],
    [
      "npm",
      "a folder that is no package of the one above",
      "infra",
      { "yarn.lock": "", "package.json": "{}" },
    ],
    [
      "npm",
      "a folder that the workspace leaves out",
      "packages/old",
      { "yarn.lock": "", "package.json": hoisting },
    ],
    ["yarn", "a package of a workspace", "packages/infra", { "yarn.lock": "", "package.json": hoisting }],
    [
      "pnpm",
      "a package of a workspace",
      "apps/infra",
      { "pnpm-lock.yaml": "", "pnpm-workspace.yaml": "packages:\n  - apps/**\n" },
    ],
    [
      "npm",
      "settings of pnpm that name no packages",
      "infra",
      { "pnpm-workspace.yaml": "nodeLinker: hoisted\n" },
    ],
  ])("is %s by %s", (name, _, folder, files) => {
    expect(found(folder, files).manager.name).toBe(name);
  });

  it("has its packages in the project, or where the workspace hoists them", () => {
    expect(found("infra", { "package.json": "{}" }).modules).toBe("node_modules");
    // What is installed in a folder above is none of the project's own: a new clone has it only by chance.
    expect(found("infra", { "node_modules/pulumi-sextant/dist/plugin/x": "" })).toMatchObject({
      modules: "node_modules",
      found: false,
    });
    const hoisted = found("packages/infra", {
      "package.json": hoisting,
      "node_modules/pulumi-sextant/dist/plugin/x": "",
    });
    expect(hoisted).toMatchObject({ modules: "../../node_modules", found: true, manager: { root: "../.." } });
    const own = "packages/infra/node_modules/pulumi-sextant/dist/plugin/x";
    expect(found("packages/infra", { "package.json": hoisting, [own]: "" }).modules).toBe("node_modules");
    // pnpm links into each package's own folder.
    const linked = found("packages/infra", { "pnpm-workspace.yaml": "packages: [packages/*]\n" });
    expect([linked.modules, lockOf(linked.manager)]).toEqual(["node_modules", "../../pnpm-lock.yaml"]);
  });

  it("is asked with the flag that a workspace's root needs", () => {
    const root = found(".", { "pnpm-workspace.yaml": "packages: [apps/*]\n" }).manager;
    expect(wordsOf(root).add).toBe("pnpm add --workspace-root");
    expect(wordsOf(found(".", { "package.json": hoisting, "yarn.lock": "" }).manager).add).toBe(
      "yarn add -W",
    );
    expect(wordsOf(found(".", { "pnpm-lock.yaml": "" }).manager).add).toBe("pnpm add");
  });

  it("ends with an error for install scripts that were not run, unless pnpm's settings say otherwise", () => {
    const strict = (settings: string): boolean | undefined =>
      found(".", { "pnpm-lock.yaml": "", "pnpm-workspace.yaml": settings }).manager.strict;
    expect(strict("packages: [a]\n")).toBe(true);
    expect(strict("strictDepBuilds: false\n")).toBeUndefined();
    expect(strict("allowBuilds:\n  '@pulumi/command': false\n")).toBeUndefined();
    expect(found(".", { "package-lock.json": "{}" }).manager.strict).toBeUndefined();
  });

  it("keeps packages in archives where berry is not told otherwise", () => {
    expect(found(".", { "yarn.lock": berry }).manager.archives).toBe(true);
    expect(
      found(".", { "yarn.lock": berry, ".yarnrc.yml": "nodeLinker: node-modules\n" }).manager.archives,
    ).toBeUndefined();
  });
});

it("the words of package.json and of lock files", () => {
  expect(["bun@1.2.0", 5, undefined, "npm@11.0.0"].map(namedManager)).toEqual([
    undefined,
    undefined,
    undefined,
    "npm",
  ]);
  expect(
    ["lockfileVersion: '9.0'", "lockfileVersion: '6.0'", "lockfileVersion: 5.4", ""].map(pnpmOf),
  ).toEqual([10, 8, 7, 10]);
});

it("the patterns of a workspace", () => {
  expect(isMember(["packages/*"], "packages/a")).toBe(true);
  expect(isMember(["packages/*"], "packages/a/b")).toBe(false);
  expect(isMember(["./infra/"], "infra")).toBe(true);
  expect(isMember(["apps/**"], "apps/a/b")).toBe(true);
  expect(isMember(["**", "!infra"], "infra")).toBe(false);
});
