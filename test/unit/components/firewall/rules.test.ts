import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkFirewall } from "../../../../components/firewall/args";
import {
  admitted,
  asNetwork,
  render,
  type HetznerRule,
  type KnownRule,
} from "../../../../components/firewall/render";
import { http, http3, https, icmp, ssh, tcp, udp, type Rule } from "../../../../components/firewall/rule";
import { sentence } from "../../../../components/core/problem";
import { networkOf, parseCidr } from "../../../../components/core/checks";

const known = (...rules: Rule[]) => rules as KnownRule[];

const network = fc.oneof(
  fc
    .tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 }))
    .map(([address, prefix]) => networkOf(`${address}/${prefix}`) ?? "10.0.0.0/8"),
  fc.constantFrom("2001:db8::/48", "2001:db8:1::/64", "fd00::/8"),
);
const port = fc.integer({ min: 1, max: 65_535 });
const range = fc
  .tuple(port, port)
  .map(([a, b]): `${number}-${number}` => `${Math.min(a, b)}-${Math.max(a, b)}`);
const closed = fc.oneof(fc.constant(ssh), fc.oneof(port, range).map(tcp), fc.oneof(port, range).map(udp));
const rule: fc.Arbitrary<Rule> = fc.oneof(
  fc.constantFrom<Rule>(http, https, http3, icmp),
  closed.map((open) => open.anywhere("for a test")),
  fc
    .tuple(closed, fc.array(network, { minLength: 1, maxLength: 4 }))
    .map(([open, names]) => open.from(...names)),
);
const rules = fc.array(rule, { maxLength: 12 });

/** Whether rendered rules let in a packet from a network: a reading of Hetzner's rules that shares nothing with ours. */
function lets(rendered: readonly HetznerRule[], protocol: string, at: number, from: string): boolean {
  return rendered.some((one) => {
    const [first = 0, last = first] = (one.port ?? "0-65535").split("-").map(Number);
    const whole = from.includes(":") ? "::/0" : "0.0.0.0/0";
    return (
      one.direction === "in" &&
      one.protocol === protocol &&
      (protocol === "icmp" || (first <= at && at <= last)) &&
      (one.sourceIps.includes(from) || one.sourceIps.includes(whole))
    );
  });
}

describe("rendering", () => {
  it("keeps everything closed that no rule opens", () => {
    expect(render([])).toEqual([]);
    fc.assert(
      fc.property(rules, fc.constantFrom("tcp", "udp"), port, (list, protocol, at) => {
        const asked = list.some(
          (one) =>
            one.protocol === protocol && one.ports !== undefined && one.ports[0] <= at && at <= one.ports[1],
        );
        const open = lets(render(list as KnownRule[]), protocol, at, "198.51.100.7/32");
        return asked || !open;
      }),
    );
  });

  it("loses no rule, in either family", () => {
    fc.assert(
      fc.property(rules, (list) => {
        const rendered = render(list as KnownRule[]);
        return list.every((one) => {
          const peers = one.peers === "everybody" ? ["0.0.0.0/0", "::/0"] : (one.peers as string[]);
          const ends = one.ports ?? [0, 0];
          return peers.every((peer) => ends.every((at) => lets(rendered, one.protocol, at, peer)));
        });
      }),
    );
  });

  it("has one rule for a direction, protocol and port, and each network once", () => {
    fc.assert(
      fc.property(rules, (list) => {
        const rendered = render(list as KnownRule[]);
        const keys = rendered.map((one) => `${one.direction} ${one.protocol} ${one.port}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (const one of rendered) expect(new Set(one.sourceIps).size).toBe(one.sourceIps.length);
      }),
    );
  });

  it("does not depend on order or repetition", () => {
    fc.assert(
      fc.property(rules, fc.infiniteStream(fc.nat()), (list, seeds) => {
        const shuffled = [...list, ...list]
          .map((one): [number, Rule] => [Number(seeds.next().value), one])
          .sort(([a], [b]) => a - b)
          .map(([, one]) => one);
        expect(render(shuffled as KnownRule[])).toEqual(render(list as KnownRule[]));
      }),
    );
  });

  it("passes its own checks for every rule that the constructors can make", () => {
    fc.assert(fc.property(rules, (list) => checkFirewall({ allow: list }).length === 0));
  });

  it("gives rules to everybody in both families, with the reason", () => {
    expect(render(known(ssh.anywhere("a lab")))).toEqual([
      {
        direction: "in",
        protocol: "tcp",
        port: "22",
        sourceIps: ["0.0.0.0/0", "::/0"],
        destinationIps: [],
        description: "a lab",
      },
    ]);
  });

  it("joins networks of one port and drops those that everybody covers", () => {
    const rendered = render(
      known(https.from("10.0.0.0/16"), https.from("10.1.0.0/16"), ssh.from("10.0.0.0/8"), https),
    );
    expect(rendered.map((one) => [one.port, one.sourceIps])).toEqual([
      ["22", ["10.0.0.0/8"]],
      ["443", ["0.0.0.0/0", "::/0"]],
    ]);
  });

  it("puts outbound networks in the destination", () => {
    const [inbound, outbound] = render(known(icmp), known(tcp("5000-5010").to("10.0.0.0/16")));
    expect(inbound).toMatchObject({ direction: "in", protocol: "icmp" });
    expect(inbound).not.toHaveProperty("port");
    expect(outbound).toMatchObject({
      direction: "out",
      port: "5000-5010",
      sourceIps: [],
      destinationIps: ["10.0.0.0/16"],
    });
  });

  it("takes a server's bare address as a network of one", () => {
    expect(asNetwork("203.0.113.7")).toBe("203.0.113.7/32");
    expect(asNetwork("2001:DB8::7")).toBe("2001:db8::7/128");
    expect(parseCidr(asNetwork("203.0.113.7"))?.prefix).toBe(32);
  });
});

describe("who is let in", () => {
  const list = [ssh.from("203.0.113.0/24"), https, tcp("9000-9010").anywhere("a game")];
  it.each([
    ["tcp", 22, "some"],
    ["tcp", 443, "everybody"],
    ["udp", 443, "nobody"],
    ["tcp", 9005, "everybody"],
    ["tcp", 9011, "nobody"],
  ] as const)("%s %i: %s", (protocol, at, expected) => {
    expect(admitted(list, protocol, at)).toBe(expected);
  });
});

describe("bad arguments", () => {
  it.each<[string, Parameters<typeof checkFirewall>[0], string]>([
    [
      "a bare address",
      { allow: [ssh.from("203.0.113.7")] },
      'Firewall "edge": allow[0] ssh.from is "203.0.113.7", but a network is an address and a prefix length; write "203.0.113.7/32" (npx sextant docs checks#values).',
    ],
    [
      "host bits",
      { allow: [https, ssh.from("203.0.113.7/24")] },
      'Firewall "edge": allow[1] ssh.from is "203.0.113.7/24", but a network has no bits set behind its prefix; did you mean "203.0.113.0/24" (npx sextant docs checks#values).',
    ],
    [
      "a prefix that is too long",
      { allow: [ssh.from("203.0.113.0/33")] },
      'Firewall "edge": allow[0] ssh.from is "203.0.113.0/33", but a network is an address and a prefix length; write it like "203.0.113.0/24" (npx sextant docs checks#values).',
    ],
    [
      "SSH from nobody",
      { allow: [ssh.from()] },
      'Firewall "edge": allow[0] is "ssh.from", but it names no network; write ssh.from("203.0.113.0/24"), or ssh.anywhere("the reason") (npx sextant docs checks#anywhere).',
    ],
    [
      "SSH alone",
      { allow: [ssh as unknown as Rule] },
      'Firewall "edge": allow[0] is "ssh", but it does not say for whom; write ssh.from("203.0.113.0/24"), or ssh.anywhere("the reason") (npx sextant docs checks#anywhere).',
    ],
    [
      "SSH from everywhere, not spelled out",
      { allow: [ssh.from("0.0.0.0/0")] },
      'Firewall "edge": allow[0] ssh.from is "0.0.0.0/0", but a whole address family is everybody, and that has to be spelled out, for both families; write ssh.anywhere("the reason") (npx sextant docs checks#anywhere).',
    ],
    [
      "no reason",
      { allow: [tcp(5432).anywhere(" ")] },
      'Firewall "edge": allow[0] is "tcp(5432).anywhere", but a port that is open to everybody has to say why; write tcp(5432).anywhere("the reason") (npx sextant docs checks#anywhere).',
    ],
    [
      "port 0",
      { allow: [tcp(0).from("10.0.0.0/8")] },
      'Firewall "edge": allow[0] is "tcp(0).from", but a port is a whole number from 1 to 65535, and a range goes from the lower one to the higher one; write tcp(5432) or tcp("9000-9010") (npx sextant docs checks#values).',
    ],
    [
      "a range upside down",
      { allow: [udp("9010-9000").from("10.0.0.0/8")] },
      'Firewall "edge": allow[0] is "udp("9010-9000").from", but a port is a whole number from 1 to 65535, and a range goes from the lower one to the higher one; write tcp(5432) or tcp("9000-9010") (npx sextant docs checks#values).',
    ],
    [
      "an outbound rule in allow",
      { allow: [tcp(443).to("10.0.0.0/8")] },
      'Firewall "edge": allow[0] is "tcp(443).to", but allow says who may come in; write .from(...).',
    ],
    [
      "an inbound rule in outbound",
      { allow: [], outbound: [tcp(443).from("10.0.0.0/8")] },
      'Firewall "edge": outbound[0] is "tcp(443).from", but outbound says where the server may go; write .to(...).',
    ],
    [
      "an empty outbound list",
      { allow: [], outbound: [] },
      'Firewall "edge": outbound is [], but it must not be empty; leave it out to let everything out; at Hetzner an empty list shuts nothing.',
    ],
    [
      "no list",
      { allow: undefined as unknown as Rule[] },
      'Firewall "edge": allow has to be a list of rules; write [] to let nothing in.',
    ],
    [
      "too many rules",
      { allow: Array.from({ length: 51 }, (_, at) => tcp(1000 + at).from("10.0.0.0/8")) },
      'Firewall "edge": allow is 51, but Hetzner takes up to 50 rules in a firewall; join rules, or use two firewalls.',
    ],
  ])("%s", (_, args, expected) => {
    expect(checkFirewall(args).map((problem) => sentence('Firewall "edge"', problem))).toEqual([expected]);
  });
});
