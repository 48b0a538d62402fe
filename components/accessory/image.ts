/** The image of an accessory: one that is in a registry by its tag, or one that the program builds. */
import * as pulumi from "@pulumi/pulumi";
import type { BuiltImage } from "../build/built";
import type { Problem } from "../core/problem";
import type { Host } from "../host/host";
import { parseReference, type Reference } from "../image/reference";

/** The arguments that it is about. */
interface Given {
  image: string | BuiltImage;
}

/**
 * The full reference. Of what the program builds it is the digest alone: a commit that changes nothing of the image gives it another tag, and
 * an accessory is stopped for each other reference.
 */
export function referenceOf({ image }: Given): pulumi.Output<string> {
  return typeof image === "string"
    ? pulumi.output(image)
    : pulumi.interpolate`${image.repository}@${image.digest}`;
}

/** The registry that has it, which is known before what is built. */
export function registryIn({ image }: Given): string {
  return (typeof image === "string" ? partsOf(image) : parseReference(image.repository, "")).registry;
}

/** A reference in its parts: with the tag, or the digest where there is one. */
export function partsOf(reference: string): Reference {
  const [named = "", digest] = reference.split("@");
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const repository = colon < 0 ? named : named.slice(0, colon);
  return parseReference(repository, digest ?? (colon < 0 ? "latest" : named.slice(colon + 1)));
}

/** A server that cannot reach the registry of what is built. */
export function checkOwnRegistry({ image, server }: Given & { server: Host }): Problem[] {
  const own = typeof image === "string" ? undefined : image.own;
  if (own === undefined || own.hosts.includes(server)) return [];
  return [
    {
      argument: "server",
      value: server.hostName,
      rule: `it is no client of ${own.label}, which has the image`,
      cure: "add it to the registry's clients",
    },
  ];
}
