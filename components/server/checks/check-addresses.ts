/** What can be wrong with the public addresses of a server. */
import { isIPv4 } from "node:net";
import { parseCidr } from "../../core/checks";
import type { Problem } from "../../core/problem";
import { everybody, type Rule } from "../../firewall/rule";
import type { ServerArgs } from "../args";

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
        check: "without-ipv4",
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
      check: "without-ipv4",
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
      check: "without-ipv4",
    }));
}
