/** A private key as text: whether ssh can use it as it is, and its public half. Pure functions. */
import { createPrivateKey } from "node:crypto";

/** What a text is that should be a private key. */
export type KeyKind =
  /** A private key without a passphrase. */
  | "open"
  /** A private key with a passphrase. */
  | "locked"
  /** The public half. */
  | "public"
  /** A private key in PuTTY's own format, which ssh does not read. */
  | "putty"
  /** Something else, or a key that is cut. */
  | "none";

export interface KeyFacts {
  kind: KeyKind;
  /** The public half without a comment, where the format has it in clear; with a passphrase, too. */
  publicKey?: string;
}

/**
 * The text as ssh reads it: line breaks of Unix, no blanks around, one line break at the end. Secrets lose them on their way
 * through a form, a clipboard or a variable on one line.
 */
export function normalKey(text: string): string {
  const broken = text.trim().includes("\n") ? text : onOneLine(text.trim());
  const lines = broken.trim().split(/\r\n|\r|\n/);
  return `${lines.map((line) => line.trim()).join("\n")}\n`;
}

/** Line breaks that a secret store made two characters or a blank of. */
function onOneLine(text: string): string {
  const unescaped = text.replaceAll("\\r", "").replaceAll("\\n", "\n");
  const armour = /^(-----BEGIN [A-Z0-9 ]+-----)\s*([A-Za-z0-9+/=\s]+?)\s*(-----END [A-Z0-9 ]+-----)$/;
  const [, begin, body, end] = armour.exec(unescaped.trim()) ?? [];
  return begin === undefined || body === undefined || end === undefined
    ? unescaped
    : [begin, ...body.split(/\s+/), end].join("\n");
}

/** What a text is. Both formats that ssh-keygen writes are read: that of OpenSSH, and PEM. */
export function keyFacts(text: string): KeyFacts {
  const key = normalKey(text);
  if (key.startsWith("PuTTY-User-Key-File-")) return { kind: "putty" };
  if (/^(ssh-|ecdsa-|sk-ssh-|sk-ecdsa-)\S+ AAAA|^(-----BEGIN|---- BEGIN) (SSH2 |RSA )?PUBLIC KEY/.test(key))
    return { kind: "public" };
  const [, format, body] = /^-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----\n([^]*?)\n-----END/.exec(key) ?? [];
  if (format === undefined || body === undefined) return { kind: "none" };
  if (format === "OPENSSH ") return openssh(Buffer.from(body, "base64"));
  if (format === "ENCRYPTED " || body.includes("ENCRYPTED")) return { kind: "locked" };
  try {
    createPrivateKey(key);
    return { kind: "open" };
  } catch {
    return { kind: "none" };
  }
}

const magic = "openssh-key-v1\0";

/** OpenSSH's own format: https://github.com/openssh/openssh-portable/blob/V_9_9_P1/PROTOCOL.key. The public half is in clear. */
function openssh(bytes: Buffer): KeyFacts {
  if (bytes.toString("latin1", 0, magic.length) !== magic) return { kind: "none" };
  let at = magic.length;
  const field = (): Buffer => {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new RangeError("the key is cut");
    const value = bytes.subarray(at + 4, end);
    at = end;
    return value;
  };
  try {
    const cipher = field().toString("latin1");
    field();
    field();
    at += 4;
    const blob = field();
    // The private part: without it the key is cut.
    field();
    const type = blob.toString("latin1", 4, 4 + blob.readUInt32BE(0));
    return {
      kind: cipher === "none" ? "open" : "locked",
      publicKey: `${type} ${blob.toString("base64")}`,
    };
  } catch (error) {
    if (error instanceof RangeError) return { kind: "none" };
    throw error;
  }
}

/** A public key without its comment, so that editing the comment is no change. */
export function keyMaterial(publicKey: string): string {
  return publicKey.trim().split(/\s+/).slice(0, 2).join(" ");
}
