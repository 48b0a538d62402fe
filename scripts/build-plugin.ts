/**
 * Compiles the plugin into `dist/plugin`: one file, with the scripts for hosts and the schema in it. Of Pulumi's SDK it has the
 * definitions of the protocol alone, so that it starts in a fraction of the time of a program.
 */
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { libraryPackage } from "../provider/core/package";
import { readScripts } from "../provider/host/script-files";

const root = resolve(__dirname, "..");

/** The texts of the scripts in place of what reads them: the plugin may lie anywhere. */
const withScripts: Plugin = {
  name: "scripts",
  setup({ onLoad }) {
    onLoad({ filter: /provider\/host\/script-files\.ts$/ }, () => ({
      contents: `export const readScripts = () => (${JSON.stringify(readScripts())});`,
    }));
  },
};

/** Compiles it; a second. */
export async function buildPlugin(): Promise<void> {
  const out = join(root, "dist", "plugin");
  const { version } = libraryPackage();
  mkdirSync(out, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["provider/main.ts"],
    outfile: join(out, "plugin.js"),
    bundle: true,
    platform: "node",
    target: "node20",
    plugins: [withScripts],
    define: { sextantVersion: JSON.stringify(version) },
    metafile: true,
    logLevel: "warning",
  });
  // The engine looks for this name. Node keeps what it has compiled, from version 22 on.
  const start = join(out, "pulumi-resource-sextant");
  writeFileSync(
    start,
    '#!/usr/bin/env node\nrequire("node:module").enableCompileCache?.();\nrequire("./plugin.js");\n',
  );
  chmodSync(start, 0o755);
  const packages = new Set(
    Object.keys(metafile.inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
  );
  writeFileSync(join(out, "LICENSES"), [...packages].sort().map(notice).join("\n"));
}

/** Name, version and license of a package, with the license's text where the package has it. */
function notice(directory: string): string {
  const path = join(root, directory);
  const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Record<
    "name" | "version" | "license",
    string
  >;
  const file = readdirSync(path).find((each) => /^licen[cs]e/i.test(each));
  return `${name} ${version}: ${license}\n${file === undefined ? "" : readFileSync(join(path, file), "utf8")}`;
}

if (require.main === module)
  buildPlugin().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
