/** Reads the facts of an image from its registry, within a time limit, once a process. */
import type { Architecture } from "../host/host";
import { manifestTypes, parseConfig, parseManifest, type ImageFacts, type Manifest } from "./manifest";
import type { Reference } from "./reference";
import { RegistryClient, RegistryError, type Login } from "./registry-client";

/** The facts, or why there are none. */
export type ImageAnswer = { facts: ImageFacts } | { failure: RegistryError["reason"] | "late" };

/** What is asked. */
export interface ImageQuestion {
  reference: Reference;
  login: Login | undefined;
  /** Whether the login may go to the registry without TLS. */
  insecure: boolean;
  /** The architectures of the hosts, the first of which an index is read for. */
  architectures: readonly Architecture[];
  /** In milliseconds, for all requests together. */
  timeout: number;
}

const answers = new Map<string, Promise<ImageAnswer>>();

/** The facts of an image. The same question is asked once a process; a failure is an answer and never thrown. */
export function imageFacts(question: ImageQuestion): Promise<ImageAnswer> {
  const { reference, login, insecure, architectures } = question;
  const key = JSON.stringify([reference, login?.username, login?.password, insecure, architectures]);
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = read(question);
  answers.set(key, answer);
  return answer;
}

async function read({
  reference,
  login,
  insecure,
  architectures,
  timeout,
}: ImageQuestion): Promise<ImageAnswer> {
  const signal = AbortSignal.timeout(timeout);
  const client = new RegistryClient(reference.registry, reference.repository, login, signal, insecure);
  try {
    const top = await manifest(client, reference.tag);
    if (top.kind === "image") return { facts: await config(client, top) };
    const chosen =
      top.manifests.find(({ platform }) => architectures.some((name) => platform === `linux/${name}`)) ??
      top.manifests[0];
    if (chosen === undefined) return { failure: "unreadable" };
    const one = await manifest(client, chosen.digest);
    if (one.kind !== "image") return { failure: "unreadable" };
    const platforms = [...new Set(top.manifests.map(({ platform }) => platform))];
    return { facts: { ...(await config(client, one)), platforms } };
  } catch (error) {
    if (signal.aborted) return { failure: "late" };
    // What else is thrown is of the connection; its text may hold an address of a proxy with a password.
    return { failure: error instanceof RegistryError ? error.reason : "unreachable" };
  }
}

async function manifest(client: RegistryClient, name: string): Promise<Manifest> {
  const parsed = parseManifest(await client.get("manifests", name, manifestTypes));
  if (parsed === undefined) throw new RegistryError("unreadable");
  return parsed;
}

async function config(
  client: RegistryClient,
  { config: digest, size, zstd }: Extract<Manifest, { kind: "image" }>,
): Promise<ImageFacts> {
  return { ...parseConfig(await client.get("blobs", digest)), size, zstd };
}
