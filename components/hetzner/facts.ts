/** What Hetzner's API said, as plain data: pure. */
import { createHash } from "node:crypto";
import type { Answer } from "./ask";

/** Announced, and the day after which there is no more of it. */
export interface Deprecation {
  announced: string;
  unavailable_after: string;
}

export interface OfferedType {
  name: string;
  architecture: string;
  deprecation?: Deprecation | null;
  locations: { name: string; available: boolean; deprecation?: Deprecation | null }[];
}

export interface OfferedLocation {
  name: string;
  network_zone: string;
}

export interface OfferedImage {
  name: string | null;
  architecture: string;
  deprecated?: string | null;
}

export interface KnownServer {
  id?: number;
  name: string;
  created?: string;
  labels?: Record<string, string>;
  server_type: { name: string };
  location: { name: string };
}

export interface KnownKey {
  id: number;
  name: string;
  fingerprint: string;
  labels: Record<string, string>;
}

/** What is known; a list that could not be had is not there. */
export interface Facts {
  types?: OfferedType[];
  locations?: OfferedLocation[];
  /** The images of the name that was asked for. */
  images?: OfferedImage[];
  servers?: KnownServer[];
  keys?: KnownKey[];
  /** Whether Hetzner does not know the token. */
  tokenRefused?: boolean;
  /** Why something could not be had. */
  unread?: string;
}

/** The questions for a server. An image by its id, and one that is known only later, are not asked for. */
export function questions(
  image: string,
): Record<"types" | "locations" | "servers" | "keys", string> & { images?: string } {
  return {
    types: "/server_types?per_page=50",
    locations: "/locations?per_page=50",
    servers: "/servers?per_page=50",
    keys: "/ssh_keys?per_page=50",
    ...(/^\d+$/.test(image)
      ? {}
      : { images: `/images?include_deprecated=true&per_page=50&name=${encodeURIComponent(image)}` }),
  };
}

const keyOf = {
  types: "server_types",
  locations: "locations",
  servers: "servers",
  keys: "ssh_keys",
  images: "images",
};

/** The facts in the answers to `questions`. */
export function factsOf(asked: ReturnType<typeof questions>, answers: ReadonlyMap<string, Answer>): Facts {
  const facts: Facts = {};
  const lists: Record<string, unknown> = {};
  for (const [name, path] of Object.entries(asked) as [keyof typeof keyOf, string][]) {
    const answer = answers.get(path) ?? { failed: "it was not asked" };
    if ("failed" in answer) facts.unread = answer.failed;
    else if (answer.status === 401) facts.tokenRefused = true;
    else if (answer.status !== 200) facts.unread = reason(answer);
    else lists[name] = (answer.body as Record<string, unknown>)[keyOf[name]];
  }
  return { ...facts, ...lists };
}

function reason({ status, body }: { status: number; body: unknown }): string {
  const { error } = (body ?? {}) as { error?: { message?: string } };
  return `${String(status)}${error?.message === undefined ? "" : `, ${error.message}`}`;
}

/** The MD5 fingerprint by which Hetzner knows a key, from `ssh-ed25519 AAAA…`. */
export function fingerprint(publicKey: string): string {
  const data = Buffer.from(publicKey.trim().split(/\s+/)[1] ?? "", "base64");
  return createHash("md5").update(data).digest("hex").match(/../g)?.join(":") ?? "";
}
