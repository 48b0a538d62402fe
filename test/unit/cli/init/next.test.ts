import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { settingsLines, lacking, lockLine, nextCommands } from "../../../../cli/init/next";
import { repoRoot } from "../../../../lab/paths";
import { least, most, surroundings } from "./settings";

const manager = { name: "npm" } as const;
const manifest = { dependencies: new Set(["pulumi-sextant", "@pulumi/pulumi"]), compiler: true };

describe("what comes next", () => {
  it("is two commands where all is there", () => {
    expect(nextCommands(least, { stack: "production", manifest, installed: true, manager })).toEqual([
      "pulumi stack init production",
      "pulumi up --config version=TAG",
    ]);
  });

  it("begins in the folder, installs what is not there, and sets what the program asks for", () => {
    expect(nextCommands(most, { folder: "my shop", stack: "staging", installed: false, manager })).toEqual([
      "cd 'my shop'",
      "npm install",
      "pulumi stack init staging",
      "pulumi config set --secret hcloud:token",
      "pulumi config set --secret registryPassword",
      "openssl rand -hex 24 | pulumi config set --secret dbPassword",
      "pulumi config set --secret railsMasterKey",
      "pulumi up --config version=TAG",
    ]);
    const later = { ...least, machine: { kind: "hetzner", type: "cx23" } } as const;
    expect(nextCommands(later, { stack: "production", manifest, installed: true, manager })).toContain(
      "pulumi config set sshFrom NETWORK",
    );
  });
});

it("logs in as the user that the machine has", () => {
  const setup = { ...least, ssh: { user: "ubuntu" }, github: true };
  expect(nextCommands(setup, { stack: "live", installed: true, manager, manifest, github: {} })).toContain(
    "ssh-copy-id -i ~/.ssh/shop-deploy.pub ubuntu@203.0.113.10",
  );
});

describe("another package manager", () => {
  it.each([
    ["pnpm", "pnpm install", "pnpm add"],
    ["yarn", "yarn install", "yarn add"],
    ["berry", "yarn install", "yarn add"],
  ] as const)("is told in its own words: %s", (name, install, add) => {
    const own = { name };
    expect(nextCommands(least, { stack: "production", installed: false, manager: own })[0]).toBe(install);
    const found = { dependencies: new Set<string>(), compiler: false };
    expect(lacking(found, { ...surroundings, manager: own })[1]).toBe(
      `  ${add} pulumi-sextant@1.2.3 @pulumi/pulumi@3.1.0 typescript@5.9.3`,
    );
    expect(lockLine(own, false)[0]).toContain(`${install} writes it; commit it.`);
    expect(lockLine(own, true)).toEqual([]);
  });

  it("is told to keep packages in a folder where it would not", () => {
    expect(settingsLines({ name: "berry", archives: true })[0]).toContain("nodeLinker: node-modules");
    expect(settingsLines({ name: "berry" })).toEqual([]);
  });

  it("is told that no install script is needed where it would end with an error", () => {
    const [said, ...yaml] = settingsLines({ name: "pnpm", strict: true, root: ".." });
    expect(said).toMatch(/ERR_PNPM_IGNORED_BUILDS.*; \.\.\/pnpm-workspace\.yaml says so:$/);
    expect(parse(yaml.join("\n"))).toEqual({
      allowBuilds: { "@pulumi/command": false, "@pulumi/docker-build": false, protobufjs: false },
    });
    // All that the library brings to a project and that has such a script.
    const lock = JSON.parse(readFileSync(join(repoRoot, "package-lock.json"), "utf8")) as {
      packages: Record<string, { hasInstallScript?: boolean; dev?: boolean }>;
    };
    const scripts = Object.entries(lock.packages)
      .filter(([, { hasInstallScript, dev }]) => hasInstallScript === true && dev !== true)
      .map(([name]) => name.replace(/^.*node_modules\//, ""));
    const named = (parse(yaml.join("\n")) as { allowBuilds: Record<string, boolean> }).allowBuilds;
    expect(Object.keys(named).sort()).toEqual(scripts.sort());
  });
});

describe("a package.json that was there", () => {
  it("lacks nothing where it names what the program imports", () => {
    expect(lacking(manifest, surroundings)).toEqual([]);
  });

  it("is said to lack the rest, and to be of the wrong kind", () => {
    const found = { dependencies: new Set(["pulumi-sextant"]), compiler: false, type: "module" };
    expect(lacking(found, surroundings)).toEqual([
      "package.json does not name @pulumi/pulumi and typescript, which the program needs; this adds what is missing:",
      "  npm install --save @pulumi/pulumi@3.1.0 typescript@5.9.3",
      expect.stringContaining('"type": "module"'),
    ]);
  });
});
