/** What a firewall lets through, as values: `ssh.from("203.0.113.0/24")`, `http`, `tcp(5432).anywhere("…")`. */
import type * as pulumi from "@pulumi/pulumi";

export type Protocol = "tcp" | "udp" | "icmp";

/** One thing that is let through. Made by `ssh`, `http`, `https`, `http3`, `icmp`, `tcp` and `udp`. */
export interface Rule {
  readonly protocol: Protocol;
  /** A port or the two ends of a range; none for ICMP. */
  readonly ports: readonly [number, number] | undefined;
  /** `in` by `from`, `out` by `to`, and either way for everybody. */
  readonly direction: "in" | "out" | "either";
  /** The networks of the other side, or `everybody`. */
  readonly peers: readonly pulumi.Input<string>[] | typeof everybody;
  /** Why everybody is let through, where that has to be said. */
  readonly reason: string | undefined;
  /** True where a rule for everybody needs no reason: what a web server is there for. */
  readonly openByDefault: boolean;
  /** How the rule is written, for errors and for the description that Hetzner shows. */
  readonly title: string;
}

/** All addresses, IPv4 and IPv6. */
export const everybody = "everybody";

/** A port whose other side has to be named: with `from`, with `to`, or with `anywhere` and a reason. */
export interface NeedsSource {
  /** Lets in these networks. @example ssh.from("203.0.113.0/24", "2001:db8::/48") */
  from(...networks: pulumi.Input<string>[]): Rule;
  /** Lets out to these networks, in a firewall's `outbound`. @example tcp(5432).to("10.0.0.0/16") */
  to(...networks: pulumi.Input<string>[]): Rule;
  /** Lets everybody through, in IPv4 and IPv6; the reason is shown in Hetzner's console and to a reviewer. */
  anywhere(reason: string): Rule;
  /** How it is written. */
  readonly title: string;
}

/** A rule that is open to everybody as it stands, and can be narrowed. */
export interface OpenByDefault extends Rule {
  /** Lets in these networks only, such as the load balancer's. @example http.from("10.0.0.0/16") */
  from(...networks: pulumi.Input<string>[]): Rule;
  /** Lets out to these networks only, in a firewall's `outbound`. */
  to(...networks: pulumi.Input<string>[]): Rule;
}

/**
 * A TCP port, or a range of them.
 *
 * @example tcp(5432).from("10.0.0.0/16")
 * @example tcp("9000-9010").anywhere("the game's own servers")
 */
export function tcp(port: number | `${number}-${number}`): NeedsSource {
  return needsSource("tcp", port, `tcp(${JSON.stringify(port)})`);
}

/** A UDP port, or a range of them. @example udp(51820).from("203.0.113.0/24") */
export function udp(port: number | `${number}-${number}`): NeedsSource {
  return needsSource("udp", port, `udp(${JSON.stringify(port)})`);
}

/** SSH, TCP port 22. Who may use it has to be said. @example ssh.from("203.0.113.0/24") */
export const ssh: NeedsSource = needsSource("tcp", 22, "ssh");
/** HTTP, TCP port 80, for everybody. */
export const http: OpenByDefault = openByDefault("tcp", [80, 80], "http");
/** HTTPS, TCP port 443, for everybody. */
export const https: OpenByDefault = openByDefault("tcp", [443, 443], "https");
/** HTTP/3, UDP port 443, for everybody; for a `Proxy` with `http3: true`. */
export const http3: OpenByDefault = openByDefault("udp", [443, 443], "http3");
/** Ping and path MTU discovery, for everybody. */
export const icmp: OpenByDefault = openByDefault("icmp", undefined, "icmp");

function needsSource(protocol: Protocol, port: number | string, title: string): NeedsSource {
  const rule = { protocol, ports: range(port), openByDefault: false };
  return {
    title,
    from: (...peers) => ({ ...rule, direction: "in", peers, reason: undefined, title: `${title}.from` }),
    to: (...peers) => ({ ...rule, direction: "out", peers, reason: undefined, title: `${title}.to` }),
    anywhere: (reason) => ({
      ...rule,
      direction: "either",
      peers: everybody,
      reason,
      title: `${title}.anywhere`,
    }),
  };
}

function openByDefault(
  protocol: Protocol,
  ports: readonly [number, number] | undefined,
  title: string,
): OpenByDefault {
  const rule = { protocol, ports, openByDefault: true, reason: undefined };
  return {
    ...rule,
    direction: "either",
    peers: everybody,
    title,
    from: (...peers) => ({ ...rule, direction: "in", peers, title: `${title}.from` }),
    to: (...peers) => ({ ...rule, direction: "out", peers, title: `${title}.to` }),
  };
}

/** The two ends of a port or range; what is no port becomes NaN, which the checks refuse. */
function range(port: number | string): readonly [number, number] {
  if (typeof port === "number") return [port, port];
  const [first = "", last = "", more] = port.split("-");
  const end = (text: string) => (/^\d+$/.test(text) && more === undefined ? Number(text) : Number.NaN);
  return [end(first), end(last)];
}
