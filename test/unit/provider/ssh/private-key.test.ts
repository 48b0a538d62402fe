import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyFacts, keyMaterial, normalKey } from "../../../../provider/ssh/private-key";

const folder = mkdtempSync(join(tmpdir(), "sextant-keys-"));

/** A key as ssh-keygen makes it, with its public half. */
function made(name: string, ...flags: string[]): { text: string; publicKey: string } {
  const path = join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-C", "someone here", "-f", path, ...flags]);
  return { text: readFileSync(path, "utf8"), publicKey: keyMaterial(readFileSync(`${path}.pub`, "utf8")) };
}

const plain = made("plain", "-t", "ed25519", "-N", "");
const locked = made("locked", "-t", "ed25519", "-N", "open sesame");
const rsa = made("rsa", "-t", "rsa", "-b", "2048", "-N", "");
const pem = made("pem", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "");
const lockedPem = made("locked-pem", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "open sesame");
const ecdsa = made("ecdsa", "-t", "ecdsa", "-N", "");

describe("keyFacts", () => {
  it.each([
    ["ed25519", plain],
    ["RSA", rsa],
    ["ECDSA", ecdsa],
  ])("reads the public half of an open %s key", (_, { text, publicKey }) => {
    expect(keyFacts(text)).toEqual({ kind: "open", publicKey });
  });

  it("reads the public half of a key with a passphrase", () => {
    expect(keyFacts(locked.text)).toEqual({ kind: "locked", publicKey: locked.publicKey });
  });

  it.each([
    ["PEM", pem.text, "open"],
    ["PEM with a passphrase", lockedPem.text, "locked"],
    [
      "PKCS#8 with a passphrase",
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE\n-----END ENCRYPTED PRIVATE KEY-----",
      "locked",
    ],
    ["a public key", plain.publicKey, "public"],
    ["a public key in SSH2's format", '---- BEGIN SSH2 PUBLIC KEY ----\nComment: "x"\nAAAA', "public"],
    ["PuTTY's format", "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none", "putty"],
    ["nothing", "", "none"],
    ["a word", "a private key", "none"],
    ["PEM that is none", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", "none"],
    ["a certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "none"],
  ])("tells %s", (_, text, kind) => {
    expect(keyFacts(text).kind).toBe(kind);
  });

  it("never takes a part of a key for the key", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: plain.text.trimEnd().length - 30 }), (length) => {
        expect(keyFacts(plain.text.slice(0, length)).kind).toBe("none");
        const body = plain.text
          .split("\n")
          .slice(1, -2)
          .join("\n")
          .slice(0, Math.max(0, length - 60));
        const cut = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
        expect(keyFacts(cut).kind).toBe("none");
      }),
    );
  });
});

describe("normalKey", () => {
  it.each([
    ["line breaks of Windows", plain.text.replaceAll("\n", "\r\n")],
    ["line breaks of old Macs", plain.text.replaceAll("\n", "\r")],
    ["no last line break", plain.text.trimEnd()],
    ["blanks around", `  \n${plain.text.replaceAll("\n", "  \n  ")}\n\n`],
    ["line breaks as two characters", plain.text.trimEnd().replaceAll("\n", "\\n")],
    ["blanks for line breaks", plain.text.trimEnd().replaceAll("\n", " ")],
    ["nothing", plain.text],
  ])("mends %s", (_, text) => {
    expect(normalKey(text)).toBe(plain.text);
    expect(keyFacts(text)).toEqual({ kind: "open", publicKey: plain.publicKey });
  });

  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(normalKey(normalKey(text))).toBe(normalKey(text));
      }),
    );
  });
});
