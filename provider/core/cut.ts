/** Names that fit where they have to: pure, and without Pulumi, as the plugin needs it too. */
import { shortHash } from "./short-hash";

const hashLength = 8;

/** A name of this many characters at most; one that is longer keeps its beginning and gets a hash of the whole. It never changes: volumes are found by it. */
export function cut(name: string, most: number): string {
  if (name.length <= most) return name;
  const hash = shortHash(name, hashLength);
  return `${name.slice(0, most - hashLength - 1)}-${hash}`;
}
