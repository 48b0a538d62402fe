/** A visitor who says which host it means. */
import { type IncomingHttpHeaders, request } from "node:http";

export interface Question {
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds between the first half of the body and the second. */
  halfMs?: number;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
  /** Milliseconds until the first of the body, and until its end. */
  firstMs: number;
  ms: number;
}

/** Asks; a connection of its own for each question. */
export function ask(port: number, host: string, question: Question = {}): Promise<Answer> {
  const { path = "/", method = "GET", headers = {}, body = "", halfMs } = question;
  const began = performance.now();
  const since = (): number => performance.now() - began;
  return new Promise((resolve, reject) => {
    const sent = request({
      ...{ host: "127.0.0.1", port, path, method, agent: false },
      headers: {
        Host: host,
        ...headers,
        ...(body === "" ? {} : { "Content-Length": String(body.length) }),
      },
    });
    sent.on("error", reject);
    sent.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: "",
        firstMs: since(),
        ms: since(),
      });
    });
    sent.on("response", (response) => {
      let [text, firstMs] = ["", 0];
      response.setEncoding("utf8").on("data", (part: string) => {
        if (text === "") firstMs = since();
        text += part;
      });
      response.on("error", reject);
      response.on("end", () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text,
          firstMs,
          ms: since(),
        });
      });
    });
    if (halfMs === undefined) return sent.end(body);
    sent.write(body.slice(0, body.length / 2));
    setTimeout(() => sent.end(body.slice(body.length / 2)), halfMs);
  });
}
