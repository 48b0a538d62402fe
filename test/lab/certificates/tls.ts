/** Handshakes and requests over TLS, as browsers make them, to an address that no name leads to. */
import { X509Certificate } from "node:crypto";
import { request } from "node:https";
import { connect } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../../lab/docker/exec";

/** The certificate that a server shows for a name. */
export function shown(address: string, name: string): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port: 443,
      servername: name,
      rejectUnauthorized: false,
      timeout: 10_000,
    });
    socket.on("secureConnect", () => {
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      resolve(new X509Certificate(raw));
    });
    socket.on("timeout", () => socket.destroy(new Error(`${name}: no handshake within 10 s`)));
    socket.on("error", reject);
  });
}

/** Handshakes one after the other, until they are stopped: the serials that were seen, and what failed. */
export function handshaking(
  address: string,
  name: string,
): () => Promise<{ serials: string[]; failures: string[]; count: number }> {
  const serials = new Set<string>();
  const failures: string[] = [];
  let count = 0;
  let stopped = false;
  const work = (async () => {
    while (!stopped) {
      await shown(address, name).then(
        ({ serialNumber }) => serials.add(serialNumber),
        (error: unknown) => failures.push(String(error)),
      );
      count += 1;
      await sleep(30);
    }
  })();
  return async () => {
    stopped = true;
    await work;
    return { serials: [...serials], failures, count };
  };
}

export interface Page {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** One request over TLS; the certificate is not looked at. */
export function ask(
  address: string,
  name: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Page> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...{ host: address, port: 443, servername: name, path, method: options.method ?? "GET" },
        ...{ rejectUnauthorized: false, agent: false, timeout: 10_000 },
        headers: { Host: name, ...options.headers },
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
        response.on("error", reject);
      },
    );
    asked.on("timeout", () => asked.destroy(new Error(`${name}${path}: no answer within 10 s`)));
    asked.on("error", reject);
    asked.end(options.body);
  });
}

/** A certificate for these names that is signed by itself, and its key, in PEM. */
export async function selfSigned(...names: string[]): Promise<{ certificate: string; key: string }> {
  const both = await run("openssl", [
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "90", "-subj", `/CN=${names[0] ?? ""}`],
    ...[
      "-addext",
      `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`,
      "-keyout",
      "-",
      "-out",
      "-",
    ],
  ]);
  const part = (title: string): string =>
    new RegExp(`-----BEGIN ${title}-----[\\s\\S]*-----END ${title}-----\n`).exec(both)?.[0] ?? "";
  return { certificate: part("CERTIFICATE"), key: part("PRIVATE KEY") };
}
