/** Networks that SSH is let in from. */
import { isIPv4 } from "node:net";
import { contains } from "../../components/network/args";
import { known } from "./resource";

/** Firewalls at Hetzner, and those on machines, whose rules have the same form. */
const firewallTypes = ["hcloud:index/firewall:Firewall", "sextant:index:HostFirewall"];

interface HetznerRule {
  direction?: string;
  protocol?: string;
  port?: string;
  sourceIps?: string[];
}

/** @param networks those that are allowed; with none, every network but the whole internet */
export function sshSources(
  type: string,
  props: Record<string, unknown>,
  port: number,
  networks: readonly string[],
): string[] {
  const rules = firewallTypes.includes(type) ? known(() => props["rules"]) : undefined;
  return (Array.isArray(rules) ? (rules as HetznerRule[]) : [])
    .filter((rule) => rule.direction === "in" && rule.protocol === "tcp" && covers(rule.port, port))
    .flatMap((rule) => rule.sourceIps ?? [])
    .flatMap((source) => {
      if (/\/0$/.test(source))
        return [`SSH (port ${port}) is open to ${source}; name networks with ssh.from(...).`];
      return networks.length === 0 || networks.some((network) => holds(network, source))
        ? []
        : [`SSH (port ${port}) is open to ${source}, which is in none of ${networks.join(", ")}.`];
    });
}

function covers(range: string | undefined, port: number): boolean {
  if (range === undefined || range === "any") return true;
  const [from, to = from] = range.split("-").map(Number);
  return from !== undefined && to !== undefined && from <= port && port <= to;
}

function holds(network: string, source: string): boolean {
  const address = source.split("/")[0] ?? "";
  return network.toLowerCase() === source.toLowerCase() || (isIPv4(address) && contains(network, source));
}
