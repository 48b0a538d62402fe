/**
 * Pushes an image from a directory to a registry: what the registry does not have, and nothing else. In the words of the distribution
 * specification (opencontainers/distribution-spec v1.1): it asks for each blob (HEAD), opens an upload for one that is missing (POST) and
 * sends it whole (PUT, by its digest, which the registry checks); then the manifests, an index behind those that it names, and the tag.
 *
 * It may be cut off anywhere and be begun again: what has come whole is asked for, and not sent twice.
 */
import { atOnce, expected, type RegistryClient } from "./client";
import { contentsOf, typeOf, type Contents, type Descriptor, type Layout } from "./layout";

/** What is pushed where. */
export interface Pushed {
  /** Without the registry's address. */
  repository: string;
  tag: string;
  /** Of the image, or of the index of several platforms. */
  digest: string;
}

/** How many bytes of the layers and configurations went, and how many there are. */
export interface Sent {
  sent: number;
  total: number;
}

const accepted = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * Pushes it, and answers with what went; undefined where the registry had it, of which the directory then need not know.
 * @param sending is told as bytes go
 * @throws NotThere where neither the registry nor the directory has it; Refused; Error where the connection was cut
 */
export async function push(
  client: RegistryClient,
  layout: Layout,
  { repository, tag, digest }: Pushed,
  sending: (sent: Sent) => void = () => undefined,
): Promise<Sent | undefined> {
  const at = `/v2/${repository}`;
  const there = await manifestOf(client, at, digest);
  if (there !== undefined) {
    // Also where it is there: what is pushed last is what is kept longest.
    await putManifest(client, at, tag, typeOf(JSON.parse(there.toString("utf8"))), there);
    return undefined;
  }
  const contents = await contentsOf(digest, (each) => layout.manifest(each));
  const sent = await sendBlobs(client, layout, at, contents, sending);
  const root = contents.manifests.at(-1);
  for (const { digest, mediaType, bytes } of contents.manifests)
    await putManifest(client, at, digest === root?.digest ? tag : digest, mediaType, bytes);
  return sent;
}

/** Whether the registry has it, whole: it takes no manifest before all that it names. */
export async function isThere(client: RegistryClient, { repository, digest }: Pushed): Promise<boolean> {
  return (await askManifest(client, "HEAD", `/v2/${repository}`, digest)).status === 200;
}

async function sendBlobs(
  client: RegistryClient,
  layout: Layout,
  at: string,
  { blobs }: Contents,
  sending: (sent: Sent) => void,
): Promise<Sent> {
  const missing: Descriptor[] = [];
  await some(blobs, async (blob) => {
    const { status } = expected(
      "asking for a layer",
      await client.ask({ method: "HEAD", path: `${at}/blobs/${blob.digest}` }),
      ...[200, 404],
    );
    if (status === 404) missing.push(blob);
  });
  // Before anything is sent.
  for (const blob of missing) await layout.has(blob);
  const [total, all] = [totalOf(blobs), totalOf(missing)];
  let sent = 0;
  await some(missing, async ({ digest, size }) => {
    const opened = await client.ask({ method: "POST", path: `${at}/blobs/uploads/` });
    const upload = uploadPath(expected("opening an upload", opened, 202).headers.location, digest);
    const stream = layout.blob(digest);
    stream.on("data", (chunk) => {
      sent += chunk.length;
      sending({ sent, total: all });
    });
    expected(
      `sending ${digest}`,
      await client.ask({
        ...{ method: "PUT", path: upload, body: { stream, size } },
        headers: { "Content-Type": "application/octet-stream" },
      }),
      201,
    );
  });
  return { sent: all, total };
}

/** Where an upload ends: at the place that was given, which may be a whole address, with the digest among its query. Pure. */
export function uploadPath(location: string | undefined, digest: string): string {
  if (location === undefined) throw new Error("the registry opened an upload and did not say where");
  const { pathname, searchParams } = new URL(location, "http://registry");
  searchParams.set("digest", digest);
  return `${pathname}?${searchParams.toString()}`;
}

async function manifestOf(client: RegistryClient, at: string, digest: string): Promise<Buffer | undefined> {
  const { status, body } = await askManifest(client, "GET", at, digest);
  return status === 404 ? undefined : body;
}

async function askManifest(client: RegistryClient, method: "GET" | "HEAD", at: string, digest: string) {
  const headers = { Accept: accepted };
  const answer = await client.ask({ method, path: `${at}/manifests/${digest}`, headers });
  return expected("asking for the image", answer, 200, 404);
}

async function putManifest(
  client: RegistryClient,
  at: string,
  reference: string,
  mediaType: string,
  body: Buffer,
): Promise<void> {
  const headers = { "Content-Type": mediaType };
  const answer = await client.ask({ method: "PUT", path: `${at}/manifests/${reference}`, headers, body });
  expected(`sending the manifest ${reference}`, answer, 201);
}

const totalOf = (blobs: readonly Descriptor[]): number => blobs.reduce((sum, { size }) => sum + size, 0);

/** Does something with each, with some at a time; after the first that fails none is begun. */
async function some<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const one = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await work(item);
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, one));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
