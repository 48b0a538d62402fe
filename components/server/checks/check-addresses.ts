/** What can be wrong with the public addresses of a server. */
import { isIPv4 } from "node:net";
import { parseCidr } from "../../core/checks";
import type { Problem } from "../../core/problem";
import { everybody, type Rule } from "../../firewall/rule";
import type { ServerArgs } from "../args";
import type { Check } from "../../core/check";

export const withoutIpv4Check: Check = {
  id: "without-ipv4",
  title: "Server without a public IPv4 address",
  effect: "refused or warned",
  why: "Such a server is reached at its IPv6 address. Refused is one that has neither, and firewalls that let in SSH from IPv4 networks alone: deploys could not log in. Warned is a registry that has no IPv6 address. What such a server cannot do besides is said in the docs of `Server`, at `publicIpv4`.",
  says: [
    'Server "web-1": firewalls is ["edge"], but they let in SSH from IPv4 networks alone, and the server has no IPv4 address; add your IPv6 network, as in ssh.from("203.0.113.0/24", "2001:db8::/48") (npx sextant docs checks#without-ipv4).',
    'Server "web-1": publicIpv4 is false, but ghcr.io has no IPv6 address, so that the server pulls nothing from it; leave publicIpv4 out, or keep the images in a registry that has one (npx sextant docs checks#without-ipv4).',
  ],
};

/** Registries that have no IPv6 address, by their names; for others a look-up at preview says nothing of the server's. */
const withoutIpv6 = ["ghcr.io", "docker.pkg.github.com"];

export function checkAddresses(args: ServerArgs): Problem[] {
  if (args.publicIpv4 !== false) return [];
  if (args.publicIpv6 === false) {
    return [
      {
        argument: "publicIpv4",
        value: false,
        rule: "without an IPv6 address either, nothing reaches the server",
        cure: "leave one of publicIpv4 and publicIpv6 out",
        check: withoutIpv4Check,
      },
    ];
  }
  return checkLogin(args);
}

/** Deploys come from IPv6 then, and networks that are known may all be of the other family. */
function checkLogin({ firewalls, ssh }: ServerArgs): Problem[] {
  if (!Array.isArray(firewalls) || firewalls.length === 0) return [];
  const port = ssh?.port ?? 22;
  const rules = firewalls.flatMap((firewall) => firewall.allow).filter((rule) => isFor(rule, port));
  if (rules.length === 0 || rules.some(({ peers }) => peers === everybody || !peers.every(isOfIpv4)))
    return [];
  return [
    {
      argument: "firewalls",
      value: firewalls.map((firewall) => firewall.componentName),
      rule: `they let in SSH from IPv4 networks alone, and the server has no IPv4 address`,
      cure: 'add your IPv6 network, as in ssh.from("203.0.113.0/24", "2001:db8::/48")',
      check: withoutIpv4Check,
    },
  ];
}

function isFor({ protocol, ports }: Rule, port: number): boolean {
  return protocol === "tcp" && ports !== undefined && ports[0] <= port && port <= ports[1];
}

function isOfIpv4(network: unknown): boolean {
  return typeof network === "string" && (isIPv4(network) || parseCidr(network)?.family === 4);
}

/** What a server without IPv4 will miss. */
export function warnAddresses({ publicIpv4, registries = [] }: ServerArgs): Problem[] {
  if (publicIpv4 !== false) return [];
  return registries
    .map(({ address }) => address)
    .filter((address) => withoutIpv6.includes(address))
    .map((address) => ({
      argument: "publicIpv4",
      value: false,
      rule: `${address} has no IPv6 address, so that the server pulls nothing from it`,
      cure: "leave publicIpv4 out, or keep the images in a registry that has one",
      check: withoutIpv4Check,
    }));
}
