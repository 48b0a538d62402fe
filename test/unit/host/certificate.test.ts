/** The verb that puts certificates on a host, and the file that a refresh looks for; run for real in a shell. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { putScripts } from "./put-scripts";

let home = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "sextant-certificate-"));
  putScripts(home);
  // The proxy is this test's own process, as Docker would tell it.
  for (const [name, text] of Object.entries({
    docker: `echo ${process.pid}`,
    curl: `echo '{"Id":"x","State":{"Status":"running","Running":true,"Paused":false}}'`,
  })) {
    writeFileSync(join(home, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(home, name), 0o755);
  }
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

function certificate(words: string[], input = ""): { status: number | null; stderr: string } {
  const done = spawnSync("/bin/sh", [join(home, "certificate"), ...words], {
    input,
    encoding: "utf8",
    env: { PATH: `${home}:/usr/bin:/bin` },
  });
  return { status: done.status, stderr: done.stderr };
}

const lines = (cert: string, key: string): string =>
  `${Buffer.from(cert).toString("base64")}\n${Buffer.from(key).toString("base64")}\n`;

describe("certificate", () => {
  it("puts both files there for the proxy alone, again when asked again, and takes them away with their directory", () => {
    const directory = join(home, "proxy/tls/shop-web-0123456789ab");
    const word = `directory=${directory}`;
    for (const key of ["one", "two"]) {
      expect(certificate([word], lines("chain\n", key))).toEqual({ status: 0, stderr: "" });
      expect(readFileSync(join(directory, "cert.pem"), "utf8")).toBe("chain\n");
      expect(readFileSync(join(directory, "key.pem"), "utf8")).toBe(key);
      expect(statSync(join(directory, "key.pem")).mode & 0o777).toBe(0o400);
    }
    for (let again = 0; again < 2; again++) {
      expect(certificate([word, "remove"])).toEqual({ status: 0, stderr: "" });
      expect(existsSync(directory)).toBe(false);
    }
  });

  it("removes nothing that is no certificate's directory", () => {
    const { status, stderr } = certificate([`directory=${home}`, "remove"]);
    expect(status).toBe(1);
    expect(stderr).toContain("directory= is missing, or is not one of a certificate");
    expect(existsSync(home)).toBe(true);
  });
});
