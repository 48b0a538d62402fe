/** Compiles the policy pack into `dist/policy`, or the directory that is named: one file, which starts at once. */
import { build } from "esbuild";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const out = process.argv[2] ?? "dist/policy";
mkdirSync(out, { recursive: true });
await build({
  entryPoints: ["policy/index.ts"],
  outfile: `${out}/index.js`,
  bundle: true,
  platform: "node",
  target: "node20",
  external: ["@pulumi/*"],
  logLevel: "warning",
});
const { version } = JSON.parse(readFileSync("package.json", "utf8"));
const description = { name: "sextant-policy", version, private: true, main: "index.js" };
writeFileSync(`${out}/package.json`, `${JSON.stringify(description)}\n`);
cpSync("policy/PulumiPolicy.yaml", `${out}/PulumiPolicy.yaml`);
