/** What a registry says of an image, read from its manifests and its configuration: pure, on parsed JSON. */

/** The facts of an image that a preview can know. */
export interface ImageFacts {
  /** What it is made for: `linux/amd64`; more than one for an index. */
  platforms: string[];
  /** ENTRYPOINT, in words. */
  entrypoint: string[];
  /** CMD, in words. */
  command: string[];
  /** The TCP ports of EXPOSE. */
  ports: number[];
  /** The paths of VOLUME. */
  volumes: string[];
  /** USER; empty for root. */
  user: string;
  /** What a pull transfers, in bytes. */
  size: number;
  /** Whether a layer of it is compressed by zstd. */
  zstd: boolean;
}

/** A manifest for one platform, or the list of those of several. */
export type Manifest =
  | { kind: "index"; manifests: { digest: string; platform: string }[] }
  | { kind: "image"; config: string; size: number; zstd: boolean };

/** The media types that are asked for. */
export const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** Reads a manifest or an index; undefined for one of another schema. */
export function parseManifest(json: unknown): Manifest | undefined {
  const { manifests, config, layers } = record(json);
  if (Array.isArray(manifests)) {
    const parts = manifests.map(record).map((part) => {
      const { os, architecture } = record(part["platform"]);
      return { digest: text(part["digest"]), platform: `${text(os)}/${text(architecture)}` };
    });
    // Attestations stand in the index as a platform of their own.
    return { kind: "index", manifests: parts.filter(({ platform }) => platform !== "unknown/unknown") };
  }
  const digest = text(record(config)["digest"]);
  if (digest === "") return undefined;
  const parts = Array.isArray(layers) ? layers.map(record) : [];
  const sizes = [record(config), ...parts].map(({ size }) => size);
  return {
    kind: "image",
    config: digest,
    size: sizes.reduce<number>((sum, size) => sum + (typeof size === "number" ? size : 0), 0),
    zstd: parts.some(({ mediaType }) => /[+.]zstd$/.test(text(mediaType))),
  };
}

/** Reads the configuration of an image; what comes from its manifest is not in it. */
export function parseConfig(json: unknown): Omit<ImageFacts, "size" | "zstd"> {
  const { os, architecture, config } = record(json);
  const { Entrypoint, Cmd, ExposedPorts, User, Volumes } = record(config);
  return {
    platforms: [`${text(os)}/${text(architecture)}`],
    entrypoint: words(Entrypoint),
    command: words(Cmd),
    ports: Object.keys(record(ExposedPorts))
      .filter((port) => !port.endsWith("/udp"))
      .map((port) => Number.parseInt(port, 10))
      .sort((a, b) => a - b),
    volumes: Object.keys(record(Volumes)).sort(),
    user: text(User),
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function words(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}
