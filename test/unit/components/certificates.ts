/** Certificates for tests, made by openssl once for each list of names. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Pair {
  certificate: string;
  key: string;
}

const made = new Map<string, Pair>();

/** A certificate for these names that is signed by itself and valid for 30 days from now, and its key. */
export function pairFor(...names: string[]): Pair {
  const id = names.join(",");
  const known = made.get(id);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), "sextant-pair-"));
  const [file, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const alternative = names.map((name) => `${isIP(name) === 0 ? "DNS" : "IP"}:${name}`).join(",");
  execFileSync(
    "openssl",
    [
      ...[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "30",
      ],
      ...["-subj", "/CN=only.a.name.of.old", "-addext", `subjectAltName=${alternative}`, "-out", file],
      ...["-keyout", key],
    ],
    { stdio: "pipe" },
  );
  const pair = { certificate: readFileSync(file, "utf8"), key: readFileSync(key, "utf8") };
  rmSync(folder, { recursive: true });
  made.set(id, pair);
  return pair;
}

/** The key with a password. */
export function withPassword(key: string): string {
  return execFileSync("openssl", ["pkey", "-aes256", "-passout", "pass:secret"], {
    input: key,
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
  });
}
