/** Keys of content: an image is made again exactly when something that went into it has changed. */
import { createHash } from "node:crypto";

export function contentKey(parts: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex").slice(0, 24);
}

/** The docker arguments that put an image's key, and that it is the lab's, on the image. */
export function labels(key: string): string[] {
  return ["--label", `sextant.key=${key}`, "--label", "sextant.lab=image"];
}
