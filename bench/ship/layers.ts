/** What of an image a registry has to be given: the layers that it did not have before. Pure, but for the asking. */

export interface Layer {
  digest: string;
  /** Bytes, compressed as they lie in the registry. */
  size: number;
}

/** What a registry answers; a list of several platforms or one image (image-spec v1.1 image-index.md, manifest.md). */
interface Manifest {
  layers?: Layer[];
  manifests?: { digest: string; platform?: { os?: string } }[];
}

/** The types of answers that are understood. */
export const manifestTypes = ["index", "manifest"]
  .flatMap((kind) => [
    `application/vnd.oci.image.${kind}.v1+json`,
    `application/vnd.docker.distribution.${kind === "index" ? "manifest.list" : "manifest"}.v2+json`,
  ])
  .join(", ");

/** Gets a path of the registry's API, such as `/v2/shop/manifests/v1`, as `manifestTypes`. */
export type AskRegistry = (path: string) => Promise<string>;

/** The layers of an image. @throws Error where the registry's answer has none */
export async function layersOf(ask: AskRegistry, repository: string, reference: string): Promise<Layer[]> {
  const path = `/v2/${repository}/manifests/${reference}`;
  const { layers, manifests } = JSON.parse(await ask(path)) as Manifest;
  if (layers !== undefined) return layers.map(({ digest, size }) => ({ digest, size }));
  // What is attested of a build stands beside it, of a system called "unknown".
  const image = manifests?.find(({ platform }) => platform?.os !== "unknown");
  if (image === undefined || image.digest === reference)
    throw new Error(`bench ship: the registry has no layers at ${path}`);
  return layersOf(ask, repository, image.digest);
}

/** Bytes of the layers that are not in the former image. */
export function changedBytes(before: readonly Layer[], after: readonly Layer[]): number {
  const had = new Set(before.map(({ digest }) => digest));
  const added = new Map(
    after.filter(({ digest }) => !had.has(digest)).map(({ digest, size }) => [digest, size]),
  );
  return [...added.values()].reduce((sum, size) => sum + size, 0);
}
