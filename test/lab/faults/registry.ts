/** An index in the lab's registry, as builders for several platforms push it, that has one platform only. */
import type { RegistryAccess } from "../../../lab/registry/registry";

const manifestType = "application/vnd.docker.distribution.manifest.v2+json";
const indexType = "application/vnd.docker.distribution.manifest.list.v2+json";

/** Puts `repository:tag` there, an index whose only image is that of `repository:architecture`. */
export async function indexOfOnePlatform(
  registry: RegistryAccess,
  repository: string,
  architecture: string,
  tag: string,
): Promise<void> {
  const manifests = `http://${registry.address}/v2/${repository}/manifests`;
  const login = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
  const headers = { Authorization: `Basic ${login}` };
  const image = await fetch(`${manifests}/${architecture}`, {
    headers: { ...headers, Accept: manifestType },
  });
  const digest = image.headers.get("docker-content-digest");
  if (!image.ok || digest === null) throw new Error(`${repository}:${architecture}: ${image.status}`);
  const size = (await image.arrayBuffer()).byteLength;
  const index = {
    schemaVersion: 2,
    mediaType: indexType,
    manifests: [{ mediaType: manifestType, digest, size, platform: { os: "linux", architecture } }],
  };
  const put = await fetch(`${manifests}/${tag}`, {
    method: "PUT",
    headers: { ...headers, "Content-Type": indexType },
    body: JSON.stringify(index),
  });
  if (!put.ok) throw new Error(`${repository}:${tag}: ${put.status} ${await put.text()}`);
}

/** What the registry answers to a login that asks for an image. @param image a repository and a tag: `lite:v1` */
export async function manifestOf(
  registry: RegistryAccess,
  image: string,
): Promise<{ status: number; text: string }> {
  const [repository = "", tag = ""] = image.split(":");
  const login = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
  const answer = await fetch(`http://${registry.address}/v2/${repository}/manifests/${tag}`, {
    headers: { Authorization: `Basic ${login}`, Accept: `${indexType}, ${manifestType}` },
  });
  return { status: answer.status, text: await answer.text() };
}
