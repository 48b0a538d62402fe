/** Rules as Hetzner takes them: merged by direction, protocol and port, sorted, so that order and repetition are no change. */
import { compare } from "../../provider/core/compare";
import { isIPv4, isIPv6 } from "node:net";
import { parseCidr } from "../core/checks";
import { everybody, type Protocol, type Rule } from "./rule";

/** A rule whose networks are all known. */
export type KnownRule = Omit<Rule, "peers"> & { readonly peers: readonly string[] | typeof everybody };

/** A rule in the form of Hetzner's API. */
export interface HetznerRule {
  direction: "in" | "out";
  protocol: Protocol;
  port?: string;
  sourceIps: string[];
  destinationIps: string[];
  description?: string;
}

const all = ["0.0.0.0/0", "::/0"];

/** Renders inbound and outbound rules. What no rule names stays closed inbound; outbound is closed once it has a rule. */
export function render(inbound: readonly KnownRule[], outbound: readonly KnownRule[] = []): HetznerRule[] {
  return [...merge("in", inbound), ...merge("out", outbound)];
}

function merge(direction: "in" | "out", rules: readonly KnownRule[]): HetznerRule[] {
  const groups = new Map<string, KnownRule[]>();
  for (const rule of rules) {
    const key = `${rule.protocol} ${portText(rule.ports) ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), rule]);
  }
  return [...groups.values()]
    .sort((a, b) => order(a) - order(b) || compare(first(a).protocol, first(b).protocol))
    .map((group) => one(direction, group));
}

function one(direction: "in" | "out", group: readonly KnownRule[]): HetznerRule {
  const { protocol, ports } = first(group);
  const networks = union(group.flatMap((rule) => (rule.peers === everybody ? all : rule.peers)));
  const port = portText(ports);
  const reasons = [...new Set(group.flatMap((rule) => rule.reason ?? []))].sort(compare).join("; ");
  return {
    direction,
    protocol,
    ...(port === undefined ? {} : { port }),
    sourceIps: direction === "in" ? networks : [],
    destinationIps: direction === "out" ? networks : [],
    ...(reasons === "" ? {} : { description: reasons.slice(0, 255) }),
  };
}

/** Each network once, sorted, less those that a rule for the whole family covers. */
function union(networks: readonly string[]): string[] {
  const unique = new Set(networks.map(asNetwork));
  const covered = (network: string) =>
    unique.has(network.includes(":") ? "::/0" : "0.0.0.0/0") && parseCidr(network)?.prefix !== 0;
  return [...unique].filter((network) => !covered(network)).sort(compare);
}

/** A network in the API's form; a bare address, as a server's output gives it, is a network of one. */
export function asNetwork(text: string): string {
  if (isIPv4(text)) return `${text}/32`;
  if (isIPv6(text)) return `${text.toLowerCase()}/128`;
  return text.toLowerCase();
}

/** A port or range as the API writes it. */
export function portText(ports: Rule["ports"]): string | undefined {
  if (ports === undefined) return undefined;
  return ports[0] === ports[1] ? `${ports[0]}` : `${ports[0]}-${ports[1]}`;
}

function order(group: readonly KnownRule[]): number {
  const [from, to] = first(group).ports ?? [0, 0];
  return from * 65_536 + to;
}

function first(group: readonly KnownRule[]): KnownRule {
  const [rule] = group;
  if (rule === undefined) throw new RangeError("a group of rules holds at least one");
  return rule;
}

/** Who a list of inbound rules lets in on a port. */
export function admitted(
  rules: readonly Rule[],
  protocol: Protocol,
  port: number,
): "everybody" | "some" | "nobody" {
  const matching = rules.filter(
    (rule) =>
      rule.protocol === protocol &&
      (rule.ports === undefined || (rule.ports[0] <= port && port <= rule.ports[1])),
  );
  if (matching.some((rule) => rule.peers === everybody)) return "everybody";
  return matching.length > 0 ? "some" : "nobody";
}
