/** How requests come to a role: hosts, paths, health and TLS, and the proxy's flags made from them. */
import { shortHash } from "../../provider/core/short-hash";
import type * as pulumi from "@pulumi/pulumi";
import * as check from "../core/checks";
import { stackLabel } from "../core/names";
import type { Problem } from "../core/problem";
import { inSeconds, type Duration, type Size } from "../../provider/core/units";
import type { HealthQuestion } from "../../provider/release/ready";
import type { RouteTls, SwitchedRoute } from "../../provider/release/route";
import { frontName, type Front, behindCheck } from "../proxy/args";
import { proxyFiles } from "../proxy/container";
import { checkCertificate, checkKey } from "./checks/check-certificate";
import type { Check } from "../core/check";

export const routeHostsCheck: Check = {
  id: "route-hosts",
  title: "Host that the proxy would not know",
  effect: "refused",
  why: "The proxy compares host names as they are written, and browsers and TLS clients send them in lower case: a release with `Shop.example.com` is green, and answers 404 to everybody. A canonical host that is none of the route's hosts is refused by the proxy itself, when the new release is up already.",
  says: [
    'App "shop": route.hosts is "Shop.Test", but browsers ask for it in lower case, and the proxy would not know it; write it like "shop.test" (npx sextant docs checks#route-hosts).',
    'App "shop": route.canonicalHost is "www.shop.test", but it is none of the route\'s hosts, shop.test; add it to hosts (npx sextant docs checks#route-hosts).',
  ],
};

export const letsEncryptCheck: Check = {
  id: "lets-encrypt",
  title: "Let's Encrypt on several hosts",
  effect: "refused",
  why: "Each host's proxy asks for a certificate by itself, and Let's Encrypt comes to whichever host DNS names: the challenge of one is answered by another. Let's Encrypt comes to port 80 or 443 and from anywhere, so a firewall has to let it.",
  says: [
    'App "shop": route.tls is "letsEncrypt", but web-1 and web-2 would each answer for the other\'s challenge; bring a certificate with ownCertificate(), or end TLS at a load balancer and leave tls out (npx sextant docs checks#lets-encrypt).',
  ],
};

/** TLS by Let's Encrypt, or by a certificate of one's own. */
export type Tls =
  | { kind: "letsEncrypt"; staging: boolean }
  | { kind: "certificate"; certificate: string; privateKey: pulumi.Input<string> };

/**
 * Certificates from Let's Encrypt, fetched and renewed by the proxy over HTTP and TLS on its own ports.
 *
 * @example route: { hosts: ["shop.example.com"], tls: letsEncrypt() }
 */
export function letsEncrypt(args: { staging?: boolean } = {}): Tls {
  return { kind: "letsEncrypt", staging: args.staging ?? false };
}

/**
 * A certificate of one's own: the chain in PEM, which is public, and its private key, which is a secret. A preview refuses
 * one that has ended, does not name the route's hosts, or has another key. A renewed one is put beside the old one, and the
 * proxy takes it with the next handshake; a wildcard certificate serves each route whose hosts it covers.
 *
 * @edit the switch runs again, in place: no connection is refused
 * @example tls: ownCertificate(readFileSync("shop.pem", "utf8"), config.requireSecret("tlsKey"))
 */
export function ownCertificate(certificate: string, privateKey: pulumi.Input<string>): Tls {
  return { kind: "certificate", certificate, privateKey };
}

/** Arguments of a route. */
export interface RouteArgs {
  /** Names what tells several routes of a role apart. @default the role's only route has none */
  name?: string;
  /**
   * The host names that it answers, in lower case; `*.example.com` for one level below. One that another app of the stack had on the same
   * proxy comes over in one `pulumi up`, without a gap.
   *
   * @default every host
   */
  hosts?: string[];
  /** The path prefixes that it answers. @default ["/"] */
  paths?: string[];
  /** Takes the path prefix off before the app sees the request. @default true */
  stripPath?: boolean;
  /**
   * Puts the path prefix before the paths of the app's cookies, where it is taken off the requests: so that two apps on one host do not
   * overwrite each other's sessions.
   *
   * @default false
   */
  scopeCookiePaths?: boolean;
  /** The port that the app listens on inside its container. @default 3000 */
  port?: number;
  /** How a new container is known to be fit for traffic. @default GET /up on the port of the route */
  health?: {
    /** The path that is asked; any 2xx passes, a redirect never does. @default "/up" */
    path?: string;
    /** The Host header of the question. @default the first of the route's hosts that is no wildcard */
    host?: string;
    /** Another port of the container, for a health server beside the app. @default the route's port */
    port?: number;
    /** How long one answer may take. @default "5s" */
    timeout?: Duration;
    /**
     * How long the proxy waits from one question to the next, when it gets a new container. The check before that asks once a second.
     *
     * @default "1s"
     */
    interval?: Duration;
    /** X-Forwarded-Proto of the question. @default "https" with TLS, or "http" */
    proto?: "http" | "https";
  };
  /** TLS. @default none: HTTP only */
  tls?: Tls;
  /** Sends HTTP requests to HTTPS, with TLS. @default true */
  redirectToHttps?: boolean;
  /** Redirects all other hosts of the route to this one, which is one of them. @default none */
  canonicalHost?: string;
  /**
   * Trusts X-Forwarded-* of the client; only behind another proxy. With `behind` on the Proxy it is so.
   *
   * @default true without TLS, false with it
   */
  forwardHeaders?: boolean;
  /** How long the app may take until its response starts. @default "30s" */
  responseTimeout?: Duration;
  /** How long running requests may take to end when a release is switched. @default "30s" */
  drainTimeout?: Duration;
  /** How reads go to the roles that `reads` this one. @default as its members say @edit the switch runs again, in place */
  readers?: {
    /**
     * How long after a write a visitor's reads go to this role, too, by a cookie of the proxy's, `kamal-writer`; `"0s"` for not at all. An answer of the
     * app with the header `X-Writer-Affinity: false` starts no such time.
     *
     * @default "1s"
     */
    writerAffinity?: Duration;
    /** Whether WebSockets go to the readers. @default false */
    websockets?: boolean;
  };
  /** Buffering of bodies, and their limits. @default whole bodies are buffered, without a limit */
  buffer?: {
    /** Takes the whole body of a request before the app gets it. @default true */
    requests?: boolean;
    /** Takes the whole body of a response before the client gets it; `false` for streams. @default true */
    responses?: boolean;
    /** Memory for one body, before it goes to disk. @default "1m" */
    memory?: Size;
    /** The largest body of a request; a larger one is answered 413. @default no limit */
    maxRequestBody?: Size;
    /** The largest body of a response; a larger one is answered 500. @default no limit */
    maxResponseBody?: Size;
  };
  /** Headers that the proxy's log shows. @default none */
  logHeaders?: {
    /** Names of request headers. @default none @example ["X-Request-Id"] */
    request?: string[];
    /** Names of response headers. @default none */
    response?: string[];
  };
}

/** What is wrong with a route. */
export function checkRoute(argument: string, route: RouteArgs): Problem[] {
  const at = (name: string): string => `${argument}.${name}`;
  return [
    ...(route.name === undefined ? [] : check.dnsLabel(at("name"), route.name, 20)),
    ...(route.hosts ?? []).flatMap((host) => checkHost(at("hosts"), host)),
    ...(route.paths ?? []).flatMap((path) => check.urlPath(at("paths"), path)),
    ...check.port(at("port"), route.port),
    ...check.urlPath(at("health.path"), route.health?.path),
    ...check.hostName(at("health.host"), route.health?.host),
    ...check.port(at("health.port"), route.health?.port),
    ...check.duration(at("health.timeout"), route.health?.timeout, 100, 300_000),
    ...check.duration(at("health.interval"), route.health?.interval, 100, 60_000),
    ...checkCanonicalHost(at("canonicalHost"), route),
    ...check.duration(at("responseTimeout"), route.responseTimeout, 1000),
    ...check.duration(at("drainTimeout"), route.drainTimeout, 0, 3_600_000),
    ...check.duration(at("readers.writerAffinity"), route.readers?.writerAffinity, 0, 86_400_000),
    ...check.size(at("buffer.memory"), route.buffer?.memory, 1024),
    ...check.size(at("buffer.maxRequestBody"), route.buffer?.maxRequestBody, 1),
    ...check.size(at("buffer.maxResponseBody"), route.buffer?.maxResponseBody, 1),
    ...checkTls(at("tls"), route),
  ];
}

/** kamal-proxy compares the names of routes as they are written (service_map.go), and clients send theirs in lower case. */
function checkHost(argument: string, host: unknown): Problem[] {
  const form = check.hostName(argument, host);
  if (form.length > 0 || typeof host !== "string" || host === host.toLowerCase()) return form;
  return [
    {
      argument,
      value: host,
      rule: "browsers ask for it in lower case, and the proxy would not know it",
      cure: `write it like "${host.toLowerCase()}"`,
      check: routeHostsCheck,
    },
  ];
}

/** The proxy takes no other one (deploy.go), and says so only when the new release is up. */
function checkCanonicalHost(argument: string, { canonicalHost, hosts = [] }: RouteArgs): Problem[] {
  if (canonicalHost === undefined) return [];
  const form = checkHost(argument, canonicalHost);
  if (form.length > 0 || hosts.length === 0 || hosts.includes(canonicalHost)) return form;
  return [
    {
      argument,
      value: canonicalHost,
      rule: `it is none of the route's hosts, ${hosts.join(", ")}`,
      cure: "add it to hosts",
      check: routeHostsCheck,
    },
  ];
}

function checkTls(argument: string, route: RouteArgs): Problem[] {
  if (route.tls === undefined) return [];
  const problems: Problem[] = [];
  if ((route.hosts ?? []).length === 0) {
    problems.push({
      argument,
      fault: "needs named hosts, and the route has none",
      cure: "give hosts",
    });
  }
  if (route.tls.kind === "letsEncrypt") {
    const wildcard = route.hosts?.find((host) => host.startsWith("*."));
    if (wildcard !== undefined) {
      problems.push({
        argument: argument.replace(/tls$/, "hosts"),
        value: wildcard,
        rule: "Let's Encrypt gives no wildcard over HTTP",
        cure: "name the hosts one by one, or bring a certificate with ownCertificate()",
        check: letsEncryptCheck,
      });
    }
  } else {
    const { certificate, privateKey } = route.tls;
    problems.push(...checkCertificate(argument, certificate, route.hosts ?? [], Date.now()).refused);
    if (typeof privateKey === "string") problems.push(...checkKey(argument, certificate, privateKey));
  }
  if (!(route.paths ?? ["/"]).includes("/")) {
    problems.push({
      argument,
      fault: "is on the wrong route: the proxy takes TLS from the route of a host's root path",
      cure: "put tls on the route with the path /, and leave it out here",
    });
  }
  return problems;
}

/** The port of a route inside the container. */
export function routePort(route: RouteArgs): number {
  return route.port ?? 3000;
}

/** The Host header that health questions carry. */
export function healthHost(route: RouteArgs): string | undefined {
  return route.health?.host ?? route.hosts?.find((host) => !host.startsWith("*."));
}

/**
 * A route on its proxy: behind a server that ends TLS, it believes that server, and its health question comes by HTTPS as all
 * requests do. What the route says itself stays.
 */
export function routeBehind(route: RouteArgs, front: Front | undefined): RouteArgs {
  if (front === undefined) return route;
  return {
    ...route,
    forwardHeaders: true,
    health: { ...route.health, proto: route.health?.proto ?? "https" },
  };
}

/** What cannot be meant on a route of a proxy that is behind another server. */
export function checkBehind(argument: string, route: RouteArgs, front: Front | undefined): Problem[] {
  if (front === undefined) return [];
  const name = frontName(front);
  const refuse = (what: string, value: unknown, rule: string, cure: string): Problem => ({
    argument: `${argument}.${what}`,
    value,
    rule,
    cure,
    check: behindCheck,
  });
  return [
    ...(route.tls === undefined
      ? []
      : [
          refuse(
            "tls",
            route.tls.kind,
            `the Proxy is behind ${name}, which ends TLS, and TLS has one end`,
            "take tls out of the route, or behind out of the Proxy",
          ),
        ]),
    ...(route.forwardHeaders === false
      ? [
          refuse(
            "forwardHeaders",
            false,
            `the Proxy is behind ${name}, and the app would take it for every client, and HTTP for the scheme`,
            "leave it out",
          ),
        ]
      : []),
    ...(route.redirectToHttps === undefined
      ? []
      : [
          refuse(
            "redirectToHttps",
            route.redirectToHttps,
            `the Proxy is behind ${name}, and all requests come to it by HTTP`,
            "leave it out, and redirect in front",
          ),
        ]),
    ...(route.canonicalHost === undefined
      ? []
      : [
          refuse(
            "canonicalHost",
            route.canonicalHost,
            `the Proxy is behind ${name}, and would redirect to http://`,
            "leave it out, and redirect in front",
          ),
        ]),
  ];
}

/** How the health of a route is asked, before it gets traffic. */
export function healthQuestion(route: RouteArgs): HealthQuestion {
  return {
    port: route.health?.port ?? routePort(route),
    path: route.health?.path ?? "/up",
    host: healthHost(route),
    proto: route.health?.proto ?? (route.tls === undefined ? "http" : "https"),
    timeout: inSeconds(route.health?.timeout ?? "5s"),
  };
}

/** The directory on the host that holds a route's own certificate, named after its stack, of which there may be several on a host, and its content. */
export function certificateDirectory(service: string, certificateHash: string): string {
  return `${proxyFiles}/tls/${ofStack(service)}-${certificateHash}`;
}

/** The directory on the host that holds the error pages of a route, named after their content. */
export function errorPagesDirectory(service: string, pagesHash: string): string {
  return `${proxyFiles}/error-pages/${ofStack(service)}-${pagesHash}`;
}

/** A route's name that no other stack's route has. */
function ofStack(service: string): string {
  return `${service}.${shortHash(stackLabel(), 8)}`;
}

/** The directories on the host with what the proxy reads for a route: its own certificate, and the app's error pages. */
export interface RouteDirectories {
  certificate?: string;
  errorPages?: string;
}

/** A route as it is switched. */
export function switchedRoute(
  service: string,
  route: RouteArgs,
  deployTimeout: Duration,
  { certificate, errorPages }: RouteDirectories = {},
): SwitchedRoute {
  const {
    hosts,
    paths,
    stripPath,
    scopeCookiePaths,
    canonicalHost,
    redirectToHttps,
    forwardHeaders,
    logHeaders,
  } = route;
  const { health, buffer } = route;
  return {
    service,
    port: routePort(route),
    hosts,
    paths,
    stripPath,
    scopeCookiePaths,
    canonicalHost,
    tls: switchedTls(route.tls, certificate),
    redirectToHttps,
    forwardHeaders,
    deployTimeout,
    drainTimeout: route.drainTimeout ?? "30s",
    responseTimeout: route.responseTimeout ?? "30s",
    health: {
      path: health?.path ?? "/up",
      host: healthHost(route),
      port: health?.port,
      timeout: health?.timeout,
      interval: health?.interval,
    },
    buffer: { ...buffer, requests: buffer?.requests ?? true, responses: buffer?.responses ?? true },
    errorPages,
    logHeaders,
    readers: route.readers,
  };
}

function switchedTls(tls: Tls | undefined, certificate: string | undefined): RouteTls | undefined {
  if (tls === undefined) return undefined;
  if (tls.kind === "letsEncrypt") return { letsEncrypt: tls.staging ? "staging" : "production" };
  return { certificate };
}
