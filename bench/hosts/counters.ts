/** Counters in a server's firewall: what a deploy costs the network, apart from the traffic of the app's users. */

export interface Counts {
  sshConnections: number;
  sshBytes: number;
  registryBytes: number;
}

const table = "bench";

/** An nftables script that puts the counters in, at zero; it lets all through. */
export function counterRules(registry: string): string {
  const [address = "", port = ""] = registry.split(":");
  const names = ["ssh_new", "ssh_bytes", "registry_bytes"];
  return [
    `table inet ${table} {}`,
    `delete table inet ${table}`,
    `table inet ${table} {`,
    ...names.map((name) => `  counter ${name} {}`),
    "  chain in {",
    "    type filter hook input priority -300; policy accept;",
    "    tcp dport 22 tcp flags & (syn | ack) == syn counter name ssh_new",
    "    tcp dport 22 counter name ssh_bytes",
    `    ip saddr ${address} tcp sport ${port} counter name registry_bytes`,
    "  }",
    "  chain out {",
    "    type filter hook output priority -300; policy accept;",
    "    tcp sport 22 counter name ssh_bytes",
    "  }",
    "}",
    "",
  ].join("\n");
}

/** The command that prints the counters. */
export const readCounters = `nft --json list counters table inet ${table}`;

/** What that command printed, as counts. */
export function parseCounters(json: string): Counts {
  const { nftables } = JSON.parse(json) as {
    nftables: { counter?: { name: string; packets: number; bytes: number } }[];
  };
  const counter = (name: string): { packets: number; bytes: number } => {
    const found = nftables.find((each) => each.counter?.name === name)?.counter;
    if (!found) throw new Error(`nft: there is no counter ${name} in ${json.slice(0, 200)}`);
    return found;
  };
  return {
    sshConnections: counter("ssh_new").packets,
    sshBytes: counter("ssh_bytes").bytes,
    registryBytes: counter("registry_bytes").bytes,
  };
}

export function sumCounts(all: readonly Counts[]): Counts {
  const sum = (pick: (counts: Counts) => number): number =>
    all.reduce((total, counts) => total + pick(counts), 0);
  return {
    sshConnections: sum((counts) => counts.sshConnections),
    sshBytes: sum((counts) => counts.sshBytes),
    registryBytes: sum((counts) => counts.registryBytes),
  };
}
