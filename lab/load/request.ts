/** One request and what came of it: the answer, or the reason in words why it counts as lost. */
import { type Agent, request } from "node:http";
import type { Socket } from "node:net";

export interface Ask {
  method: "GET" | "POST";
  url: string;
  host: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** Without one, a connection of its own. */
  agent?: Agent;
  timeoutMs: number;
}

export interface Answer {
  status: number;
  version: string;
  body: string;
  /** Whether it met a connection that the server had closed meanwhile, and was sent again. */
  retried: boolean;
}

/** Sends it; rejects with the reason when there is no whole answer. */
export async function ask(what: Ask): Promise<Answer> {
  try {
    return { ...(await send(what)), retried: false };
  } catch (error) {
    // A server may close an idle connection just when a request is on its way. Every browser sends the request again then,
    // a POST too: Chrome's HttpNetworkTransaction::ShouldResendRequest asks for a used connection and no byte of an answer.
    if (!(error instanceof Stale)) throw error;
    return { ...(await send({ ...what, agent: undefined })), retried: true };
  }
}

class Stale extends Error {}

/**
 * Connections that have carried an answer. Node's own `reusedSocket` does not know those that a waiting request was given
 * the moment the one before it was answered.
 */
const used = new WeakSet<Socket>();

function send(what: Ask): Promise<Omit<Answer, "retried">> {
  return new Promise((resolve, reject) => {
    let begun = false;
    let reused = false;
    const sent = request(
      what.url,
      {
        method: what.method,
        agent: what.agent ?? false,
        headers: { ...what.headers, Host: what.host, ...(what.agent ? {} : { Connection: "close" }) },
      },
      (response) => {
        begun = true;
        used.add(response.socket);
        let body = "";
        response.setEncoding("utf8").on("data", (text: string) => (body += text));
        response.on("aborted", () => {
          reject(new Error("the answer was cut"));
        });
        response.on("error", (error) => {
          reject(new Error(`the answer was cut: ${error.message}`));
        });
        response.on("end", () => {
          clearTimeout(timer);
          if (!response.complete) reject(new Error("the answer was cut"));
          resolve({
            status: response.statusCode ?? 0,
            version: String(response.headers["x-app-version"] ?? ""),
            body,
          });
        });
      },
    );
    const timer = setTimeout(() => {
      sent.destroy(new Error(`no answer within ${what.timeoutMs} ms`));
    }, what.timeoutMs);
    sent.on("socket", (socket: Socket) => {
      reused = used.has(socket);
    });
    sent.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const reset = ["ECONNRESET", "EPIPE"].includes(error.code ?? "");
      reject(reused && reset && !begun ? new Stale(error.message) : error);
    });
    sent.end(what.body);
  });
}
