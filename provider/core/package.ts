/** The package of this library, whose version is also that of its plugin. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What package.json says. */
interface Package {
  version: string;
  /** What the engine reads of it: where the plugin is to be had. */
  pulumi: { server: string };
  engines: { node: string };
  peerDependencies: Record<string, string>;
}

let known: Package | undefined;

/** The package; read once. */
export function libraryPackage(): Package {
  known ??= JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as Package;
  return known;
}

/** The folder of this package: two above this one in the sources, and three when it is compiled into `dist`. */
export function packageRoot(): string {
  const found = ["../..", "../../.."]
    .map((way) => join(__dirname, way))
    .find((folder) => existsSync(join(folder, "package.json")));
  if (found === undefined)
    throw new Error(`this installation of pulumi-sextant has no package.json: ${__dirname}`);
  return found;
}
