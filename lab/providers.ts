/** The library's own providers, compiled: Pulumi's plugin loads JavaScript, and the lab's programs run from the sources. */
import { build } from "esbuild";
import { join } from "node:path";
import { repoRoot } from "./paths";

/** Compiles them; some milliseconds. */
export async function buildProviders(): Promise<void> {
  await build({
    entryPoints: [join(repoRoot, "components/dynamic/provider.ts")],
    outfile: join(repoRoot, "dist/dynamic/provider.js"),
    bundle: true,
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
}
