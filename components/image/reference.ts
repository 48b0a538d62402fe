/** Names of images: which registry, repository and tag they mean, and which tags move. */
import type { Check } from "../core/check";

export const mutableTagCheck: Check = {
  id: "mutable-tag",
  title: "Tag that moves",
  effect: "refused",
  why: "With `latest`, the same program gives another release tomorrow, two hosts can run two of them, and there is none to go back to. A release has a tag of its own, or a digest.",
  says: [
    'App "shop": version is "latest", but a tag that moves gives no release to go back to; use a tag of its own for each build, such as the commit\'s hash (npx sextant docs checks#mutable-tag).',
  ],
};

/** An image's name in its parts. */
export interface Reference {
  /** Where its registry answers, with a port where it has one. */
  registry: string;
  /** The repository there. @example "library/postgres" */
  repository: string;
  /** A tag or a digest. */
  tag: string;
}

const dockerHub = "docker.io";

/** Takes a repository and its release apart, with Docker's own defaults: Docker Hub, and `library/` there. */
export function parseReference(image: string, version: string): Reference {
  const [first = "", ...rest] = image.split("/");
  const named = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const registry = named ? first : dockerHub;
  const path = named ? rest.join("/") : image;
  const hub = ["docker.io", "index.docker.io", "registry-1.docker.io"].includes(registry);
  return {
    registry: hub ? dockerHub : registry,
    repository: hub && !path.includes("/") ? `library/${path}` : path,
    tag: version,
  };
}

/** The host that answers for a registry; Docker Hub's is not the one in its images' names. */
export function registryHost(registry: string): string {
  return registry === dockerHub ? "registry-1.docker.io" : registry;
}

const moving = new Set([
  ...["latest", "main", "master", "trunk", "head", "develop", "dev", "edge", "nightly", "canary"],
  ...["stable", "current", "release", "staging", "production", "prod"],
]);

/** Whether a tag is one that is moved to each new build, by its name. */
export function isMutableTag(tag: string): boolean {
  return moving.has(tag.toLowerCase());
}
