/** A build without the cache, for one run: a variable of the environment, as it is no property of the image. */

/** Kamal's `--no-cache`. */
export const noCacheVariable = "SEXTANT_NO_CACHE";

/** Whether each image of this run is built anew from its first step on. */
export function withoutCache(env: NodeJS.ProcessEnv = process.env): boolean {
  return !["", "0", "false", "no"].includes((env[noCacheVariable] ?? "").toLowerCase());
}
