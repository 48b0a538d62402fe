/** The library's own providers, compiled: Pulumi's plugin loads JavaScript, and the lab's programs run from the sources. */
import { build } from "esbuild";
import { cpSync, rmSync } from "node:fs";
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
  // The verbs lie beside the file that reads them.
  const verbs = join(repoRoot, "dist/dynamic/verbs");
  rmSync(verbs, { recursive: true, force: true });
  cpSync(join(repoRoot, "components/host/verbs"), verbs, { recursive: true });
}
