/** How requests come to a role: hosts, paths, health and TLS, and the proxy's flags made from them. */
import type * as pulumi from "@pulumi/pulumi";
import * as check from "../core/checks";
import type { Problem } from "../core/problem";
import { seconds, sizeBytes, type Duration, type Size } from "../core/units";
import { proxyFiles } from "../proxy/container";

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
 * A certificate of one's own: the chain in PEM, which is public, and its private key, which is a secret.
 *
 * @example tls: ownCertificate(readFileSync("shop.pem", "utf8"), config.requireSecret("tlsKey"))
 */
export function ownCertificate(certificate: string, privateKey: pulumi.Input<string>): Tls {
  return { kind: "certificate", certificate, privateKey };
}

/** Arguments of a route. */
export interface RouteArgs {
  /** Names what tells several routes of a role apart. @default the role's only route has none */
  name?: string;
  /** The host names that it answers; `*.example.com` for one level below. @default every host */
  hosts?: string[];
  /** The path prefixes that it answers. @default ["/"] */
  paths?: string[];
  /** Takes the path prefix off before the app sees the request. @default true */
  stripPath?: boolean;
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
    /** X-Forwarded-Proto of the question. @default "https" with TLS, or "http" */
    proto?: "http" | "https";
  };
  /** TLS. @default none: HTTP only */
  tls?: Tls;
  /** Sends HTTP requests to HTTPS, with TLS. @default true */
  redirectToHttps?: boolean;
  /** Redirects all other hosts of the route to this one. @default none */
  canonicalHost?: string;
  /**
   * Trusts X-Forwarded-* of the client; only behind another proxy.
   *
   * @default true without TLS, false with it
   */
  forwardHeaders?: boolean;
  /** How long the app may take until its response starts. @default "30s" */
  responseTimeout?: Duration;
  /** How long running requests may take to end when a release is switched. @default "30s" */
  drainTimeout?: Duration;
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
    ...(route.hosts ?? []).flatMap((host) => check.hostName(at("hosts"), host)),
    ...(route.paths ?? []).flatMap((path) => check.urlPath(at("paths"), path)),
    ...check.port(at("port"), route.port),
    ...check.urlPath(at("health.path"), route.health?.path),
    ...check.hostName(at("health.host"), route.health?.host),
    ...check.port(at("health.port"), route.health?.port),
    ...check.duration(at("health.timeout"), route.health?.timeout, 100, 300_000),
    ...(route.canonicalHost === undefined ? [] : check.hostName(at("canonicalHost"), route.canonicalHost)),
    ...check.duration(at("responseTimeout"), route.responseTimeout, 1000),
    ...check.duration(at("drainTimeout"), route.drainTimeout, 0, 3_600_000),
    ...check.size(at("buffer.memory"), route.buffer?.memory, 1024),
    ...check.size(at("buffer.maxRequestBody"), route.buffer?.maxRequestBody, 1),
    ...check.size(at("buffer.maxResponseBody"), route.buffer?.maxResponseBody, 1),
    ...checkTls(at("tls"), route),
  ];
}

function checkTls(argument: string, route: RouteArgs): Problem[] {
  if (route.tls === undefined) return [];
  const problems: Problem[] = [];
  if ((route.hosts ?? []).length === 0) {
    problems.push({
      argument,
      rule: "a certificate is for named hosts and the route has none",
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
        check: "lets-encrypt",
      });
    }
  } else if (!route.tls.certificate.includes("BEGIN CERTIFICATE")) {
    problems.push({
      argument,
      rule: "the certificate is not PEM",
      cure: "give the text that starts with -----BEGIN CERTIFICATE-----",
    });
  }
  if (!(route.paths ?? ["/"]).includes("/")) {
    problems.push({
      argument,
      rule: "the proxy takes TLS from the route of a host's root path",
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

/** The words of the `ready` verb that ask this route's health. */
export function healthWords(route: RouteArgs): string[] {
  const host = healthHost(route);
  return [
    `port=${route.health?.port ?? routePort(route)}`,
    `path=${route.health?.path ?? "/up"}`,
    ...(host === undefined ? [] : [`host=${host}`]),
    `proto=${route.health?.proto ?? (route.tls === undefined ? "http" : "https")}`,
    `probe=${seconds(route.health?.timeout ?? "5s")}`,
  ];
}

/** The directory on the host that holds a route's own certificate, named after its content. */
export function certificateDirectory(service: string, certificateHash: string): string {
  return `${proxyFiles}/tls/${service}-${certificateHash}`;
}

/** The flags of `kamal-proxy deploy` for a route; every one that v0.9.2 has and one target needs. */
export function deployFlags(route: RouteArgs, deployTimeout: Duration, certificate?: string): string[] {
  const flag = (name: string, value: string | number | boolean | undefined): string[] =>
    value === undefined ? [] : [`--${name}=${value}`];
  const bytes = (size: Size | undefined): number | undefined =>
    size === undefined ? undefined : sizeBytes(size);
  const host = healthHost(route);
  return [
    ...(route.hosts ?? []).flatMap((name) => flag("host", name)),
    ...(route.paths ?? []).flatMap((path) => flag("path-prefix", path)),
    ...flag("strip-path-prefix", route.stripPath),
    ...flag("canonical-host", route.canonicalHost),
    ...(route.tls === undefined ? [] : ["--tls"]),
    ...(route.tls?.kind === "letsEncrypt" && route.tls.staging ? ["--tls-staging"] : []),
    ...(certificate === undefined
      ? []
      : [`--tls-certificate-path=${certificate}/cert.pem`, `--tls-private-key-path=${certificate}/key.pem`]),
    ...flag("tls-redirect", route.redirectToHttps),
    ...flag("forward-headers", route.forwardHeaders),
    ...flag("deploy-timeout", deployTimeout),
    ...flag("drain-timeout", route.drainTimeout ?? "30s"),
    ...flag("health-check-path", route.health?.path ?? "/up"),
    ...flag("health-check-timeout", route.health?.timeout),
    ...flag("health-check-port", route.health?.port),
    ...flag("health-check-host", host),
    ...flag("target-timeout", route.responseTimeout ?? "30s"),
    ...flag("buffer-requests", route.buffer?.requests ?? true),
    ...flag("buffer-responses", route.buffer?.responses ?? true),
    ...flag("buffer-memory", bytes(route.buffer?.memory)),
    ...flag("max-request-body", bytes(route.buffer?.maxRequestBody)),
    ...flag("max-response-body", bytes(route.buffer?.maxResponseBody)),
    ...(route.logHeaders?.request ?? []).flatMap((name) => flag("log-request-header", name)),
    ...(route.logHeaders?.response ?? []).flatMap((name) => flag("log-response-header", name)),
  ];
}
