/** Single requests, as a browser makes them. */
import { request } from "node:http";
import { request as requestSecurely } from "node:https";
import type { TLSSocket } from "node:tls";

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** GETs a path of a server under a host name. */
export function get(url: string, host: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { Host: host }, agent: false, timeout: 10_000 }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
      response.on("error", reject);
    });
    asked.on("timeout", () => asked.destroy(new Error(`${url}: no answer within 10 s`)));
    asked.on("error", reject);
    asked.end();
  });
}

/** GETs the first page of a host over TLS: the status, and the SHA-256 of the certificate that was shown. */
export function getSecurely(address: string, host: string): Promise<{ status: number; certificate: string }> {
  return new Promise((resolve, reject) => {
    const options = { host: address, servername: host, headers: { Host: host }, rejectUnauthorized: false };
    const asked = requestSecurely({ ...options, agent: false, timeout: 10_000 }, (response) => {
      const certificate = (response.socket as TLSSocket).getPeerCertificate().fingerprint256;
      response.resume().on("end", () => {
        resolve({ status: response.statusCode ?? 0, certificate });
      });
    });
    asked.on("timeout", () => asked.destroy(new Error(`${address}: no answer within 10 s`)));
    asked.on("error", reject);
    asked.end();
  });
}

/** The release that serves at each address. */
export async function versions(targets: string[], host: string): Promise<string[]> {
  const answers = await Promise.all(targets.map((url) => get(url, host)));
  return answers.map(({ status, headers }) => `${status} ${String(headers["x-app-version"])}`);
}
