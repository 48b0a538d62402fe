/** The certificates of a registry on a server, held against what TLS itself takes. */
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { makeCertificates, type RegistryCertificates } from "../../../../provider/registry/certificates";

const ends: (() => void)[] = [];
afterEach(() => {
  ends.splice(0).forEach((end) => {
    end();
  });
});

/** What a client with these certificates hears of a registry with those: a greeting, or an error. */
async function greet(registry: RegistryCertificates, client: Partial<RegistryCertificates>): Promise<string> {
  const { server, authority } = registry;
  const listening = createServer(
    { cert: server.certificate, key: server.key, ca: authority, requestCert: true, rejectUnauthorized: true },
    (socket) => socket.end("welcome"),
  ).listen(0, "localhost");
  listening.on("tlsClientError", () => undefined);
  ends.push(() => listening.close());
  await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  return await new Promise((resolve) => {
    const socket: TLSSocket = connect({
      ...{ host: "localhost", port, ca: client.authority ?? authority },
      ...(client.client === undefined ? {} : { cert: client.client.certificate, key: client.client.key }),
    });
    socket.on("data", (data) => {
      resolve(data.toString());
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    // A server that takes no certificate may end the connection without a word.
    socket.on("close", () => {
      resolve("closed");
    });
    ends.push(() => socket.destroy());
  });
}

const refusal = /CERTIFICATE_REQUIRED|SSL|ECONNRESET|closed/;

describe("the certificates of a registry", () => {
  it("let its own clients in, and nobody without one or with another registry's", async () => {
    const [own, others] = await Promise.all([
      makeCertificates("localhost", Date.now()),
      makeCertificates("localhost", Date.now()),
    ]);
    expect(await greet(own, own)).toBe("welcome");
    expect(await greet(own, {})).toMatch(refusal);
    expect(await greet(own, { client: others.client })).toMatch(refusal);
    // The registry's own certificate is for a server, and opens nothing.
    expect(await greet(own, { client: own.server })).toMatch(refusal);
  });

  it("show a client no other registry as its own", async () => {
    const [own, others, elsewhere] = await Promise.all(
      ["localhost", "localhost", "elsewhere"].map((name) => makeCertificates(name, Date.now())),
    );
    if (own === undefined || others === undefined || elsewhere === undefined) throw new Error("three");
    expect(await greet(others, { ...own })).toMatch(/SIGNATURE|VERIFY|ISSUER|SELF_SIGNED/);
    expect(await greet(elsewhere, elsewhere)).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  it("are valid from an hour ago for ten years", async () => {
    const now = Date.UTC(2026, 1, 28, 12);
    const { authority, server, client, until } = await makeCertificates("images.internal", now);
    expect(until).toBe("2036-02-28T12:00:00.000Z");
    for (const pem of [authority, server.certificate, client.certificate]) {
      const certificate = new X509Certificate(pem);
      expect(new Date(certificate.validFrom).getTime()).toBe(now - 3_600_000);
      expect(new Date(certificate.validTo).toISOString()).toBe(until);
      expect(certificate.checkIssued(new X509Certificate(authority))).toBe(true);
    }
    expect(new X509Certificate(server.certificate).checkHost("images.internal")).toBe("images.internal");
  });
});
