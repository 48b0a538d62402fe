/** Package managers and versions of Node, pinned, from npm and in the lab's cache. */
import { createHash } from "node:crypto";
import { delimiter, join } from "node:path";
import { installed } from "../../lab/installed";
import { run } from "../../lab/docker/exec";

/** What the layouts are tried with. */
export const versions = {
  pnpm: "12.21.0",
  yarn: "1.22.22",
  "@yarnpkg/cli-dist": "4.18.1",
  node22: "22.23.5",
  node24: "24.22.3",
} as const;

export type Manager = "npm" | "pnpm" | "yarn-1" | "yarn-4";
export type Node = "node22" | "node24";

export interface Tools {
  /** What runs a package manager. */
  manager(name: Manager): { command: string; args: string[] };
  /** The environment of a Node; this machine's own where none is given. */
  environment(node?: Node): NodeJS.ProcessEnv;
}

/** Installs them where they are not there yet. */
export async function layoutTools(): Promise<Tools> {
  const key = createHash("sha256").update(JSON.stringify(versions)).digest("hex").slice(0, 12);
  const directory = await installed(`layouts-${key}`, async (draft) => {
    for (const name of ["pnpm", "yarn", "@yarnpkg/cli-dist"] as const)
      await install(draft, name, `${name}@${versions[name]}`);
    for (const name of ["node22", "node24"] as const)
      await install(draft, name, `node-linux-${process.arch}@${versions[name]}`);
  });
  const packageOf = (name: string): string => join(directory, name, "node_modules", name);
  const registry = (await run("npm", ["config", "get", "registry"])).trim();
  const managers: Record<Manager, { command: string; args: string[] }> = {
    npm: {
      command: "npm",
      args: ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
    },
    pnpm: {
      command: "node",
      args: [join(packageOf("pnpm"), "bin/pnpm.mjs"), "install", "--ignore-scripts", "--prefer-offline"],
    },
    "yarn-1": {
      command: "node",
      args: [join(packageOf("yarn"), "bin/yarn.js"), "install", "--ignore-scripts", "--prefer-offline"],
    },
    "yarn-4": { command: "node", args: [join(packageOf("@yarnpkg/cli-dist"), "bin/yarn.js"), "install"] },
  };
  return {
    manager: (name) => managers[name],
    environment: (node) => ({
      CI: "",
      YARN_NPM_REGISTRY_SERVER: registry.replace(/\/$/, ""),
      ...(node === undefined
        ? {}
        : {
            PATH: [
              join(directory, node, "node_modules", `node-linux-${process.arch}`, "bin"),
              process.env["PATH"],
            ].join(delimiter),
          }),
    }),
  };
}

async function install(draft: string, folder: string, wanted: string): Promise<void> {
  const words = ["install", "--prefix", join(draft, folder), "--ignore-scripts", "--no-audit", "--no-fund"];
  await run("npm", [...words, wanted]);
}
