/** The arguments of a firewall, and what can be wrong with them. */
import type * as hcloud from "@pulumi/hcloud";
import * as check from "../core/checks";
import type { Transform } from "../core/component";
import type { Problem } from "../core/problem";
import { everybody, type Rule } from "./rule";
import { valuesCheck } from "../core/checks";
import type { Check } from "../core/check";

export const anywhereCheck: Check = {
  id: "anywhere",
  title: "SSH from anywhere not spelled out, or any other port",
  effect: "refused",
  why: "An open SSH port is tried by everybody, all the time. `ssh.from(...)` names a network, `ssh.anywhere(reason)` says that it is meant, and the reason is read in a review. The same goes for every port but those of a web server, and for a server without a firewall.",
  says: [
    'Firewall "edge": allow[0] ssh.from is "0.0.0.0/0", but a whole address family is everybody, and that has to be spelled out, for both families; write ssh.anywhere("the reason") (npx sextant docs checks#anywhere).',
  ],
};

/** Arguments of `Firewall`. */
export interface FirewallArgs {
  /**
   * What is let in; everything else is shut, in IPv4 and IPv6.
   *
   * @edit in place; servers are not touched
   * @example [ssh.from("203.0.113.0/24"), http, https]
   */
  allow: Rule[];
  /**
   * What is let out. Answers to what came in always are; once there is a rule, everything else is shut, so remember DNS
   * (`udp(53)`, `tcp(53)`), the registry (`https`), package mirrors (`http`) and time (`udp(123)`).
   *
   * @default everything
   * @edit in place; servers are not touched
   * @example [https, udp(53).anywhere("DNS"), udp(123).anywhere("time")]
   */
  outbound?: Rule[];
  /** Labels at Hetzner. @default none @edit in place */
  labels?: Record<string, string>;
  /** Changes a child before it is made. @default none @edit what the changed argument of the child does */
  transform?: {
    /** The firewall at Hetzner. */
    firewall?: Transform<hcloud.FirewallArgs>;
  };
}

/** What is wrong with the arguments of a firewall. */
export function checkFirewall(args: FirewallArgs): Problem[] {
  return [
    ...(Array.isArray(args.allow) ? checkNumber("allow", args.allow) : []),
    ...checkAllow("allow", args.allow),
    ...(args.outbound === undefined
      ? []
      : [
          ...check.notEmpty(
            "outbound",
            args.outbound,
            "leave it out to let everything out; at Hetzner an empty list shuts nothing",
          ),
          ...checkNumber("outbound", args.outbound),
          ...checkRules("outbound", args.outbound, "in"),
        ]),
  ];
}

/** What is wrong with what is let in, wherever the firewall is. */
export function checkAllow(argument: string, allow: readonly Rule[]): Problem[] {
  return Array.isArray(allow)
    ? checkRules(argument, allow, "out")
    : [{ argument, fault: "has to be a list of rules", cure: "write [] to let nothing in" }];
}

function checkNumber(argument: string, rules: readonly Rule[]): Problem[] {
  const limit = 50;
  if (rules.length <= limit) return [];
  return [
    {
      argument,
      value: rules.length,
      rule: `Hetzner takes up to ${limit} rules in a firewall`,
      cure: "join rules, or use two firewalls",
    },
  ];
}

function checkRules(argument: string, rules: readonly Rule[], wrong: "in" | "out"): Problem[] {
  return rules.flatMap((rule, at) => checkRule(`${argument}[${at}]`, rule, wrong));
}

function checkRule(argument: string, rule: Rule, wrong: "in" | "out"): Problem[] {
  // Reached from plain JavaScript, or through a cast: `ssh` alone names nobody.
  if (!("protocol" in (rule as object))) return [noPeer(argument, rule)];
  return [
    ...checkPorts(argument, rule),
    ...(rule.direction === wrong
      ? [
          {
            argument,
            value: rule.title,
            rule: wrong === "out" ? "allow says who may come in" : "outbound says where the server may go",
            cure: wrong === "out" ? "write .from(...)" : "write .to(...)",
          },
        ]
      : []),
    ...checkPeers(argument, rule),
  ];
}

function noPeer(argument: string, rule: unknown): Problem {
  const title = (rule as { title?: unknown } | undefined)?.title;
  const name = typeof title === "string" ? title : "ssh";
  return {
    argument,
    value: name,
    rule: "it does not say for whom",
    cure: `write ${name}.from("203.0.113.0/24"), or ${name}.anywhere("the reason")`,
    check: anywhereCheck,
  };
}

function checkPorts(argument: string, rule: Rule): Problem[] {
  if (rule.ports === undefined) return [];
  const [from, to] = rule.ports;
  const valid = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65_535;
  if (valid(from) && valid(to) && from <= to) return [];
  return [
    {
      argument,
      value: rule.title,
      rule: "a port is a whole number from 1 to 65535, and a range goes from the lower one to the higher one",
      cure: 'write tcp(5432) or tcp("9000-9010")',
      check: valuesCheck,
    },
  ];
}

function checkPeers(argument: string, rule: Rule): Problem[] {
  if (rule.peers === everybody) {
    return rule.openByDefault || (rule.reason ?? "").trim() !== ""
      ? []
      : [
          {
            argument,
            value: rule.title,
            rule: "a port that is open to everybody has to say why",
            cure: `write ${rule.title}("the reason")`,
            check: anywhereCheck,
          },
        ];
  }
  if (rule.peers.length === 0) {
    return [
      {
        argument,
        value: rule.title,
        rule: "it names no network",
        cure: `write ${rule.title}("203.0.113.0/24")${rule.title.startsWith("ssh") ? ', or ssh.anywhere("the reason")' : ""}`,
        check: anywhereCheck,
      },
    ];
  }
  return rule.peers.flatMap((peer) => [
    ...check.cidr(`${argument} ${rule.title}`, peer),
    ...checkWhole(argument, rule, peer),
  ]);
}

function checkWhole(argument: string, rule: Rule, peer: unknown): Problem[] {
  if (!check.isPlain(peer) || check.parseCidr(String(peer))?.prefix !== 0) return [];
  const open = rule.openByDefault
    ? rule.title.replace(/\.\w+$/, "")
    : rule.title.replace(/\.\w+$/, '.anywhere("the reason")');
  return [
    {
      argument: `${argument} ${rule.title}`,
      value: peer,
      rule: "a whole address family is everybody, and that has to be spelled out, for both families",
      cure: `write ${open}`,
      check: anywhereCheck,
    },
  ];
}
