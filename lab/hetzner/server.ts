/** The simulator of Hetzner's Cloud API: one HTTP server over one state file and one driver of machines. */
import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Machines } from "../machine/machines";
import { Actions } from "./actions";
import type { Cloud } from "./cloud";
import { ApiError, failure } from "./errors";
import { Faults } from "./faults";
import { HealthMonitor } from "./health";
import { noContent, ok, Router, type Body, type Call, type Reply } from "./http";
import { MachineSync } from "./machine-sync";
import { labRanges, Pools, type AddressRanges } from "./pools";
import { Bucket, realRate, type RateLimit } from "./rate-limit";
import { reconcile } from "./reconcile";
import { catalogueRoutes } from "./resources/catalogue";
import { certificateRoutes } from "./resources/certificates";
import { firewallRoutes } from "./resources/firewalls";
import { floatingIpRoutes } from "./resources/floating-ips";
import { loadBalancerRoutes } from "./resources/load-balancers";
import { networkRoutes } from "./resources/networks";
import { placementGroupRoutes } from "./resources/placement-groups";
import { primaryIpRoutes } from "./resources/primary-ips";
import { serverActionRoutes } from "./resources/server-actions";
import { serverNetworkRoutes } from "./resources/server-networks";
import { serverRoutes } from "./resources/servers";
import { sshKeyRoutes } from "./resources/ssh-keys";
import { volumeRoutes } from "./resources/volumes";
import { Store } from "./store";

export interface HetznerOptions {
  /** What carries the servers, networks, volumes and load balancers. */
  machines: Machines;
  /** Where the state is kept across restarts. */
  stateFile: string;
  /** The bearer token that callers must show; Pulumi's provider wants 64 characters. */
  token: string;
  /** The least time an action takes. @default 150 */
  actionDelayMs?: number;
  /** @default Hetzner's own: 3600 requests, of which one comes back a second */
  rateLimit?: RateLimit;
  /** Pools of public addresses. @default those of the lab's bridge */
  ranges?: AddressRanges;
  /** Receives one line for each thing worth knowing. @default nothing is logged */
  log?: (line: string) => void;
}

/** A simulator that can be started and stopped. */
export interface Hetzner {
  server: Server;
  /** Restores machines, then listens on 127.0.0.1; answers with the endpoint, `http://127.0.0.1:port/v1`. */
  listen(port?: number): Promise<string>;
  /** Stops listening, lets running actions end and writes the state. Machines stay as they are. */
  close(): Promise<void>;
  /** Waits until no action runs. */
  idle(): Promise<void>;
}

const mostBody = 1024 * 1024;
const keptCalls = 1000;

export function createHetzner(options: HetznerOptions): Hetzner {
  const log = options.log ?? ((): void => undefined);
  const store = new Store(options.stateFile);
  const faults = new Faults();
  const bucket = new Bucket(options.rateLimit ?? realRate);
  const calls: { at: string; method: string; path: string; status: number }[] = [];
  const server = createServer((request, response) => {
    void serve(request, response);
  });
  const endpoint = (): string =>
    `http://127.0.0.1:${String((server.address() as AddressInfo | null)?.port ?? 0)}/v1`;
  const cloud: Cloud = {
    store,
    actions: new Actions(store, faults, options.actionDelayMs ?? 150, log),
    machines: options.machines,
    sync: new MachineSync(store, options.machines),
    pools: new Pools(store, options.ranges ?? labRanges),
    health: new HealthMonitor(store, options.machines, log),
    faults,
    endpoint,
  };
  const api = new Router();
  for (const routes of [
    catalogueRoutes,
    sshKeyRoutes,
    firewallRoutes,
    networkRoutes,
    volumeRoutes,
    primaryIpRoutes,
    floatingIpRoutes,
    placementGroupRoutes,
    certificateRoutes,
    loadBalancerRoutes,
    serverRoutes,
    serverActionRoutes,
    serverNetworkRoutes,
  ]) {
    routes(api, cloud);
  }
  const lab = new Router();
  lab.on("GET", "/faults", () => ok({ faults: faults.all() }));
  lab.on("POST", "/faults", (call) => ok({ fault: faults.add(call.body) }, 201));
  lab.on("DELETE", "/faults", () => {
    faults.clear();
    return noContent;
  });
  lab.on("GET", "/calls", () => ok({ calls }));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const method = request.method ?? "GET";
    let reply: Reply;
    let headers: Record<string, string> = {};
    try {
      needToken(request, options.token);
      const inLab = url.pathname.startsWith("/_lab/");
      const path = url.pathname.replace(inLab ? /^\/_lab/ : /^\/v1/, "");
      if (!inLab) {
        const free = bucket.take();
        headers = bucket.headers();
        if (!free) throw bucket.exceeded();
      }
      const call: Call = { method, path, query: url.searchParams, body: await readBody(request), ids: [] };
      if (!inLab) await faults.hit(call);
      reply = await (inLab ? lab : api).answer(call);
      if (method !== "GET") store.save();
    } catch (error) {
      reply = failed(error, log);
    }
    calls.push({
      at: new Date().toISOString(),
      method,
      path: `${url.pathname}${url.search}`,
      status: reply.status,
    });
    calls.splice(0, calls.length - keptCalls);
    send(response, { ...reply, headers: { ...headers, ...reply.headers } });
  }

  return {
    server,
    async listen(port = 0) {
      await reconcile(cloud, log);
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, "127.0.0.1", resolve);
      });
      cloud.health.start();
      return endpoint();
    },
    async close() {
      cloud.health.stop();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
      await cloud.actions.idle();
      store.save();
    },
    idle: () => cloud.actions.idle(),
  };
}

function needToken(request: IncomingMessage, token: string): void {
  const shown = Buffer.from((request.headers.authorization ?? "").replace(/^Bearer /, ""));
  const wanted = Buffer.from(token);
  if (shown.length !== wanted.length || !timingSafeEqual(shown, wanted)) {
    throw failure("unauthorized", "unable to authenticate");
  }
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBody) throw failure("invalid_input", "request body is too large");
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  if (text.trim() === "") return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw failure("json_error", "invalid JSON in request body");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw failure("json_error", "request body must be a JSON object");
  }
  return body as Body;
}

function failed(error: unknown, log: (line: string) => void): Reply {
  if (error instanceof ApiError) return { status: error.status, body: error.body() };
  const message = error instanceof Error ? error.message : String(error);
  log(`server error: ${error instanceof Error ? (error.stack ?? message) : message}`);
  const internal = failure("server_error", `error within the lab: ${message}`);
  return { status: internal.status, body: internal.body() };
}

function send(response: ServerResponse, { status, body, headers }: Reply): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    ...(text === "" ? {} : { "Content-Type": "application/json" }),
    "Content-Length": Buffer.byteLength(text),
  });
  response.end(text);
}
