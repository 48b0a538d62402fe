/** The arguments of a proxy, and what can be wrong with them. */
import { isIP } from "node:net";
import * as check from "../core/checks";
import type { Transform } from "../core/component";
import type { Problem } from "../core/problem";
import type { Size } from "../core/units";
import { sizeBytes } from "../core/units";
import type { ContainerArgs } from "../docker/container";
import type { PullArgs } from "../docker/pull";
import type { VolumeArgs } from "../docker/volume";
import type { Host } from "../host/host";
import type { VerbArgs } from "../host/verb";
import { moves } from "../image/reference";

/** The release of kamal-proxy that this library drives; an older one lacks options that routes use. */
export const proxyVersion = "v0.9.2";

/** Arguments of `Proxy`. */
export interface ProxyArgs {
  /**
   * The hosts that get a proxy, one each.
   *
   * @edit starts a proxy on a host that is added, stops it on one that is taken out; the others are not touched
   * @example [web1, web2]
   */
  servers: Host[];
  /**
   * The image of kamal-proxy.
   *
   * @default "basecamp/kamal-proxy:v0.9.2"
   * @edit replaces the proxy without refusing a connection; routes, certificates and maintenance state are kept
   */
  image?: string;
  /** The host port for HTTP. @default 80 @edit replaces the proxy; the old port is shut */
  httpPort?: number;
  /** The host port for HTTPS. @default 443 @edit replaces the proxy; the old port is shut */
  httpsPort?: number;
  /**
   * The addresses that the ports are bound to; `false` publishes nothing, for a host where another server in front
   * forwards to it over the Docker network.
   *
   * @default all addresses, IPv4 and IPv6
   * @edit replaces the proxy
   */
  publish?: string[] | false;
  /**
   * HTTP/3; the firewall has to let in UDP on the HTTPS port, see `http3` there.
   *
   * @default false
   * @edit replaces the proxy without refusing a connection
   */
  http3?: boolean;
  /**
   * Prometheus metrics on this port, inside the Docker network only.
   *
   * @default off
   * @edit replaces the proxy without refusing a connection
   */
  metricsPort?: number;
  /** Debug lines in the proxy's log. @default false @edit replaces the proxy without refusing a connection */
  debug?: boolean;
  /**
   * The size at which the proxy's log is rotated.
   *
   * @default "10m"
   * @edit replaces the proxy without refusing a connection
   */
  logMaxSize?: Size;
  /** Changes a child before it is made. @default none @edit what the changed argument of the child does */
  transform?: {
    /** The pull on all hosts. */
    image?: Transform<PullArgs>;
    /** The volume with routes, maintenance state and certificates. */
    volume?: Transform<VolumeArgs>;
    /** The proxy's container. */
    container?: Transform<ContainerArgs>;
    /** The command that starts a second proxy while the first one is replaced. */
    bridge?: Transform<VerbArgs>;
    /** The command that ends the second one once the new proxy answers with all its routes. */
    settle?: Transform<VerbArgs>;
  };
}

/** `ProxyArgs` with defaults, without hosts: what a proxy's container is made from. */
export interface ProxyConfig {
  image: string;
  httpPort: number;
  httpsPort: number;
  publish: string[] | false;
  http3: boolean;
  metricsPort: number | undefined;
  debug: boolean;
  logMaxSize: Size;
}

export function proxyConfig(args: ProxyArgs): ProxyConfig {
  return {
    image: args.image ?? `basecamp/kamal-proxy:${proxyVersion}`,
    httpPort: args.httpPort ?? 80,
    httpsPort: args.httpsPort ?? 443,
    publish: args.publish ?? ["0.0.0.0", "::"],
    http3: args.http3 ?? false,
    metricsPort: args.metricsPort,
    debug: args.debug ?? false,
    logMaxSize: args.logMaxSize ?? "10m",
  };
}

/** What is wrong with the arguments of a proxy. */
export function checkProxy(args: ProxyArgs): Problem[] {
  const config = proxyConfig(args);
  const names = args.servers.map((host) => host.hostName);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  return [
    ...check.notEmpty("servers", args.servers, "give at least one server"),
    ...(twice === undefined
      ? []
      : [{ argument: "servers", value: twice, rule: "a host has one proxy", cure: "name each host once" }]),
    ...check.notEmpty("image", args.image, `leave it out for basecamp/kamal-proxy:${proxyVersion}`),
    ...checkImageTag(config.image),
    ...check.port("httpPort", args.httpPort),
    ...check.port("httpsPort", args.httpsPort),
    ...check.port("metricsPort", args.metricsPort),
    ...(config.httpPort === config.httpsPort
      ? [
          {
            argument: "httpsPort",
            value: config.httpsPort,
            rule: "HTTP and HTTPS cannot share a port",
            cure: "choose two ports",
          },
        ]
      : []),
    ...(Array.isArray(args.publish) ? checkPublish(args.publish) : []),
    ...(args.publish === false && args.http3 === true
      ? [
          {
            argument: "http3",
            value: true,
            rule: "HTTP/3 needs a published port and publish is false",
            cure: "leave http3 out, or publish",
          },
        ]
      : []),
    ...(args.logMaxSize !== undefined && sizeBytes(args.logMaxSize) === undefined
      ? check.size("logMaxSize", args.logMaxSize, 1)
      : []),
  ];
}

function checkPublish(addresses: readonly string[]): Problem[] {
  return [
    ...check.notEmpty("publish", addresses, "write false to publish nothing"),
    ...addresses
      .filter((address) => isIP(address) === 0)
      .map((value) => ({
        argument: "publish",
        value,
        rule: "it is a list of addresses of the host",
        cure: 'write it like "10.0.0.2"',
        check: "values" as const,
      })),
  ];
}

function checkImageTag(image: string): Problem[] {
  const version = /:v(\d+)\.(\d+)\.(\d+)/.exec(image);
  if (!version) {
    const tag = /:([^:@]+)$/.exec(image.slice(image.lastIndexOf("/") + 1))?.[1];
    return !image.includes("@sha256:") && (tag === undefined || moves(tag))
      ? [
          {
            argument: "image",
            value: image,
            rule: "a tag that moves makes the same program give another proxy",
            cure: `name a release, such as :${proxyVersion}`,
            check: "mutable-tag",
          },
        ]
      : [];
  }
  const [major = 0, minor = 0, patch = 0] = version.slice(1).map(Number);
  const old = major === 0 && (minor < 9 || (minor === 9 && patch < 2));
  return old
    ? [
        {
          argument: "image",
          value: image,
          rule: `routes use options that came with ${proxyVersion}`,
          cure: `take :${proxyVersion} or a newer one`,
        },
      ]
    : [];
}
