/**
 * Compiles Pulumi's plugin for dynamic resources into `dist/plugin`: the SDK's own, unchanged, in one file and without the parts that
 * only a program needs (TypeScript, npm's tree, the closure serializer), whose loading is most of what its start takes.
 */
import { build } from "esbuild";
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { resolve } = createRequire(import.meta.url);
const out = "dist/plugin";

/** Of the SDK's runtime the plugin takes the channel's options alone. */
const light = {
  name: "light",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/\.\.\/runtime$/ }, () => ({
      path: resolve("@pulumi/pulumi/runtime/settings"),
    }));
  },
};

mkdirSync(out, { recursive: true });
const { metafile } = await build({
  entryPoints: [resolve("@pulumi/pulumi/cmd/dynamic-provider")],
  outfile: join(out, "host.js"),
  bundle: true,
  platform: "node",
  target: "node20",
  plugins: [light],
  metafile: true,
  logLevel: "warning",
});

// The engine looks for this name. Node keeps what it has compiled, from version 22 on.
const start = join(out, "pulumi-resource-pulumi-nodejs");
writeFileSync(
  start,
  '#!/usr/bin/env node\nrequire("node:module").enableCompileCache?.();\nrequire("./host.js");\n',
);
chmodSync(start, 0o755);

const packages = [
  ...new Set(
    Object.keys(metafile.inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []),
  ),
].sort();
writeFileSync(join(out, "LICENSES"), packages.map(notice).join("\n"));

/** Name, version and license of a package, with the license's text where the package has it. */
function notice(directory) {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  const file = readdirSync(directory).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? "" : readFileSync(join(directory, file), "utf8");
  return `${name} ${version}: ${license}\n${text}`;
}
