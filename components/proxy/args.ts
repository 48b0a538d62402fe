/** The arguments of a proxy, and what can be wrong with them. */
import { isIP } from "node:net";
import * as check from "../core/checks";
import type { Transform } from "../core/component";
import type { Problem } from "../core/problem";
import type { Size } from "../../provider/core/units";
import { sizeBytes } from "../../provider/core/units";
import type { ContainerArgs } from "../docker/container";
import type { PullArgs } from "../image/pull";
import type { VolumeArgs } from "../docker/volume";
import type { Host } from "../host/host";
import type { BridgeArgs, SettleArgs } from "../host/step";
import { isMutableTag, mutableTagCheck } from "../image/reference";
import { valuesCheck } from "../core/checks";
import type { Check } from "../core/check";

export const behindCheck: Check = {
  id: "behind",
  title: "Two ends of TLS, or a front that is not believed",
  effect: "refused or warned",
  why: "With nginx, a CDN or a load balancer in front, each with its own idea of the scheme, redirects go round in circles, forgery protection refuses every form (`HTTP Origin header didn't match request.base_url`), and all clients have one address. So `behind` on the Proxy says who ends TLS, and everything follows from it; what contradicts it is refused. Warned is a port that everybody reaches without the front: there each can claim any address and scheme.",
  says: [
    'App "shop": route.tls is "letsEncrypt", but the Proxy is behind nginx, which ends TLS, and TLS has one end; take tls out of the route, or behind out of the Proxy (npx sextant docs checks#behind).',
    'Proxy "proxy": http3 is true, but the proxy is behind nginx, which ends TLS; leave it out, or leave behind out (npx sextant docs checks#behind).',
  ],
};

/** The release of kamal-proxy that this library drives; an older one lacks options that routes use. */
export const proxyVersion = "v0.9.2";

/** What may end TLS in front of a proxy. */
export type Front = "nginx" | "cdn" | "loadBalancer";
const fronts: readonly Front[] = ["nginx", "cdn", "loadBalancer"];

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
  /**
   * What stands in front of the proxy and ends TLS. In this one word:
   *
   * - the proxy speaks HTTP alone, and a route with `tls` is refused, so that TLS has one end;
   * - the client's address and scheme are taken from the front (`X-Forwarded-For`, `X-Forwarded-Proto`), by every route;
   * - redirecting to HTTPS, and to a canonical host, is the front's;
   * - the health question says that it came by HTTPS, as all requests do.
   *
   * `"nginx"`, or any other web server on the same host: the proxy listens on 127.0.0.1:8080 alone. `"loadBalancer"`: the
   * proxy listens on port 80, and the firewall lets the balancer in there. `"cdn"`: the same, for a CDN that asks by HTTP; for
   * one that asks by HTTPS leave `behind` out, bring the CDN's certificate with `ownCertificate()` and set `forwardHeaders`.
   *
   * The front has to pass on `Host`, and to set `X-Forwarded-For` and `X-Forwarded-Proto`. For nginx:
   * `proxy_pass http://127.0.0.1:8080; proxy_set_header Host $host; proxy_set_header X-Forwarded-For
   * $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;`
   *
   * @default none: the proxy itself is the front
   * @edit replaces the proxy, and the switches run again
   * @example "nginx"
   */
  behind?: Front;
  /** The host port for HTTP. @default 80, or 8080 behind nginx @edit replaces the proxy; the old port is shut */
  httpPort?: number;
  /** The host port for HTTPS. @default 443 @edit replaces the proxy; the old port is shut */
  httpsPort?: number;
  /**
   * The addresses that the ports are bound to; `false` publishes nothing, for a host where another server in front
   * forwards to it over the Docker network.
   *
   * Over IPv6 a visitor's own address is lost: the network of the containers has IPv4 alone, so that Docker's own forwarder makes the
   * connection, and the app sees all these visitors at the one address of Docker's bridge (moby/moby#17666). An app that limits or bans by
   * address then takes them for one. Where that matters, publish on `"0.0.0.0"` and give the name no AAAA record.
   *
   * @default all addresses, IPv4 and IPv6; 127.0.0.1 behind nginx
   * @edit replaces the proxy
   */
  publish?: string[] | false;
  /**
   * HTTP/3; the firewall has to let in UDP on the HTTPS port, see `http3` there.
   *
   * @default false
   * @edit replaces the proxy without refusing a connection over TCP; HTTP/3 pauses meanwhile, and clients go on over TCP
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
    bridge?: Transform<BridgeArgs>;
    /** The command that ends the second one once the new proxy answers with all its routes. */
    settle?: Transform<SettleArgs>;
  };
}

/** `ProxyArgs` with defaults, without hosts: what a proxy's container is made from. */
export interface ProxyConfig {
  image: string;
  /** What ends TLS in front of it; then it has no HTTPS port of its own. */
  behind: Front | undefined;
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
    behind: args.behind,
    httpPort: args.httpPort ?? (args.behind === "nginx" ? 8080 : 80),
    httpsPort: args.httpsPort ?? 443,
    publish: args.publish ?? (args.behind === "nginx" ? ["127.0.0.1"] : ["0.0.0.0", "::"]),
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
    ...check.oneOf("behind", args.behind, fronts),
    ...(args.behind === undefined ? [] : checkBehind(args, args.behind)),
    ...(args.behind === undefined && config.httpPort === config.httpsPort
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

/** TLS has one end: what only the end of TLS has is the front's. */
function checkBehind(args: ProxyArgs, front: Front): Problem[] {
  const problem = (argument: "httpsPort" | "http3"): Problem => ({
    argument,
    value: args[argument],
    rule: `the proxy is behind ${frontName(front)}, which ends TLS`,
    cure: "leave it out, or leave behind out",
    check: behindCheck,
  });
  return [
    ...(args.httpsPort === undefined ? [] : [problem("httpsPort")]),
    ...(args.http3 === true ? [problem("http3")] : []),
  ];
}

/** A front in a sentence. */
export function frontName(front: Front): string {
  return { nginx: "nginx", cdn: "a CDN", loadBalancer: "a load balancer" }[front];
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
        check: valuesCheck,
      })),
  ];
}

function checkImageTag(image: string): Problem[] {
  const version = /:v(\d+)\.(\d+)\.(\d+)/.exec(image);
  if (!version) {
    const tag = /:([^:@]+)$/.exec(image.slice(image.lastIndexOf("/") + 1))?.[1];
    return !image.includes("@sha256:") && (tag === undefined || isMutableTag(tag))
      ? [
          {
            argument: "image",
            value: image,
            rule: "a tag that moves makes the same program give another proxy",
            cure: `name a release, such as :${proxyVersion}`,
            check: mutableTagCheck,
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
