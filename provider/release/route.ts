/** A route as the proxy takes it, and the flags of `kamal-proxy deploy` made of it. Pure. */
import { sizeBytes, type Duration, type Size } from "../core/units";

/** A route of a role, as it is switched: what the program says of it, with the defaults that matter. */
export interface SwitchedRoute {
  /** Its name in the proxy. */
  service: string;
  /** The port that the app listens on inside its container. */
  port: number;
  /** The host names that it answers. @default every host */
  hosts?: string[];
  /** The path prefixes that it answers. @default ["/"] */
  paths?: string[];
  /** Whether the path prefix is taken off before the app sees the request. @default true */
  stripPath?: boolean;
  /** All other hosts of the route are redirected to this one. @default none */
  canonicalHost?: string;
  /** Who gives its certificate. @default HTTP only */
  tls?: RouteTls;
  /** Whether HTTP requests are sent to HTTPS. @default true with TLS */
  redirectToHttps?: boolean;
  /** Whether X-Forwarded-* of the client is trusted. @default true without TLS */
  forwardHeaders?: boolean;
  /** How long the proxy's own check of the new container may take. */
  deployTimeout: Duration;
  /** How long running requests may take to end at the old containers. */
  drainTimeout: Duration;
  /** How long the app may take until its response starts. */
  responseTimeout: Duration;
  /** What the proxy asks the container. */
  health: RouteHealth;
  /** Buffering of bodies, and their limits. */
  buffer: RouteBuffer;
  /** The directory on the host with the pages that the proxy answers errors with, which is named after them. @default the proxy's own pages */
  errorPages?: string;
  /** Whether the paths of the app's cookies get the path prefix. @default the proxy's own: they do not */
  scopeCookiePaths?: boolean;
  /** Headers that the proxy's log shows. @default none */
  logHeaders?: { request?: string[]; response?: string[] };
  /** How reads go to the containers that get only those. @default the proxy's own */
  readers?: RouteReaders;
  /** Further flags of `kamal-proxy deploy` by their names, for a proxy that has more than a route has arguments for. @default none */
  flags?: Record<string, string>;
}

/** Who gives the certificate of a route: Let's Encrypt, or a directory on the host that has one. */
export interface RouteTls {
  /** Let's Encrypt, or its staging. */
  letsEncrypt?: "production" | "staging";
  /** The directory with `cert.pem` and `key.pem`, which is named after the certificate. */
  certificate?: string;
}

/** The health question of the proxy. */
export interface RouteHealth {
  path: string;
  /** The Host header. */
  host?: string;
  /** @default the route's port */
  port?: number;
  /** How long one answer may take. @default the proxy's own 5s */
  timeout?: Duration;
  /** How long the proxy waits from one question to the next. @default the proxy's own 1s */
  interval?: Duration;
}

/** How the proxy buffers bodies. */
export interface RouteBuffer {
  /** Whether a whole request is taken before the app gets it. */
  requests: boolean;
  /** Whether a whole response is taken before the client gets it. */
  responses: boolean;
  /** Memory for one body, before it goes to disk. @default the proxy's own 1m */
  memory?: Size;
  /** @default no limit */
  maxRequestBody?: Size;
  /** @default no limit */
  maxResponseBody?: Size;
}

/** How the proxy sends reads to containers that get only those. */
export interface RouteReaders {
  /** How long after a write a visitor's reads go where the writes go. @default the proxy's own 1s */
  writerAffinity?: Duration;
  /** Whether WebSockets go to the readers. @default false */
  websockets?: boolean;
}

/** The flags of `kamal-proxy deploy` for a route; those of v0.9.2 that a route has an argument for. */
export function deployFlags(route: SwitchedRoute): string[] {
  const flag = (name: string, value: string | number | boolean | undefined): string[] =>
    value === undefined ? [] : [`--${name}=${value}`];
  const bytes = (size: Size | undefined): number | undefined =>
    size === undefined ? undefined : sizeBytes(size);
  const { tls, health, buffer, logHeaders, readers } = route;
  return [
    ...(route.hosts ?? []).flatMap((name) => flag("host", name)),
    ...(route.paths ?? []).flatMap((path) => flag("path-prefix", path)),
    ...flag("strip-path-prefix", route.stripPath),
    ...flag("canonical-host", route.canonicalHost),
    ...(tls === undefined ? [] : ["--tls"]),
    ...(tls?.letsEncrypt === "staging" ? ["--tls-staging"] : []),
    ...(tls?.certificate === undefined
      ? []
      : [
          `--tls-certificate-path=${tls.certificate}/cert.pem`,
          `--tls-private-key-path=${tls.certificate}/key.pem`,
        ]),
    ...flag("tls-redirect", route.redirectToHttps),
    ...flag("forward-headers", route.forwardHeaders),
    ...flag("deploy-timeout", route.deployTimeout),
    ...flag("drain-timeout", route.drainTimeout),
    ...flag("health-check-path", health.path),
    ...flag("health-check-timeout", health.timeout),
    ...flag("health-check-interval", health.interval),
    ...flag("health-check-port", health.port),
    ...flag("health-check-host", health.host),
    ...flag("target-timeout", route.responseTimeout),
    ...flag("buffer-requests", buffer.requests),
    ...flag("buffer-responses", buffer.responses),
    ...flag("buffer-memory", bytes(buffer.memory)),
    ...flag("max-request-body", bytes(buffer.maxRequestBody)),
    ...flag("max-response-body", bytes(buffer.maxResponseBody)),
    ...flag("error-pages", route.errorPages),
    ...flag("scope-cookie-paths", route.scopeCookiePaths),
    ...(logHeaders?.request ?? []).flatMap((name) => flag("log-request-header", name)),
    ...(logHeaders?.response ?? []).flatMap((name) => flag("log-response-header", name)),
    ...flag("writer-affinity-timeout", readers?.writerAffinity),
    ...flag("read-target-websockets", readers?.websockets),
    ...Object.entries(route.flags ?? {}).flatMap(([name, value]) => flag(name, value)),
  ];
}
