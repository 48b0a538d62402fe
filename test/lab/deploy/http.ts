/** Single requests, as a browser makes them. */
import { request } from "node:http";

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

/** The release that serves at each address. */
export async function versions(targets: string[], host: string): Promise<string[]> {
  const answers = await Promise.all(targets.map((url) => get(url, host)));
  return answers.map(({ status, headers }) => `${status} ${String(headers["x-app-version"])}`);
}
