/** What tells texts apart in names. */
import { createHash } from "node:crypto";

/** So many hexadecimal digits of a text's SHA-256. Names on hosts and in states are made of it: it never changes. */
export function shortHash(text: string | Uint8Array, digits: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}
