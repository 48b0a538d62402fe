/** References of images: what they name, and which release. Pure. */

/** The tag of a reference; undefined for one by its digest alone. */
export function tagOf(reference: string): string | undefined {
  return /:([\w][\w.-]{0,127})$/.exec(reference.replace(/@.*$/, ""))?.[1];
}

/** The name of an image without its tag and digest. */
export function repositoryOf(reference: string): string {
  const plain = reference.replace(/@.*$/, "");
  const tag = tagOf(reference);
  return tag === undefined ? plain : plain.slice(0, -tag.length - 1);
}

/** A release in short: `v2`, or `sha256:0123456789ab` where only the digest tells it. */
export function releaseOf(reference: string): string {
  const digest = /@(\w+:[0-9a-f]{12})/.exec(reference)?.[1];
  const tag = tagOf(reference);
  return tag ?? digest ?? reference;
}

/** An image in one word: `shop:v2`. */
export function imageName(reference: string): string {
  const release = releaseOf(reference);
  const name = repositoryOf(reference).split("/").at(-1) ?? "";
  return `${name}${release.includes(":") ? "@" : ":"}${release}`;
}

/** The tag of a reference, also beside a digest, or the first digits of its digest, as Docker has it for a container. */
export function versionOf(image: string): string {
  const digest = /@?sha256:([0-9a-f]{12})[0-9a-f]*$/.exec(image)?.[1];
  // What an image is by its content alone has no tag, and looks as if it had.
  const tag = image.startsWith("sha256:") ? undefined : tagOf(image);
  return tag ?? digest ?? "latest";
}
