import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  letsEntryIn,
  rulesText,
  type HostRule,
  type RulesOf,
} from "../../../../../provider/host/firewall/rules";

const everybody = ["0.0.0.0/0", "::/0"];
const entry = { address: "203.0.113.9", ports: [22] };
const owner = "shop/prod/web-1";

const allow = (protocol: HostRule["protocol"], port: string, ...sourceIps: string[]): HostRule => ({
  ...{ direction: "in", protocol, port, sourceIps },
});

/** The verdicts, in their order, less those that every machine has. */
function own(wanted: Partial<RulesOf>): string[] {
  const lines = rulesText({ owner, rules: [], entry, ...wanted })
    .split("\n")
    .map((line) => line.trim());
  return lines.slice(lines.indexOf("fib daddr type != local drop") + 1, -3);
}

describe("the rules of a machine", () => {
  it("are one table, which takes the former one's place at once", () => {
    const rules = [
      allow("tcp", "22", "198.51.100.0/24", "2001:db8::/48"),
      allow("tcp", "80", ...everybody),
      allow("udp", "9000-9010", "192.0.2.7/32"),
    ];
    expect(rulesText({ owner, rules, entry, privateAddress: "10.0.0.7" })).toBe(`\
# What may come into this machine. Written by pulumi-sextant: edit the program.
# owner: shop/prod/web-1
table inet sextant
delete table inet sextant
table inet sextant {
  chain incoming {
    type filter hook prerouting priority -110; policy drop;
    ct state established,related accept
    iifname "lo" accept
    meta iifkind "bridge" accept
    meta l4proto { 1, 2, 58, 112 } accept
    udp sport 67 udp dport 68 accept
    ip6 saddr fe80::/10 udp dport 546 accept
    ip daddr 10.0.0.7 ip saddr { 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16 } fib daddr . iif type local accept
    ip saddr { 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16 } ip daddr != { 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16 } fib daddr type != local accept
    fib daddr type != local drop
    ip saddr 203.0.113.9 tcp dport 22 accept
    ip saddr 198.51.100.0/24 tcp dport 22 accept
    ip6 saddr 2001:db8::/48 tcp dport 22 accept
    meta nfproto ipv4 tcp dport 80 accept
    meta nfproto ipv6 tcp dport 80 accept
    ip saddr 192.0.2.7/32 udp dport 9000-9010 accept
  }
}
`);
  });

  it("let SSH in from where it comes, whatever they are, at the port that it comes to and the one that it is meant for", () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    const port = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(address, port, port, fc.boolean(), (from, one, other, closed) => {
        const rules = closed ? [] : [allow("tcp", "22", ...everybody)];
        const lines = own({ rules, entry: { address: from, ports: [one, other] } });
        const family = from.includes(":") ? "ip6" : "ip";
        for (const wanted of [one, other])
          expect(lines).toContain(`${family} saddr ${from} tcp dport ${wanted} accept`);
      }),
    );
  });

  it("have a line for each network of each rule in its own family, and no other line", () => {
    const network = fc.constantFrom("192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32", ...everybody);
    const rule = fc
      .tuple(
        fc.constantFrom<HostRule["protocol"]>("tcp", "udp"),
        fc.integer({ min: 1, max: 65_535 }),
        fc.uniqueArray(network),
      )
      .map(([protocol, port, networks]) => allow(protocol, String(port), ...networks));
    fc.assert(
      fc.property(fc.array(rule), (rules) => {
        const wanted = rules.flatMap(({ protocol, port, sourceIps }) =>
          sourceIps.map((source) => {
            const families: Record<string, string> = {
              "0.0.0.0/0": "meta nfproto ipv4",
              "::/0": "meta nfproto ipv6",
            };
            const from = families[source] ?? `${source.includes(":") ? "ip6" : "ip"} saddr ${source}`;
            return `${from} ${protocol} dport ${port ?? ""} accept`;
          }),
        );
        expect(own({ rules }).slice(1)).toEqual(wanted);
      }),
    );
  });

  it("say nothing of ICMP, which is let in anyway, and open nothing for a reason in words", () => {
    const rules: HostRule[] = [
      { direction: "in", protocol: "icmp", sourceIps: ["192.0.2.0/24"] },
      { ...allow("tcp", "8080", "192.0.2.0/24"), description: 'a "demo"\nmeta nfproto ipv4 accept' },
    ];
    expect(own({ rules }).slice(1)).toEqual(["ip saddr 192.0.2.0/24 tcp dport 8080 accept"]);
  });

  it("let nothing into a private address that the program does not name", () => {
    expect(rulesText({ owner, rules: [], entry })).not.toContain("ip daddr 10.");
  });

  it.each<[string, Partial<RulesOf>, string]>([
    ["a network", { rules: [allow("tcp", "80", "10.0.0.0/33")] }, 'firewall: "10.0.0.0/33" is no network'],
    ["more than a network", { rules: [allow("tcp", "80", "::/0 accept; #")] }, "is no network"],
    ["an address with a zone", { entry: { address: "fe80::1%eth0", ports: [22] } }, "is no network"],
    ["a port", { rules: [allow("tcp", "80; accept", "::/0")] }, 'firewall: "80; accept" is no port.'],
    [
      "a rule without a port",
      { rules: [{ ...allow("udp", "1", "::/0"), port: "" }] },
      'firewall: "" is no port.',
    ],
    ["a range", { rules: [allow("tcp", "90-80", "::/0")] }, "is no port"],
    ["a private address", { privateAddress: "fd00::7" }, 'privateAddress is "fd00::7"'],
  ])("are refused with what is no %s", (_, wanted, said) => {
    expect(() => rulesText({ owner, rules: [], entry, ...wanted })).toThrow(said);
  });
});

describe("whether the rules let SSH in by themselves", () => {
  const from = (address: string, port = 22) => ({ address, ports: [port] });
  it.each<[string, HostRule, { address: string; ports: number[] }, boolean]>([
    ["its network", allow("tcp", "22", "203.0.113.0/24"), from("203.0.113.9"), true],
    ["its address", allow("tcp", "22", "203.0.113.9"), from("203.0.113.9"), true],
    ["another network", allow("tcp", "22", "203.0.112.0/24"), from("203.0.113.9"), false],
    ["everybody", allow("tcp", "22", ...everybody), from("2001:db8::9"), true],
    ["the other family", allow("tcp", "22", "0.0.0.0/0"), from("2001:db8::9"), false],
    ["a range of ports", allow("tcp", "1-1024", "2001:db8::/32"), from("2001:db8:0:1::9"), true],
    ["another port", allow("tcp", "22", ...everybody), from("203.0.113.9", 2222), false],
    ["another protocol", allow("udp", "22", ...everybody), from("203.0.113.9"), false],
  ])("from %s", (_, rule, at, expected) => {
    expect(letsEntryIn([rule], at)).toBe(expected);
  });
});
