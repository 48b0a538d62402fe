/**
 * An image as a directory, in OCI's image layout: each of its parts is a file `blobs/sha256/HEX`, named after what it holds
 * (opencontainers/image-spec v1.1 image-layout.md). What a manifest names is pure; the rest reads files.
 */
import { createHash } from "node:crypto";
import { createReadStream, type ReadStream } from "node:fs";
import { readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A part of an image, as a manifest names it (image-spec descriptor.md). */
export interface Descriptor {
  digest: string;
  /** In bytes. */
  size: number;
  mediaType?: string;
}

/** A manifest with its bytes, whose digest is that of these bytes alone. */
export interface Manifest {
  digest: string;
  mediaType: string;
  bytes: Buffer;
}

/** All of an image. */
export interface Contents {
  /** Each behind those that it names, so that the image itself is the last one. */
  manifests: Manifest[];
  /** Configurations and layers, each once. */
  blobs: Descriptor[];
}

/** The directory has not all of an image, or other bytes than a name says. */
export class NotThere extends Error {}

/**
 * What a manifest names: an index the manifests of its platforms and of what is said beside them, and any other its configuration and
 * its layers (image-spec image-index.md, manifest.md). Pure.
 */
export function namedBy(manifest: unknown): { manifests: Descriptor[]; blobs: Descriptor[] } {
  const {
    manifests = [],
    config,
    layers = [],
  } = manifest as {
    manifests?: Descriptor[];
    config?: Descriptor;
    layers?: Descriptor[];
  };
  return { manifests, blobs: [...(config === undefined ? [] : [config]), ...layers] };
}

/** What kind of manifest it is, which one of OCI's may leave out (image-spec manifest.md, mediaType). Pure. */
export function typeOf(manifest: unknown): string {
  const { mediaType, manifests } = manifest as { mediaType?: string; manifests?: unknown };
  const kind = manifests === undefined ? "manifest" : "index";
  return mediaType ?? `application/vnd.oci.image.${kind}.v1+json`;
}

/**
 * Reads all manifests of an image.
 * @param read the bytes of a manifest by its digest
 */
export async function contentsOf(
  digest: string,
  read: (digest: string) => Promise<Buffer>,
): Promise<Contents> {
  const [manifests, blobs] = [new Map<string, Manifest>(), new Map<string, Descriptor>()];
  const walk = async (digest: string): Promise<void> => {
    if (manifests.has(digest)) return;
    const bytes = await read(digest);
    const parsed = JSON.parse(bytes.toString("utf8")) as unknown;
    const named = namedBy(parsed);
    for (const blob of named.blobs) blobs.set(blob.digest, blob);
    for (const each of named.manifests) await walk(each.digest);
    manifests.set(digest, { digest, mediaType: typeOf(parsed), bytes });
  };
  await walk(digest);
  return { manifests: [...manifests.values()], blobs: [...blobs.values()] };
}

/** The files of a layout. */
export class Layout {
  constructor(readonly directory: string) {}

  /** @throws NotThere where it is not there, or holds something else */
  async manifest(digest: string): Promise<Buffer> {
    const bytes = await readFile(this.file(digest)).catch(missing(digest));
    if (`sha256:${createHash("sha256").update(bytes).digest("hex")}` !== digest)
      throw new NotThere(`${digest} is not what its name says`);
    return bytes;
  }

  /** @throws NotThere where its file is not there whole */
  async has({ digest, size }: Descriptor): Promise<void> {
    const found = await stat(this.file(digest)).catch(missing(digest));
    if (found.size !== size) throw new NotThere(`${digest} has ${found.size} of its ${size} bytes`);
  }

  blob(digest: string): ReadStream {
    return createReadStream(this.file(digest));
  }

  /** Removes the images that were built before this one; the next build writes what it shares with none that is there. */
  async keepAlone(digest: string): Promise<void> {
    const { manifests, blobs } = await contentsOf(digest, (each) => this.manifest(each));
    const kept = new Set([...manifests, ...blobs].map((each) => this.file(each.digest)));
    const all = join(this.directory, "blobs", "sha256");
    const others = (await readdir(all)).map((name) => join(all, name)).filter((file) => !kept.has(file));
    const list = join(this.directory, "index.json");
    const index = JSON.parse(await readFile(list, "utf8")) as { manifests: Descriptor[] };
    const named = index.manifests.filter((each) => each.digest === digest);
    await writeFile(`${list}.new`, JSON.stringify({ ...index, manifests: named }));
    await rename(`${list}.new`, list);
    for (const file of others) await rm(file, { force: true });
  }

  private file(digest: string): string {
    // No other algorithm is used by BuildKit; and it becomes a path.
    const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
    if (hex === undefined) throw new NotThere(`${digest} is no digest of sha256`);
    return join(this.directory, "blobs", "sha256", hex);
  }
}

const missing =
  (digest: string) =>
  (error: NodeJS.ErrnoException): never => {
    if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
    throw new NotThere(`${digest} is not there`);
  };
