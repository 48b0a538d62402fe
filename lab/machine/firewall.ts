/**
 * Cloud firewalls as nftables rules on the Docker host, outside the machines: a machine's root can't change them, and they
 * see a packet before the machine's own tables (UFW, Docker's NAT) do. They match the machines' public addresses on the
 * bridge, with connection tracking, so replies pass without a rule. Private networks don't cross this bridge.
 */
import type { FirewallRule } from "./machines";

export interface Guarded {
  id: string;
  ipv4?: string;
  ipv6?: string;
  rules: FirewallRule[];
}

type Family = "ip" | "ip6";

/** The whole table; loading it replaces the former one at once. */
export function ruleset(table: string, machines: Guarded[]): string {
  const directions = ["in", "out"] as const;
  const chains = machines.flatMap((machine) => directions.map((direction) => chain(machine, direction)));
  const jump = (direction: "in" | "out", family: Family): string => {
    const entries = machines.flatMap((machine) => {
      const address = family === "ip" ? machine.ipv4 : machine.ipv6;
      return address ? [`${address} : jump ${chainName(machine, direction)}`] : [];
    });
    const field = direction === "in" ? "daddr" : "saddr";
    return entries.length === 0 ? "" : `    ${family} ${field} vmap { ${entries.join(", ")} }\n`;
  };
  const hooks = ["forward", "input", "output"].map(
    (hook) =>
      `  chain ${hook} {\n    type filter hook ${hook} priority -10; policy accept;\n    jump guard\n  }\n`,
  );
  return `add table inet ${table}
delete table inet ${table}
table inet ${table} {
${chains.join("")}  chain guard {
    ct state established,related accept
    icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept
${jump("out", "ip")}${jump("out", "ip6")}${jump("in", "ip")}${jump("in", "ip6")}  }
${hooks.join("")}}
`;
}

const chainName = (machine: Guarded, direction: string): string =>
  `m${machine.id.replace(/\W/g, "_")}_${direction}`;

/** What the rules allow returns to the guard; the rest is dropped. Without "out" rules everything may leave. */
function chain(machine: Guarded, direction: "in" | "out"): string {
  const rules = machine.rules.filter((rule) => rule.direction === direction);
  const open = direction === "out" && rules.length === 0;
  const lines = rules.flatMap((rule) => {
    const peers = direction === "in" ? rule.sourceIps : rule.destinationIps;
    return peers.map((peer) => `    ${match(rule, direction, peer)} return\n`);
  });
  return `  chain ${chainName(machine, direction)} {\n${lines.join("")}${open ? "" : "    drop\n"}  }\n`;
}

function match(rule: FirewallRule, direction: "in" | "out", peer: string): string {
  const family: Family = peer.includes(":") ? "ip6" : "ip";
  const from = `${family} ${direction === "in" ? "saddr" : "daddr"} ${peer}`;
  if (rule.protocol === "icmp") return `${from} meta l4proto ${family === "ip" ? "icmp" : "ipv6-icmp"}`;
  const ported = rule.protocol === "tcp" || rule.protocol === "udp";
  if (!ported || rule.port === undefined || rule.port === "any")
    return `${from} meta l4proto ${rule.protocol}`;
  return `${from} ${rule.protocol} dport ${rule.port}`;
}
