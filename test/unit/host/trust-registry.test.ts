/** The verb that lets a host's Docker use a registry, against a real TLS server that wants a certificate of its clients. */
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeCertificates, type RegistryCertificates } from "../../../provider/registry/certificates";
import { registryTrustStep } from "../../../provider/release/registry-trust";
import { putScripts } from "./put-scripts";

const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };
let home = "";
const before = "127.0.0.1 localhost\n\n# 10.0.0.9 localhost # mine\n";
/** The table of hosts, and what cloud-init makes it of. */
const tables = (): string[] =>
  ["etc/hosts", "etc/cloud/templates/hosts.debian.tmpl"].map((path) => join(home, path));
let close = (): void => undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "sextant-trust-"));
  putScripts(home);
  mkdirSync(join(home, "etc/cloud/templates"), { recursive: true });
  for (const table of tables()) writeFileSync(table, before);
});
afterEach(() => {
  close();
  close = () => undefined;
  rmSync(home, { recursive: true });
});

/** A registry with these certificates; answers with its address. */
async function registry({ server, authority }: RegistryCertificates): Promise<string> {
  const listening = createServer(
    { cert: server.certificate, key: server.key, ca: authority, requestCert: true, rejectUnauthorized: true },
    (_request, response) => response.end("{}"),
  ).listen(0, "localhost");
  close = () => {
    listening.closeAllConnections();
    listening.close();
  };
  await once(listening, "listening");
  return `localhost:${(listening.address() as AddressInfo).port}`;
}

async function run(words: string[], stdin = ""): Promise<{ code: number | null; stderr: string }> {
  const child = spawn("/bin/sh", [join(home, "trust-registry"), ...words], {
    env: { PATH: "/usr/bin:/bin", SEXTANT_ETC: join(home, "etc") },
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  // A verb that refuses its words reads nothing.
  child.stdin.on("error", () => undefined);
  child.stdin.end(stdin);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stderr };
}

/** The call of the step with what a registry's clients get. */
const call = (address: string, { authority, client }: RegistryCertificates, ip = "10.0.0.2") =>
  registryTrustStep.call({
    ...{ shell, address, ip, authority },
    ...{ certificate: client.certificate, privateKey: client.key },
  });

describe("trust-registry", () => {
  it("puts the files where Docker looks, for root alone, and the name where it is, again when asked again, and takes them away", async () => {
    const certificates = await makeCertificates("localhost", Date.now());
    const address = await registry(certificates);
    const directory = join(home, "etc/docker/certs.d", address);
    for (const ip of ["10.0.0.3", "10.0.0.2", "10.0.0.2"]) {
      const { words, stdin } = call(address, certificates, ip);
      expect(await run(words, stdin)).toEqual({ code: 0, stderr: "" });
      expect(readdirSync(directory).sort()).toEqual(["ca.crt", "client.cert", "client.key"]);
      expect(readFileSync(join(directory, "client.key"), "utf8")).toBe(certificates.client.key);
      expect(statSync(join(directory, "client.key")).mode & 0o777).toBe(0o600);
      for (const table of tables())
        expect(readFileSync(table, "utf8")).toBe(`${before}${ip} localhost # sextant\n`);
    }
    const undo = registryTrustStep.undo?.({
      ...{ shell, address, ip: "", authority: "", certificate: "", privateKey: "" },
    });
    for (let again = 0; again < 2; again += 1) {
      expect(await run(undo?.words ?? [])).toEqual({ code: 0, stderr: "" });
      expect(existsSync(directory)).toBe(false);
      for (const table of tables()) expect(readFileSync(table, "utf8")).toBe(before);
    }
  });

  it("says why a registry does not let it in, without the key", async () => {
    const [own, others] = [
      await makeCertificates("localhost", Date.now()),
      await makeCertificates("localhost", Date.now()),
    ];
    const address = await registry(others);
    const { words, stdin } = call(address, own);
    const { code, stderr } = await run([...words, "timeout=1"], stdin);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`the registry at ${address} does not answer this host within 1s: curl: .*certificate`),
    );
    expect(stderr).not.toContain("PRIVATE KEY");
  });

  it.each([
    ["no file", "", "standard input has no ca.crt"],
    ["a file that Docker does not read", "../x aGk=\n", "is none of the files that Docker reads"],
  ])("refuses %s, and leaves what was there", async (_, stdin, said) => {
    const { code, stderr } = await run(["address=images.internal:5000", "ip=10.0.0.2"], stdin);
    expect(code).toBe(1);
    expect(stderr).toContain(said);
    expect(existsSync(join(home, "etc/docker/certs.d", "images.internal:5000"))).toBe(false);
  });

  it.each(["address=", "address=../x:1", "address=images", "address=images:5000", "port=1"])(
    "refuses %s",
    async (word) => {
      expect((await run([word])).code).toBe(1);
    },
  );
});
