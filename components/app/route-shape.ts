/** The shape of a route, and of the proxy that it is on. */
import { flag, list, made, object, ofType, single, text, type Shape } from "../core/shape";
import type { RouteArgs, Tls } from "./route";
import type { RoutingProxy } from "./routing";

type Part<Args, Name extends keyof Args> = NonNullable<Args[Name]>;

const tls: Shape<Tls> = {
  problems: (argument, value) =>
    made<Tls>(
      "a way to get certificates",
      (given) => "kind" in given && ["letsEncrypt", "certificate"].includes(String(given.kind)),
      typeof value === "function"
        ? "call it: letsEncrypt(), or ownCertificate(certificate, privateKey)"
        : "write letsEncrypt(), or ownCertificate(certificate, privateKey)",
    ).problems(argument, value),
};

export const routeShape: Shape<RouteArgs> = object<RouteArgs>(
  {
    name: text,
    hosts: list(text, '["shop.example.com"]'),
    paths: list(text, '["/"]'),
    stripPath: flag,
    scopeCookiePaths: flag,
    port: single,
    health: object<Part<RouteArgs, "health">>(
      { path: text, host: text, port: single, timeout: single, interval: single, proto: text },
      '{ path: "/up" }',
    ),
    tls,
    redirectToHttps: flag,
    canonicalHost: text,
    forwardHeaders: flag,
    responseTimeout: single,
    drainTimeout: single,
    readers: object<Part<RouteArgs, "readers">>(
      { writerAffinity: single, websockets: flag },
      '{ writerAffinity: "5s" }',
    ),
    buffer: object<Part<RouteArgs, "buffer">>(
      { requests: flag, responses: flag, memory: single, maxRequestBody: single, maxResponseBody: single },
      '{ maxRequestBody: "100m" }',
    ),
    logHeaders: object<Part<RouteArgs, "logHeaders">>(
      { request: list(text, '["X-Request-Id"]'), response: list(text, '["X-Request-Id"]') },
      '{ request: ["X-Request-Id"] }',
    ),
  },
  '{ hosts: ["shop.example.com"], port: 3000 }',
  {
    ssl: "write tls: letsEncrypt()",
    app_port: "write port",
    healthcheck: "write health",
    path_prefix: 'write paths: ["/api"]',
  },
);

export const oneProxy: Shape<RoutingProxy> = made<RoutingProxy>(
  "a Proxy",
  (value) => ofType("sextant:index:Proxy")(value) || ofType("sextant:index:ExistingProxy")(value),
  'give the one that new Proxy("proxy", …) makes',
);
