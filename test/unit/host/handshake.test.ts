/** The verb that asks for certificates, in a real shell, with curl, getent and docker as a machine would answer. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readHandshakes } from "../../../provider/release/certificates";
import { putScripts } from "./put-scripts";

let home = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "sextant-handshake-"));
  putScripts(home);
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

/**
 * Runs it on a machine where DNS knows these names, curl says this of handshakes, and the proxy has logged these lines.
 */
function handshake(
  words: string[],
  machine: { known: string[]; shake: string; log: string; port80?: string },
): { status: number | null; stderr: string; names: ReturnType<typeof readHandshakes> } {
  writeFileSync(join(home, "proxy.log"), machine.log);
  const commands: Record<string, string> = {
    getent: `case " ${machine.known.join(" ")} " in *" $2 "*) echo "192.0.2.1 STREAM $2"; echo "192.0.2.1 DGRAM" ;; *) exit 2 ;; esac`,
    docker: `case $1 in logs) cat ${home}/proxy.log ;; inspect) echo 172.18.0.2 ;; esac`,
    curl: `for word; do last=$word; done
      case $last in
      *unix*|http://docker/*) echo '{"Id":"x","State":{"Status":"running","Running":true,"Paused":false}}' ;;
      https://*) ${machine.shake} ;;
      *) ${machine.port80 ?? "printf 000; exit 7"} ;;
      esac`,
    mktemp: "exec /usr/bin/mktemp -d",
  };
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(join(home, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(home, name), 0o755);
  }
  const done = spawnSync("/bin/sh", [join(home, "handshake"), ...words], {
    encoding: "utf8",
    env: { PATH: `${home}:/usr/bin:/bin` },
  });
  return { status: done.status, stderr: done.stderr, names: readHandshakes(done.stdout, ["192.0.2.1"]) };
}

/** A line as kamal-proxy v0.9.2 logs it. */
const logged = (port: number, why: string): string =>
  `${JSON.stringify({ time: "2026-11-28T21:46:34Z", level: "INFO", msg: `http: TLS handshake error from 172.18.0.1:${port}: ${why}` })}\n`;

describe("handshake", () => {
  it("tells which names have their certificate, and asks not for one without an address", () => {
    const machine = { known: ["a.test"], shake: `printf '0.031000 0 40000'`, log: "" };
    const { status, stderr, names } = handshake(
      ["timeout=5", "path=/up", "host=a.test", "host=b.test"],
      machine,
    );
    expect([status, stderr]).toEqual([0, ""]);
    expect(names.map(({ host, state, addresses }) => [host, state, addresses])).toEqual([
      ["a.test", "good", ["192.0.2.1"]],
      ["b.test", "unasked", []],
    ]);
  });

  it("finds what the proxy logged of this handshake among those of others, and what answers at port 80", () => {
    const why =
      'acme/autocert: unable to satisfy "https://x/authz/1" for domain "a.test": no viable challenge type found';
    const machine = {
      known: ["a.test"],
      shake: `printf '0.000000 35 40001'; exit 35`,
      log: logged(40000, "unknown server name") + logged(40001, why) + logged(400011, "EOF"),
      port80: `printf 'HTTP/1.1 404 Not Found\\r\\nServer: Apache\\r\\n' >"$9"; printf 404`,
    };
    const { names } = handshake(["timeout=5", "path=/", "host=a.test"], machine);
    expect(names).toMatchObject([{ state: "failed", said: why, status: 404 }]);
  });

  it("is late when the time is up, and then looks for a limit that was logged before", () => {
    const limit = "429 urn:ietf:params:acme:error:rateLimited: too many certificates (5) already issued";
    const machine = { known: ["a.test"], shake: `printf '0.000000 28 40001'; exit 28`, log: "" };
    const words = ["timeout=1", "path=/", "host=a.test"];
    expect(handshake(words, machine).names).toMatchObject([{ state: "late", late: true, said: "" }]);
    expect(handshake(words, { ...machine, log: logged(40000, limit) }).names).toMatchObject([
      { state: "late", said: limit },
    ]);
  });

  it("refuses a word that it does not know, and to ask for nothing", () => {
    const machine = { known: [], shake: "exit 1", log: "" };
    expect(handshake(["wait=1"], machine)).toMatchObject({
      status: 1,
      stderr: "handshake: unknown word wait=1\n",
    });
    expect(handshake(["timeout=1"], machine)).toMatchObject({
      status: 1,
      stderr: "handshake: host= is missing\n",
    });
  });
});
