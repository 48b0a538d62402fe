/** Where the lab and the toolchain keep what outlives a command. Nothing of it is inside the checkout. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The root of this checkout. */
export const repoRoot = resolve(__dirname, "..");

/** What a program that imports the library needs of the checkout, and what `dist` has under the same names. */
export const productFolders = ["components", "provider", "host"] as const;

/** Built tools, images and the lab; `SEXTANT_CACHE`, or `sextant` below the user's cache directory. */
export function cacheDir(): string {
  return (
    process.env["SEXTANT_CACHE"] ??
    join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "sextant")
  );
}

/** State of the running lab: sockets, keys, API state, Pulumi's home and backend; `SEXTANT_LAB_DIR` overrides. */
export function labDir(): string {
  return process.env["SEXTANT_LAB_DIR"] ?? join(cacheDir(), "lab");
}
