/** Calls, replies and the table of routes. */
import { notFound } from "./errors";

/** Parsed JSON of a request. */
export type Body = Record<string, unknown>;

/** One request, as the handlers see it. */
export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Body;
  /** The ids in the path, in their order. */
  ids: number[];
}

/** What a handler answers; `list` replies get their page, meta and Link header from the server. */
export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export type Handler = (call: Call) => Reply | Promise<Reply>;

interface Route {
  method: string;
  pattern: RegExp;
  handler: Handler;
}

/** Routes by method and path; `:id` in a path stands for a number. */
export class Router {
  private readonly routes: Route[] = [];

  on(method: string, path: string, handler: Handler): void {
    const pattern = new RegExp(`^${path.replaceAll(":id", "(\\d+)")}$`);
    this.routes.push({ method, pattern, handler });
  }

  /** Answers the call, or throws `not_found` when no route fits. */
  async answer(call: Call): Promise<Reply> {
    for (const route of this.routes) {
      if (route.method !== call.method) continue;
      const match = route.pattern.exec(call.path);
      if (match) return route.handler({ ...call, ids: match.slice(1).map(Number) });
    }
    throw notFound("route", `${call.method} ${call.path}`);
  }
}

/** 200, or another success, with a JSON body. */
export function ok(body: unknown, status = 200): Reply {
  return { status, body };
}

/** 204: done, nothing to say. */
export const noContent: Reply = { status: 204 };

/** The id in the path at a place. */
export function idOf(call: Call, place = 0): number {
  const id = call.ids[place];
  if (id === undefined) throw new Error(`route ${call.method} ${call.path} has no id at place ${place}`);
  return id;
}
