/** The chains of nftables that drop by default, from `nft list chains`. */

/** Docker's own, UFW's and those of iptables in general are told apart by their tables. */
const others = /^ip6? (filter|nat|mangle|raw|security|docker-bridges)$|firewalld/;

/** `inet filter forward` for each on the way in or through. */
export function readDroppingChains(said: string): string[] {
  const found: string[] = [];
  let [table, chain] = ["", ""];
  for (const line of said.split("\n")) {
    const [kind, first = "", second = ""] = line.trim().split(/\s+/);
    if (kind === "table") table = `${first} ${second}`;
    if (kind === "chain") chain = first;
    if (/hook (input|forward) .*policy drop/.test(line) && !others.test(table))
      found.push(`${table} ${chain}`);
  }
  return found;
}
