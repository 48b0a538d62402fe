/**
 * What may come into a machine, as a table of nftables of our own. Pure.
 *
 * It stands on the way in (prerouting) behind the tracking of connections and before Docker changes a packet's destination, so that what
 * Docker publishes is held as well, and by the port that it is published on. Docker does that at the priority of `dstnat`, -100, with
 * iptables, where it is the chain `nat PREROUTING` (daemon/libnetwork/drivers/bridge/internal/iptabler), as with nftables
 * (internal/nftabler/nftabler.go, BaseChainPriorityDstNAT). Its nftables have no DOCKER-USER (daemon/libnetwork/firewall_linux.go), and no
 * verdict of another table undoes a drop in this one.
 */
import { BlockList, isIP, isIPv4 } from "node:net";

/** What is let in, in the form in which Hetzner's firewalls have it. */
export interface HostRule {
  direction: "in";
  protocol: "tcp" | "udp" | "icmp";
  /** A port, or two with a dash between. None for ICMP, which is let in whatever the rules say. */
  port?: string;
  /** Networks; for everybody 0.0.0.0/0 and ::/0. */
  sourceIps: string[];
  description?: string;
}

/** From where SSH comes to a machine, as its sshd has it, and to which ports. */
export interface Entry {
  address: string;
  ports: readonly number[];
}

export interface RulesOf {
  /** Project, stack and host. */
  owner: string;
  rules: readonly HostRule[];
  /** The machine's address in its private network, which is let in. */
  privateAddress?: string;
  /** What is let in whatever the rules say, so that nobody is shut out by an edit. */
  entry: Entry;
}

/** How the table is called, in the family `inet`. */
export const tableName = "sextant";

/** Behind the tracking of connections, -200, and before `dstnat`, -100. A number, since Debian 11 knows no names for it in `inet`. */
const priority = -110;

/** The networks of private addresses, as RFC 1918 and RFC 6598 name them. */
const privates = "{ 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16 }";

/** By number, as a machine may have no list of names: ICMP, IGMP, ICMPv6 and VRRP, by which neighbours find each other. */
const neighbours = "{ 1, 2, 58, 112 }";

/**
 * The file for `nft -f`. It takes the place of a former table at once.
 *
 * @throws Error for a network or a port that is none: they may be known only when the machine is set up
 */
export function rulesText({ owner, rules, privateAddress, entry }: RulesOf): string {
  return [
    "# What may come into this machine. Written by pulumi-sextant: edit the program.",
    `# owner: ${owner}`,
    // The first line is for the second one, which fails where there is no table.
    `table inet ${tableName}`,
    `delete table inet ${tableName}`,
    `table inet ${tableName} {`,
    "  chain incoming {",
    `    type filter hook prerouting priority ${priority}; policy drop;`,
    ...[
      "ct state established,related accept",
      'iifname "lo" accept',
      // What containers say: to each other, to the machine, to the world.
      'meta iifkind "bridge" accept',
      `meta l4proto ${neighbours} accept`,
      // Answers about addresses, which are no answers to the tracking of connections: the questions went to everybody.
      "udp sport 67 udp dport 68 accept",
      "ip6 saddr fe80::/10 udp dport 546 accept",
      ...ofPrivate(privateAddress),
      // By an address of its own a container is reached past what is published.
      "fib daddr type != local drop",
      ...ofEntry(entry),
      ...rules.flatMap(ofRule),
    ].map((line) => `    ${line}`),
    "  }",
    "}",
    "",
  ].join("\n");
}

function ofPrivate(address: string | undefined): string[] {
  return [
    // Where a cloud translates public addresses, the private one is everybody's way in: so the sender's counts, too.
    ...(address === undefined
      ? []
      : [`ip daddr ${ipv4(address)} ip saddr ${privates} fib daddr . iif type local accept`]),
    // On their way through: a machine may be the gateway of a private network.
    `ip saddr ${privates} ip daddr != ${privates} fib daddr type != local accept`,
  ];
}

function ofEntry({ address, ports }: Entry): string[] {
  const wanted = [...new Set(ports)].sort((one, other) => one - other).map((port) => portOf(String(port)));
  return wanted.map((port) => `${from(address)} tcp dport ${port} accept`);
}

function ofRule({ protocol, port, sourceIps }: HostRule): string[] {
  if (protocol === "icmp") return [];
  return sourceIps.map((source) => `${from(source)} ${protocol} dport ${portOf(port ?? "")} accept`);
}

/** What is said of a sender. */
function from(source: string): string {
  if (source === "0.0.0.0/0") return "meta nfproto ipv4";
  if (source === "::/0") return "meta nfproto ipv6";
  const [address = "", prefix, more] = source.split("/");
  const family = isIP(address);
  const bits = prefix === undefined ? undefined : Number(prefix);
  const fits =
    prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(bits) <= (family === 4 ? 32 : 128));
  // An address with a zone is not one that a rule can name.
  if (family === 0 || address.includes("%") || !fits || more !== undefined)
    throw new Error(
      `firewall: ${JSON.stringify(source)} is no network; write it like "203.0.113.0/24" or "2001:db8::/48".`,
    );
  return `${family === 4 ? "ip" : "ip6"} saddr ${source}`;
}

function ipv4(address: string): string {
  if (isIPv4(address)) return address;
  throw new Error(`firewall: privateAddress is ${JSON.stringify(address)}, which is no IPv4 address.`);
}

function portOf(port: string): string {
  const ends = port.split("-");
  const valid = ends.every((end) => /^\d{1,5}$/.test(end) && Number(end) >= 1 && Number(end) <= 65_535);
  const [first = "", last = first] = ends;
  if (valid && ends.length <= 2 && Number(first) <= Number(last)) return port;
  throw new Error(`firewall: ${JSON.stringify(port)} is no port.`);
}

/** Whether the rules themselves let SSH in from where it comes. */
export function letsEntryIn(rules: readonly HostRule[], { address, ports }: Entry): boolean {
  return ports.some((port) =>
    rules.some(
      (rule) =>
        rule.protocol === "tcp" &&
        within(rule.port ?? "", port) &&
        rule.sourceIps.some((source) => holds(source, address)),
    ),
  );
}

function within(range: string, port: number): boolean {
  const [first = "", last = first] = range.split("-");
  return Number(first) <= port && port <= Number(last);
}

/** Whether an address is in a network. */
function holds(network: string, address: string): boolean {
  const [base = "", prefix] = network.split("/");
  const family = isIP(base);
  if (family === 0 || family !== isIP(address)) return false;
  const kind = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(base, prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix), kind);
  return list.check(address, kind);
}
