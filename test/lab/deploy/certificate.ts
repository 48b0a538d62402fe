/** A certificate of one's own, made for a test. */
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../lab/docker/exec";

export interface Certificate {
  /** Files in PEM. */
  certificate: string;
  key: string;
  /** SHA-256 of the certificate, as TLS libraries print it. */
  fingerprint: string;
  /** A line of the private key, to look for where it must not be. */
  keyLine: string;
  remove(): void;
}

/** Makes one that is signed by itself. */
export async function certificate(host: string): Promise<Certificate> {
  const folder = mkdtempSync(join(tmpdir(), "sextant-certificate-"));
  const [file, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const names = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`];
  await run("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", ...names],
    ...["-out", file, "-keyout", key],
  ]);
  return {
    certificate: file,
    key,
    fingerprint: new X509Certificate(readFileSync(file)).fingerprint256,
    keyLine: readFileSync(key, "utf8").split("\n")[3] ?? "",
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}
