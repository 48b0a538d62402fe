/** A registry's API over connections that are given: HTTP/1.1, some at a time, each used again, and none that stands still for long. */
import { Agent, request as send, type IncomingHttpHeaders } from "node:http";
import type { Duplex, Readable } from "node:stream";

/** How many connections there are at most, and so requests at a time. */
export const atOnce = 3;

/** Seconds for which no byte may go either way. A registry that has got a layer may read all of it again before it answers. */
export const standstill = 120;

export interface RegistryRequest {
  method: "HEAD" | "GET" | "POST" | "PUT";
  /** With its query. */
  path: string;
  headers?: Record<string, string>;
  body?: Buffer | { stream: Readable; size: number };
}

export interface RegistryAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** The registry has said no, and would do so again. */
export class Refused extends Error {}

/** More than this of an answer is not kept: a manifest has 4 MiB at most (distribution v3.0.0 registry/handlers/manifests.go). */
const mostAnswer = 4 * 1024 * 1024;

/** The API of one registry. */
export class RegistryClient {
  private readonly agent: Agent;
  private readonly connections = new Set<Duplex>();
  private timer: NodeJS.Timeout | undefined;
  private busy = 0;
  private stood = false;

  /**
   * @param host as it stands in front of an image's name
   * @param connect makes a connection to it, encrypted where it has to be
   * @param idle seconds for which no byte may go
   */
  constructor(
    private readonly host: string,
    connect: () => Duplex,
    private readonly idle = standstill,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: atOnce });
    this.agent.createConnection = (): Duplex => {
      const connection = connect();
      this.connections.add(connection);
      connection.once("close", () => this.connections.delete(connection));
      return connection;
    };
  }

  /**
   * Asks, whatever is answered.
   * @throws Error where the connection is cut or stands still
   */
  async ask({ method, path, headers = {}, body }: RegistryRequest): Promise<RegistryAnswer> {
    this.begin();
    try {
      return await new Promise<RegistryAnswer>((resolve, reject) => {
        const streamed = body !== undefined && "stream" in body ? body : undefined;
        const size = body === undefined ? 0 : "stream" in body ? body.size : body.length;
        const asked = send({
          ...{ agent: this.agent, method, path },
          headers: {
            ...headers,
            Host: this.host,
            ...(method === "HEAD" || method === "GET" ? {} : { "Content-Length": size }),
          },
        });
        asked.once("error", (error) => {
          reject(this.stood ? new Error(`no byte has gone for ${this.idle} s`) : error);
        });
        asked.once("response", (answer) => {
          const chunks: Buffer[] = [];
          let length = 0;
          answer.on("data", (chunk: Buffer) => {
            this.moved();
            length += chunk.length;
            if (length <= mostAnswer) chunks.push(chunk);
          });
          answer.once("error", reject);
          answer.once("end", () => {
            // What was not asked to come to its end, as it is refused, does not go on.
            if (!asked.writableEnded) asked.destroy();
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) });
          });
        });
        if (streamed === undefined) {
          asked.end(body);
          return;
        }
        const { stream } = streamed;
        stream.on("data", () => {
          this.moved();
        });
        stream.once("error", (error) => asked.destroy(error));
        asked.once("close", () => stream.destroy());
        stream.pipe(asked);
      });
    } finally {
      this.end();
    }
  }

  /** Ends its connections. */
  close(): void {
    this.agent.destroy();
    for (const connection of this.connections) connection.destroy();
  }

  private begin(): void {
    this.busy += 1;
    this.moved();
  }

  private end(): void {
    this.busy -= 1;
    if (this.busy === 0) clearTimeout(this.timer);
  }

  private moved(): void {
    if (this.busy === 0) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.stood = true;
      this.close();
    }, this.idle * 1000);
  }
}

/** The answer where its status is among these. @throws Refused, or Error where another time may be answered otherwise */
export function expected(
  what: string,
  answer: RegistryAnswer,
  ...statuses: readonly number[]
): RegistryAnswer {
  const { status, body } = answer;
  if (statuses.includes(status)) return answer;
  const said = `${what}: the registry answered ${status}${ofError(body)}`;
  throw status >= 400 && status < 500 && status !== 429 && status !== 408
    ? new Refused(said)
    : new Error(said);
}

/** What it says of an error, in the codes of its API (distribution-spec v1.1, Error Codes). */
function ofError(body: Buffer): string {
  try {
    const { errors = [] } = JSON.parse(body.toString("utf8")) as {
      errors?: { code?: string; message?: string }[];
    };
    const [first] = errors;
    return first === undefined ? "" : ` (${[first.code, first.message].filter(Boolean).join(": ")})`;
  } catch {
    return "";
  }
}
