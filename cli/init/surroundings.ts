/** Where a project lies: what is there of it already, and which library its files name. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { libraryPackage } from "../../provider/core/package";
import type { FoundManifest } from "./next";
import type { Surroundings } from "./render";

/** The other names under which Pulumi finds a project's settings. */
export const otherSettings = ["Pulumi.yml", "Pulumi.json"];

/** The package.json that is there already. @throws Error when it cannot be read as one. */
export function foundManifest(folder: string, modules: string): FoundManifest | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  const fields = parsed(file, readFileSync(file, "utf8"));
  const of = (field: string): string[] => Object.keys((fields[field] ?? {}) as object);
  const { type } = fields;
  return {
    dependencies: new Set(
      ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"].flatMap(of),
    ),
    compiler: existsSync(join(folder, modules, "typescript")),
    ...(typeof type === "string" ? { type } : {}),
  };
}

function parsed(file: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below, as for any other text that is no object.
  }
  throw new Error(`init: ${file} is not JSON with the fields of a package; mend it first.`);
}

/** What the files name, and whether the library is installed for them: in the project, or above it, where a workspace has its packages. */
export function surroundingsOf(folder: string): Surroundings & { found: boolean } {
  const { version, engines, peerDependencies } = libraryPackage();
  const node = /\d+/.exec(engines.node)?.[0] ?? "";
  const modules = modulesOf(folder);
  return {
    version,
    packages: {
      "@pulumi/pulumi": peerDependencies["@pulumi/pulumi"] ?? "",
      typescript: peerDependencies["typescript"] ?? "",
      "@types/node": `^${node}`,
    },
    modules: modules ?? "node_modules",
    found: modules !== undefined,
  };
}

function modulesOf(folder: string): string | undefined {
  const above = nearest(folder, join("node_modules", "pulumi-sextant", "dist", "plugin"));
  return above === undefined ? undefined : relative(folder, join(above, "node_modules"));
}

/** The folder, or the nearest one above it, that has this in it. */
export function nearest(folder: string, path: string): string | undefined {
  for (let above = folder; ; above = dirname(above)) {
    if (existsSync(join(above, path))) return above;
    if (above === dirname(above)) return undefined;
  }
}
