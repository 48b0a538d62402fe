/** Firewalls against what is published behind them: what nobody can reach, and what is open for nothing. */
import type { Host, Exposure } from "../host/host";
import { useOf, type PortUse } from "../host/host-use";
import type { Problem } from "../core/problem";
import { admitted } from "./render";
import { everybody, type Protocol, type Rule } from "./rule";

/** What stands in front of hosts: the cloud's firewall, by its rules. */
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

const behind = new WeakMap<Guard, Host[]>();

/** Says that a host is behind firewalls. */
export function putBehind(firewalls: readonly Guard[], host: Host): void {
  for (const firewall of firewalls) behind.set(firewall, [...(behind.get(firewall) ?? []), host]);
}

/** The rules of a firewall for which there is nothing on the hosts behind it, once all of these are known. */
export function leftOver(firewall: Guard): Problem[] {
  const hosts = behind.get(firewall) ?? [];
  if (hosts.length === 0) return [];
  return openForNothing(
    firewall.allow,
    hosts.flatMap((host) => useOf(host).ports),
    hosts.map(({ hostName }) => hostName),
  );
}

/** The rules that let everybody in to ports of which none is used on a public address. */
export function openForNothing(
  rules: readonly Rule[],
  uses: readonly Pick<PortUse, "protocol" | "port" | "address">[],
  hosts: readonly string[],
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
        argument: `allow[${at}]`,
        value: rule.title,
        rule: `nothing on ${hosts.join(", ")} is published there`,
        cure: "remove it, or name who needs it with from(...)",
        check: "firewall-open",
      },
    ];
  });
}
