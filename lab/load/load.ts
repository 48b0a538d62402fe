/**
 * Steady traffic on the sample app while something happens to it: two clients that keep connections open and two that
 * open one for each request, GETs and POSTs, with slow requests among them. A late answer slows no one down, and whatever
 * is not a whole, right answer counts as lost.
 */
import { createHash, randomBytes } from "node:crypto";
import { Agent } from "node:http";
import { type Answer, type Ask, ask } from "./request";
import { type LoadReport, Tally, type Window } from "./tally";

export type { LoadReport, Loss, Seen } from "./tally";

export interface LoadOptions {
  /** Base URLs; requests go to them in turn. @example ["http://10.213.1.2", "http://[fd00:5e7a::1]"] */
  targets: string[];
  /** The Host header. */
  host: string;
  /** Requests a second, over all clients. @default 60 */
  rate?: number;
  /** How long a slow request takes; one is always on its way at each target. 0 = none. @default 2 */
  slowSeconds?: number;
  /** How long an answer may take; a slow one that much more. @default 10000 */
  timeoutMs?: number;
}

export interface Load {
  /** Stops sending, waits for what is on its way, and tells. */
  stop(): Promise<LoadReport>;
  /** What has been seen so far. */
  report(): LoadReport;
  /** What was answered well within these milliseconds since the start. */
  between(from: number, to: number): Window;
}

/** What a kind of request is, and what a right answer to it looks like. */
interface Kind {
  method: "GET" | "POST";
  path: string;
  make?: () => { body: string | Buffer; headers: Record<string, string>; right: (answer: Answer) => boolean };
  right?: (answer: Answer) => boolean;
}

const page: Kind = { method: "GET", path: "/", right: ({ body }) => body.includes("version") };
const whoami: Kind = {
  method: "GET",
  path: "/whoami",
  right: ({ body, version }) => field(body, "version") === version,
};
const order: Kind = {
  method: "POST",
  path: "/orders",
  make: () => ({
    body: "product=sextant&quantity=2",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    right: ({ body, version }) => field(body, "version") === version,
  }),
};
const upload: Kind = {
  method: "POST",
  path: "/upload",
  make: () => {
    const body = randomBytes(65_536);
    const sha256 = createHash("sha256").update(body).digest("hex");
    const headers = { "Content-Type": "application/octet-stream", "Content-Length": String(body.length) };
    return { body, headers, right: (answer) => field(answer.body, "sha256") === sha256 };
  },
};
const mix = [page, order, whoami, page, order, page, whoami, order, page, upload];

/** More than this on its way from one client means that it can't send any more. */
const mostInFlight = 100;
/** Connections that a keeping client has open to one target, as a browser does. */
const connections = 6;

export function startLoad(options: LoadOptions): Load {
  const { targets, host, rate = 60, slowSeconds = 2, timeoutMs = 10_000 } = options;
  if (targets.length === 0) throw new Error("load: there is no target");
  const begun = performance.now();
  const now = (): number => performance.now() - begun;
  const tally = new Tally();
  const agents: Agent[] = [];
  const flying = new Set<Promise<void>>();
  let running = true;

  const fly = (work: Promise<void>): void => {
    flying.add(work);
    void work.finally(() => flying.delete(work));
  };

  const clients = ["kept-1", "kept-2", "fresh-1", "fresh-2"].map((name) => {
    const agent = name.startsWith("kept")
      ? new Agent({ keepAlive: true, maxSockets: connections })
      : undefined;
    if (agent) agents.push(agent);
    return { name, agent, inFlight: 0 };
  });

  const quick = async (client: (typeof clients)[number], kind: Kind, target: string): Promise<void> => {
    const made = kind.make?.();
    const sentAt = now();
    const what: Ask = { method: kind.method, url: `${target}${kind.path}`, host, timeoutMs, ...made };
    if (client.agent) what.agent = client.agent;
    const right = made?.right ?? kind.right ?? (() => true);
    client.inFlight += 1;
    try {
      const answer = await ask(what);
      const reason = problemOf(answer, right);
      if (reason === undefined) tally.good(target, answer.version, sentAt, now(), answer.retried);
      else lose(client.name, kind, target, reason);
    } catch (error) {
      lose(client.name, kind, target, error instanceof Error ? error.message : String(error));
    } finally {
      client.inFlight -= 1;
    }
  };

  const lose = (client: string, { method, path }: Kind, target: string, reason: string): void => {
    tally.bad({ at: Math.round(now()), client, method, path, target, reason });
  };

  /** One slow request after the other, each of which has to end on the release that began it. */
  const slowly = async (target: string): Promise<void> => {
    const kind: Kind = { method: "GET", path: `/slow?seconds=${slowSeconds}` };
    while (running) {
      try {
        const limit = timeoutMs + slowSeconds * 1000;
        const answer = await ask({ method: "GET", url: `${target}${kind.path}`, host, timeoutMs: limit });
        const [, first, last] = /^begun (\S+)\n[^]*done (\S+)\n$/.exec(answer.body) ?? [];
        const reason = problemOf(answer, () => first !== undefined);
        if (reason === undefined) tally.slowEnded(first === last);
        else lose("slow", kind, target, reason);
      } catch (error) {
        lose("slow", kind, target, error instanceof Error ? error.message : String(error));
      }
    }
  };
  if (slowSeconds > 0) for (const target of targets) fly(slowly(target));

  let sent = 0;
  let ticked = now();
  const tick = setInterval(() => {
    tally.lagMs = Math.max(tally.lagMs, now() - ticked - tickMs);
    ticked = now();
    while (sent < (now() / 1000) * rate) {
      const client = clients[sent % clients.length];
      // Each client goes over all targets and all kinds of requests.
      const turn = Math.floor(sent / clients.length);
      const kind = mix[turn % mix.length] ?? page;
      const target = targets[(turn + Math.floor(turn / targets.length)) % targets.length] ?? "";
      sent += 1;
      if (!client) continue;
      if (client.inFlight >= mostInFlight)
        lose(client.name, kind, target, "the client has too many on their way");
      else fly(quick(client, kind, target));
    }
  }, tickMs);

  return {
    report: () => tally.report(now()),
    between: (from, to) => tally.between(from, to),
    async stop() {
      running = false;
      clearInterval(tick);
      const ms = now();
      while (flying.size > 0) await Promise.all(flying);
      for (const agent of agents) agent.destroy();
      return tally.report(ms);
    },
  };
}

const tickMs = 5;

function problemOf(answer: Answer, right: (answer: Answer) => boolean): string | undefined {
  if (answer.status < 200 || answer.status > 299) {
    return `status ${answer.status}: ${answer.body.trim().slice(0, 80)}`;
  }
  return right(answer) && answer.version !== "" ? undefined : `wrong body: ${answer.body.slice(0, 80)}`;
}

/** A field of a JSON object; undefined when it isn't one. */
function field(text: string, name: string): unknown {
  try {
    return (JSON.parse(text) as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}
