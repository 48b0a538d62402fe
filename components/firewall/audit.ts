/** Firewalls against what is published behind them: what nobody can reach, and what is open for nothing. */
import type { Host, Exposure } from "../host/host";
import { useOf, type PortUse } from "../host/host-use";
import type { Problem } from "../core/problem";
import { admitted } from "./render";
import { everybody, type Protocol, type Rule } from "./rule";
import type { Check } from "../core/check";

export const firewallShutCheck: Check = {
  id: "firewall-shut",
  title: "Firewall that does not let in what is published",
  effect: "refused or warned",
  why: "What is published and shut at the firewall waits for requests that never come. Refused is what nobody can reach: a proxy with both ports shut, HTTP/3 without its UDP port, a public accessory. A server in a private network may be reached there, which Hetzner's firewalls do not filter. With a firewall on the machine itself that is warned of, since `privateAddress` opens no public address. Warned is HTTPS with port 80 shut as well: it works, and who types the bare name gets no answer.",
  says: [
    'Proxy "proxy": servers is "web-1", but its firewalls let nobody in on tcp ports 80 and 443; add http and https to the firewall (npx sextant docs checks#firewall-shut).',
    'Proxy "proxy": http3 is true, but the firewalls of web-1 let nobody in on udp port 443; add http3 to the firewall (npx sextant docs checks#firewall-shut).',
    'Accessory "search": publish is {"public":true,"reason":"demo"}, but the firewalls of web-1 let nobody in on tcp port 7700; add tcp(7700).from(...) to the firewall, or publish it to "private" (npx sextant docs checks#firewall-shut).',
  ],
};

export const firewallOpenCheck: Check = {
  id: "firewall-open",
  title: "Firewall that lets in more than anything uses",
  effect: "warned",
  why: "A port that is open to everybody and has nothing behind it in this program is left over, or waits for something that is started by hand and is then open at once. Only a warning, since something else may listen there. Rules for named networks are not looked at: `from(...)` instead of `anywhere` ends it.",
  says: [
    'Firewall "edge": allow[2] is "tcp(5432).anywhere", but nothing on web-1 is published there; remove it, or name who needs it with from(...) (npx sextant docs checks#firewall-open).',
  ],
};

/** What stands in front of hosts: the cloud's firewall, or that of a machine itself, by its rules. */
type Guard = Exposure["firewalls"][number];

/** Who the firewalls in front of a host let in on a port; `everybody` where nothing is known of them. */
export function letsIn(
  host: Pick<Host, "exposure">,
  protocol: Protocol,
  port: number,
): "everybody" | "some" | "nobody" {
  const firewalls = host.exposure?.firewalls ?? [];
  if (firewalls.length === 0) return "everybody";
  return admitted(
    firewalls.flatMap((firewall) => firewall.allow),
    protocol,
    port,
  );
}

/**
 * What follows where the firewalls of a host let nobody in. In a private network, requests may come that way, past Hetzner's firewalls. A
 * machine's own firewall lets private senders in at its private address alone, and is often new there: so it is said.
 */
export function shutMeans({ exposure }: Pick<Host, "exposure">): "refused" | "warned" | "nothing" {
  if (exposure?.inPrivateNetwork !== true) return "refused";
  return exposure.privateBy === "privateAddress" ? "warned" : "nothing";
}

const behind = new WeakMap<Guard, Host[]>();

/** Says that a host is behind firewalls. */
export function registerHost(firewalls: readonly Guard[], host: Host): void {
  for (const firewall of firewalls) behind.set(firewall, [...(behind.get(firewall) ?? []), host]);
}

/**
 * The rules of a firewall for which there is nothing on the hosts behind it, once all of these are known.
 * @param argument how the list is called, for errors
 */
export function leftOver(firewall: Guard, argument = "allow"): Problem[] {
  const hosts = behind.get(firewall) ?? [];
  if (hosts.length === 0) return [];
  return openForNothing(
    firewall.allow,
    hosts.flatMap((host) => useOf(host).ports),
    hosts.map(({ hostName }) => hostName),
    argument,
  );
}

/** The rules that let everybody in to ports of which none is used on a public address. */
export function openForNothing(
  rules: readonly Rule[],
  uses: readonly Pick<PortUse, "protocol" | "port" | "address">[],
  hosts: readonly string[],
  argument = "allow",
): Problem[] {
  const publicly = uses.filter(({ address }) => address !== "private" && !address.startsWith("127."));
  return rules.flatMap((rule, at): Problem[] => {
    const { ports, protocol } = rule;
    if (ports === undefined || rule.peers !== everybody) return [];
    const used = publicly.some(
      (use) => use.protocol === protocol && ports[0] <= use.port && use.port <= ports[1],
    );
    if (used) return [];
    return [
      {
        argument: `${argument}[${at}]`,
        value: rule.title,
        rule: `nothing on ${hosts.join(", ")} is published there`,
        cure: "remove it, or name who needs it with from(...)",
        check: firewallOpenCheck,
      },
    ];
  });
}
