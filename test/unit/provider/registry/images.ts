/** Images in OCI's layout on the disk, as BuildKit writes them. */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf } from "./strict-registry";

const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
};

/** Bytes that no other seed gives. */
export const bytes = (seed: string, length: number): Buffer =>
  createHash("shake256", { outputLength: length }).update(seed).digest();

/** The layers of each platform. Several make an index. */
export type Platforms = readonly (readonly (Buffer | string)[])[];

/** Writes an image into a layout, and answers with its digest. */
export function writeImage(directory: string, platforms: Platforms): string {
  const blobs = join(directory, "blobs", "sha256");
  mkdirSync(blobs, { recursive: true });
  const put = (content: Buffer | string, mediaType: string) => {
    const digest = digestOf(content);
    writeFileSync(join(blobs, digest.slice("sha256:".length)), content);
    return { mediaType, digest, size: Buffer.byteLength(content) };
  };
  const manifests = platforms.map((layers, at) =>
    put(
      JSON.stringify({
        ...{ schemaVersion: 2, mediaType: types.manifest },
        config: put(
          JSON.stringify({ os: "linux", architecture: `arch-${at}`, layers: layers.length }),
          types.config,
        ),
        layers: layers.map((layer) => put(layer, types.layer)),
      }),
      types.manifest,
    ),
  );
  const [only] = manifests;
  const root =
    manifests.length === 1 && only !== undefined
      ? only
      : put(JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests }), types.index);
  writeFileSync(join(directory, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [root] }));
  return root.digest;
}
