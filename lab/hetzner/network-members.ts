/** Who is in a private network, at which address. */
import { firstFree, gatewayOf, holds, parseRange, type Range } from "./addresses";
import { locationNamed } from "./catalogue/locations";
import type { Cloud } from "./cloud";
import { failure, invalidField } from "./errors";
import type { Input } from "./input";
import type { NetworkRecord, PrivateNet, ServerRecord } from "./records";
import type { Store } from "./store";

/** The range of a network or subnet that is in the state, and so was checked. */
export function rangeOf(owner: { ip_range: string }): Range {
  const range = parseRange(owner.ip_range);
  if (!range) throw new Error(`'${owner.ip_range}' is no IPv4 range`);
  return range;
}

/** All addresses in use in the network. */
export function attachedIps(store: Store, network: number): string[] {
  return [
    ...store
      .all("servers")
      .flatMap((server) =>
        server.private_net
          .filter((net) => net.network === network)
          .flatMap((net) => [net.ip, ...net.alias_ips]),
      ),
    ...store
      .all("load_balancers")
      .flatMap((balancer) =>
        balancer.private_net.filter((net) => net.network === network).map((net) => net.ip),
      ),
  ];
}

/** The address that a new member gets: the one it asks for, or the first free one of a subnet in its zone. */
export function addressInNetwork(
  store: Store,
  network: NetworkRecord,
  location: string,
  wanted: { ip?: string | undefined; ipRange?: string | undefined },
): string {
  const zone = locationNamed(location).network_zone;
  const subnets = network.subnets.filter(
    (subnet) =>
      subnet.network_zone === zone && (wanted.ipRange === undefined || subnet.ip_range === wanted.ipRange),
  );
  const taken = new Set(attachedIps(store, network.id));
  if (wanted.ip !== undefined) {
    const ip = wanted.ip;
    if (
      !subnets.some((subnet) => holds(rangeOf(subnet), ip)) ||
      ip === gatewayOf(rangeOf(network)) ||
      taken.has(ip)
    ) {
      throw failure("ip_not_available", `IP ${ip} is not available in network '${network.name}'`);
    }
    return ip;
  }
  for (const subnet of subnets) {
    const ip = firstFree(rangeOf(network), rangeOf(subnet), taken);
    if (ip !== undefined) return ip;
  }
  throw failure(
    "no_subnet_available",
    `network '${network.name}' has no subnet with a free IP in zone ${zone}`,
  );
}

/** Reads alias addresses and checks that they are free in the network. */
export function readAliasIps(
  input: Input,
  store: Store,
  network: NetworkRecord,
  own: string[] = [],
): string[] {
  const aliases = input.texts("alias_ips") ?? [];
  input.done();
  const taken = new Set(attachedIps(store, network.id).filter((ip) => !own.includes(ip)));
  for (const ip of aliases) {
    if (!holds(rangeOf(network), ip))
      throw invalidField("alias_ips", `${ip} is not inside ${network.ip_range}`);
    if (taken.has(ip))
      throw failure("ip_not_available", `IP ${ip} is not available in network '${network.name}'`);
  }
  return aliases;
}

/** A member's entry, with a hardware address made of its own. */
export function privateNet(network: NetworkRecord, ip: string, aliasIps: string[]): PrivateNet {
  const tail = ip.split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
  return { network: network.id, ip, alias_ips: aliasIps, mac_address: ["86", "00", ...tail].join(":") };
}

/** Takes a server out of a network. */
export async function detachServer(cloud: Cloud, server: ServerRecord, network: number): Promise<void> {
  await cloud.sync.onServer(server, async () => {
    if (server.lab.made) await cloud.machines.detach(String(server.id), String(network));
  });
  server.private_net = server.private_net.filter((net) => net.network !== network);
}

/** Takes every member out of a network that is about to go. */
export async function detachFromNetwork(cloud: Cloud, network: NetworkRecord): Promise<void> {
  for (const server of cloud.store.all("servers")) {
    if (server.private_net.some((net) => net.network === network.id))
      await detachServer(cloud, server, network.id);
  }
  for (const balancer of cloud.store.all("load_balancers")) {
    if (!balancer.private_net.some((net) => net.network === network.id)) continue;
    balancer.private_net = balancer.private_net.filter((net) => net.network !== network.id);
    await cloud.sync.balance(balancer);
  }
}
