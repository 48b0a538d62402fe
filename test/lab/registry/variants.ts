/** Images that differ from one in the lab's registry by a label and the time of their build: 1970, as reproducible builds have it. */
import { createHash } from "node:crypto";
import type { RegistryAccess } from "../../../lab/registry/registry";

const manifestType = "application/vnd.docker.distribution.manifest.v2+json";

interface Manifest {
  config: { digest: string; size: number };
  layers: { digest: string }[];
}

/**
 * Puts `count` variants of `from:tag` into `repository` as `b1`, `b2` and so on, and answers with their digests.
 * @param volumes the paths of their VOLUME
 */
export async function pushVariants(
  registry: RegistryAccess,
  from: string,
  tag: string,
  repository: string,
  count: number,
  volumes: readonly string[] = [],
): Promise<string[]> {
  const login = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(path, `http://${registry.address}`);
    const response = await fetch(url, {
      ...init,
      headers: { ...init.headers, Authorization: `Basic ${login}` },
    });
    if (!response.ok) throw new Error(`${init.method ?? "GET"} ${path}: ${response.status}`);
    return response;
  };
  const digestOf = (data: string): string => `sha256:${createHash("sha256").update(data).digest("hex")}`;

  const manifest = (await (
    await ask(`/v2/${from}/manifests/${tag}`, { headers: { Accept: manifestType } })
  ).json()) as Manifest;
  const config = (await (await ask(`/v2/${from}/blobs/${manifest.config.digest}`)).json()) as {
    config: { Labels?: Record<string, string> | null };
  };
  for (const { digest } of manifest.layers)
    await ask(`/v2/${repository}/blobs/uploads/?mount=${digest}&from=${from}`, { method: "POST" });

  const digests: string[] = [];
  for (let at = 1; at <= count; at += 1) {
    const labels = { ...config.config.Labels, variant: `${repository} ${at}` };
    const Volumes = Object.fromEntries(volumes.map((path) => [path, {}]));
    const settings = { ...config.config, Labels: labels, ...(volumes.length > 0 && { Volumes }) };
    const made = { ...config, created: "1970-01-01T00:00:00Z", config: settings };
    const blob = JSON.stringify(made);
    const begun = await ask(`/v2/${repository}/blobs/uploads/`, { method: "POST" });
    const upload = new URL(begun.headers.get("location") ?? "", `http://${registry.address}`);
    upload.searchParams.set("digest", digestOf(blob));
    await ask(`${upload.pathname}${upload.search}`, {
      method: "PUT",
      headers: { "Content-Type": "application/octet-stream" },
      body: blob,
    });
    const body = JSON.stringify({
      ...manifest,
      config: { ...manifest.config, digest: digestOf(blob), size: Buffer.byteLength(blob) },
    });
    await ask(`/v2/${repository}/manifests/b${at}`, {
      method: "PUT",
      headers: { "Content-Type": manifestType },
      body,
    });
    digests.push(digestOf(body));
  }
  return digests;
}
