/**
 * `npm run archive`: the plugin as the engine installs it, one archive a platform below `archives/`. They differ in their names alone: the
 * plugin is JavaScript. A release has them beside it, where package.json says by `pulumi.server`.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createTarGzip } from "nanotar";
import { libraryPackage } from "../provider/core/package";
import { buildPlugin } from "./build-plugin";

const root = resolve(__dirname, "..");

/** Those that Node runs on, ssh among them. */
const platforms = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"];

/** Compiles the plugin and writes the archives into a folder; answers with their names. */
export async function archive(into: string): Promise<string[]> {
  await buildPlugin();
  const { version } = libraryPackage();
  const plugin = join(root, "dist", "plugin");
  const files = readdirSync(plugin).map((name) => ({
    name,
    data: readFileSync(join(plugin, name)),
    attrs: { mode: name.includes(".") || name === "LICENSES" ? "644" : "755" },
  }));
  const content = await createTarGzip(files);
  mkdirSync(into, { recursive: true });
  return platforms.map((platform) => {
    const name = `pulumi-resource-sextant-v${version}-${platform}.tar.gz`;
    writeFileSync(join(into, name), content);
    return name;
  });
}

if (require.main === module)
  archive(join(root, "archives")).then(
    (names) => {
      for (const name of names) console.log(join("archives", name));
    },
    (error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
