/** The verb that puts files on a host which the proxy reads; run for real in a shell. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { putFiles } from "../../../provider/release/proxy-files";
import { putScripts } from "./put-scripts";

let home = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "sextant-proxy-files-"));
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

function proxyFiles(words: string[], input = ""): { status: number | null; stderr: string } {
  const done = spawnSync("/bin/sh", [join(home, "proxy-files"), ...words], {
    input,
    encoding: "utf8",
    env: { PATH: `${home}:/usr/bin:/bin`, SEXTANT_STATE: join(home, "state") },
  });
  return { status: done.status, stderr: done.stderr };
}

const pair = (certificate: string, privateKey: string): string =>
  putFiles("/x", { "cert.pem": certificate, "key.pem": privateKey }).stdin ?? "";

describe("proxy-files", () => {
  it("puts both files there for the proxy alone, again when asked again, and takes them away with their directory", () => {
    const directory = join(home, "proxy/tls/shop-web-0123456789ab");
    const word = `directory=${directory}`;
    for (const key of ["one", "two"]) {
      expect(proxyFiles([word], pair("chain\n", key))).toEqual({ status: 0, stderr: "" });
      expect(readFileSync(join(directory, "cert.pem"), "utf8")).toBe("chain\n");
      expect(readFileSync(join(directory, "key.pem"), "utf8")).toBe(key);
      expect(statSync(join(directory, "key.pem")).mode & 0o777).toBe(0o400);
    }
    for (let again = 0; again < 2; again++) {
      expect(proxyFiles([word, "remove"])).toEqual({ status: 0, stderr: "" });
      expect(existsSync(directory)).toBe(false);
    }
  });

  it("puts error pages there by their names, empty ones too, and no file elsewhere", () => {
    const word = `directory=${join(home, "proxy/error-pages/shop-web-0123456789ab")}`;
    const pages = { "404.html": "<p>it's not here\n", "503.html": "" };
    expect(proxyFiles([word], putFiles("/x", pages).stdin)).toEqual({ status: 0, stderr: "" });
    const text = (name: string): string => readFileSync(join(word.split("=")[1] ?? "", name), "utf8");
    expect([text("404.html"), text("503.html")]).toEqual(Object.values(pages));
    for (const name of ["../503.html", ".hidden", "a/b"]) {
      const { status, stderr } = proxyFiles([word], putFiles("/x", { [name]: "x" }).stdin);
      expect([status, stderr]).toEqual([1, `proxy-files: ${name} is no name of a file\n`]);
    }
    expect(proxyFiles([word]).stderr).toContain("standard input has no files");
    expect(text("404.html")).toBe(pages["404.html"]);
  });

  it("leaves files that a route names: the proxy would start without any route", () => {
    const route = join(home, "state/routes/shop-web");
    mkdirSync(join(home, "state/routes"), { recursive: true });
    for (const kind of ["tls", "error-pages"]) {
      const directory = join(home, `proxy/${kind}/shop-web-0123456789ab`);
      const word = `directory=${directory}`;
      expect(proxyFiles([word], pair("chain\n", "one"))).toEqual({ status: 0, stderr: "" });
      writeFileSync(route, `shop/test/shop/web\n--tls-certificate-path=${directory}/cert.pem\n`);
      expect(proxyFiles([word, "remove"])).toEqual({ status: 0, stderr: "" });
      expect(readFileSync(join(directory, "key.pem"), "utf8")).toBe("one");
      // That of another content is not named by it.
      const other = `directory=${directory.replace("0123", "4567")}`;
      proxyFiles([other], pair("chain\n", "two"));
      expect(proxyFiles([other, "remove"])).toEqual({ status: 0, stderr: "" });
      expect(existsSync(other.slice("directory=".length))).toBe(false);
      rmSync(route);
      expect(proxyFiles([word, "remove"])).toEqual({ status: 0, stderr: "" });
      expect(existsSync(directory)).toBe(false);
    }
  });

  it("removes nothing that is none of its directories", () => {
    const { status, stderr } = proxyFiles([`directory=${home}`, "remove"]);
    expect(status).toBe(1);
    expect(stderr).toContain("directory= is missing, or is none of the proxy's");
    expect(existsSync(home)).toBe(true);
  });
});
