/** An app behind the proxy: it answers by what its path asks for, and keeps what it was asked. */
import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A question of the proxy for its health. */
export interface Asked {
  path: string;
  host: string;
  at: number;
}

export class Target {
  /** What the proxy has asked for its health. */
  readonly health: Asked[] = [];
  /** Paths of the requests whose head has come. */
  readonly begun: string[] = [];
  /** How it answers the next questions for its health; 200 after them. */
  readonly nextHealth: number[] = [];
  /** Milliseconds until it answers such a question. */
  healthMs = 0;

  private constructor(
    readonly name: string,
    private readonly server: Server,
  ) {
    server.on("request", (request, response) => {
      this.answer(request, response).catch(() => response.destroy());
    });
    server.on("upgrade", (_request, socket) => {
      socket.on("error", () => undefined);
      socket.end(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Target: ${name}\r\n\r\n`,
      );
    });
  }

  static async start(name = "app"): Promise<Target> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Target(name, server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://target");
    if (request.headers["user-agent"] === "kamal-proxy") {
      this.health.push({ path: url.pathname, host: request.headers.host ?? "", at: performance.now() });
      const status = this.nextHealth.shift() ?? 200;
      await sleep(this.healthMs);
      response.writeHead(status).end();
      return;
    }
    this.begun.push(url.pathname);
    let body = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.length;
    const query = (name: string): number => Number(url.searchParams.get(name) ?? 0);
    await sleep(query("wait"));
    response.writeHead(200, {
      "X-Target": this.name,
      "X-B": "of the app",
      "Set-Cookie": "session=1; Path=/",
    });
    response.write(`${JSON.stringify({ path: url.pathname, body, headers: request.headers })}\n`);
    if (query("more") > 0) response.write("x".repeat(query("more")));
    await sleep(query("late"));
    response.end();
  }
}
