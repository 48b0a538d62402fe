/** Private networks with their subnets and routes. */
import { covers, gatewayOf, holds, isPrivate, overlap, parseRange, type Range } from "../addresses";
import { networkZones } from "../catalogue/locations";
import type { Cloud } from "../cloud";
import { collection, command, deleteProtection, needDeletable, rename } from "../collection";
import { failure, invalidField } from "../errors";
import { idOf, noContent, ok, type Router } from "../http";
import { Input } from "../input";
import { attachedIps, detachFromNetwork, rangeOf } from "../network-members";
import type { NetworkRecord, RouteRecord, SubnetRecord } from "../records";

function view(cloud: Cloud, network: NetworkRecord): object {
  const member = (entry: { private_net: { network: number }[] }): boolean =>
    entry.private_net.some((net) => net.network === network.id);
  return {
    ...network,
    servers: cloud.store
      .all("servers")
      .filter(member)
      .map((server) => server.id),
    load_balancers: cloud.store
      .all("load_balancers")
      .filter(member)
      .map((balancer) => balancer.id),
  };
}

/** Reads a range that a network may have. */
function readNetworkRange(input: Input): string {
  const text = input.needText("ip_range");
  const range = parseRange(text);
  if (text !== "" && (!range || range.bits > 24 || !isPrivate(range))) {
    input.wrong("ip_range", `'${text}' is no RFC 1918 range of at least /24 without host bits`);
  }
  return text;
}

/** Reads a subnet and checks that it fits the network. */
function readSubnet(input: Input, networkRange: Range, others: SubnetRecord[]): SubnetRecord {
  const type = input.needOneOf("type", ["cloud", "server", "vswitch"]);
  const zone = input.needText("network_zone");
  const text = input.text("ip_range") ?? freeSubnet(networkRange, others);
  if (zone !== "" && !networkZones.includes(zone))
    input.wrong("network_zone", `Must be one of: ${networkZones.join(", ")}.`);
  const range = text === undefined ? undefined : parseRange(text);
  if (text === undefined) input.wrong("ip_range", "the network has no room for another subnet");
  else if (!range || range.bits > 29)
    input.wrong("ip_range", `'${text}' is no IPv4 range of at least /29 without host bits`);
  else if (!covers(networkRange, range))
    input.wrong("ip_range", `subnet ${text} is not inside the network's range`);
  else if (others.some((other) => overlap(rangeOf(other), range))) {
    input.wrong("ip_range", `subnet ${text} overlaps with another subnet of the network`);
  }
  input.done();
  return { type, ip_range: text ?? "", network_zone: zone, gateway: gatewayOf(networkRange) };
}

/** The first /24 of the network that no subnet uses. */
function freeSubnet(networkRange: Range, others: SubnetRecord[]): string | undefined {
  for (let index = 0; index < 2 ** (24 - networkRange.bits); index++) {
    const range: Range = { first: networkRange.first + index * 256, bits: 24 };
    if (!others.some((other) => overlap(rangeOf(other), range))) {
      return `${[24, 16, 8, 0].map((shift) => Math.floor(range.first / 2 ** shift) % 256).join(".")}/24`;
    }
  }
  return undefined;
}

function readRoute(input: Input, network: Range): RouteRecord {
  const destination = input.needText("destination");
  const gateway = input.needText("gateway");
  if (destination !== "" && !parseRange(destination))
    input.wrong("destination", `'${destination}' is no IPv4 range`);
  if (gateway !== "" && !holds(network, gateway))
    input.wrong("gateway", "the gateway must be an address of the network");
  if (gateway === gatewayOf(network))
    input.wrong("gateway", "the network's own gateway cannot be a route's gateway");
  input.done();
  return { destination, gateway };
}

export function networkRoutes(router: Router, cloud: Cloud): void {
  const { store, actions } = cloud;
  collection(router, cloud, "networks", { view: (network) => view(cloud, network) });
  deleteProtection(router, cloud, "networks");
  const started = (command: string, network: NetworkRecord): ReturnType<typeof actions.start> => {
    const resource = { type: "network", id: network.id };
    return actions.start({ command, resources: [resource], locks: [resource] });
  };
  const needFree = (network: NetworkRecord): void => {
    if (actions.isLocked({ type: "network", id: network.id })) {
      throw failure("conflict", "the network changed during the request, please retry");
    }
  };

  router.on("POST", "/networks", async (call) => {
    const input = new Input(call.body);
    const name = input.needText("name");
    const ipRange = readNetworkRange(input);
    const labels = input.labels() ?? {};
    const expose = input.flag("expose_routes_to_vswitch") ?? false;
    const subnetBodies = input.objects("subnets") ?? [];
    const routeBodies = input.objects("routes") ?? [];
    input.done();
    store.needFreeName("networks", name);
    const range = rangeOf({ ip_range: ipRange });
    const subnets: SubnetRecord[] = [];
    for (const body of subnetBodies) subnets.push(readSubnet(new Input(body), range, subnets));
    const routes = routeBodies.map((body) => readRoute(new Input(body), range));
    const network: NetworkRecord = {
      id: store.newId(),
      name,
      created: new Date().toISOString(),
      labels,
      ip_range: ipRange,
      subnets,
      routes,
      protection: { delete: false },
      expose_routes_to_vswitch: expose,
    };
    await cloud.machines.createNetwork(String(network.id), ipRange);
    store.add("networks", network);
    return ok({ network: view(cloud, network) }, 201);
  });
  router.on("PUT", "/networks/:id", (call) => {
    const network = store.get("networks", idOf(call));
    const input = new Input(call.body);
    const expose = input.flag("expose_routes_to_vswitch") ?? network.expose_routes_to_vswitch;
    rename(cloud, "networks", network, input);
    network.expose_routes_to_vswitch = expose;
    return ok({ network: view(cloud, network) });
  });
  router.on("DELETE", "/networks/:id", async (call) => {
    const network = store.get("networks", idOf(call));
    needDeletable("networks", network);
    needFree(network);
    await detachFromNetwork(cloud, network);
    await cloud.machines.removeNetwork(String(network.id));
    store.remove("networks", network.id);
    return noContent;
  });
  command(router, cloud, "networks", "add_subnet", (network, input) => {
    needFree(network);
    network.subnets.push(readSubnet(input, rangeOf(network), network.subnets));
    return started("add_subnet", network);
  });
  command(router, cloud, "networks", "delete_subnet", (network, input) => {
    const text = input.needText("ip_range");
    input.done();
    needFree(network);
    const subnet = network.subnets.find((each) => each.ip_range === text);
    if (!subnet) throw failure("not_found", `subnet ${text} of network '${network.name}' not found`);
    if (attachedIps(store, network.id).some((ip) => holds(rangeOf(subnet), ip))) {
      throw failure("service_error", "cannot remove subnet because servers are attached to it");
    }
    network.subnets = network.subnets.filter((each) => each !== subnet);
    return started("delete_subnet", network);
  });
  command(router, cloud, "networks", "add_route", (network, input) => {
    needFree(network);
    const route = readRoute(input, rangeOf(network));
    if (network.routes.some((each) => each.destination === route.destination)) {
      throw invalidField("destination", `the network already has a route to ${route.destination}`);
    }
    network.routes.push(route);
    return started("add_route", network);
  });
  command(router, cloud, "networks", "delete_route", (network, input) => {
    const { destination, gateway } = {
      destination: input.needText("destination"),
      gateway: input.needText("gateway"),
    };
    input.done();
    needFree(network);
    const route = network.routes.find((each) => each.destination === destination && each.gateway === gateway);
    if (!route) throw failure("not_found", `route to ${destination} over ${gateway} not found`);
    network.routes = network.routes.filter((each) => each !== route);
    return started("delete_route", network);
  });
  command(router, cloud, "networks", "change_ip_range", (network, input) => {
    const text = readNetworkRange(input);
    input.done();
    needFree(network);
    const [wanted, current] = [rangeOf({ ip_range: text }), rangeOf(network)];
    if (wanted.first !== current.first || !covers(wanted, current)) {
      throw invalidField(
        "ip_range",
        `a network can only grow: ${text} does not begin like ${network.ip_range} and hold it`,
      );
    }
    if (attachedIps(store, network.id).length > 0) {
      throw failure(
        "conflict",
        "the lab cannot change the range of a network that has members; detach them first",
      );
    }
    const resource = { type: "network", id: network.id };
    return actions.start({
      command: "change_ip_range",
      resources: [resource],
      locks: [resource],
      work: async () => {
        await cloud.machines.removeNetwork(String(network.id));
        await cloud.machines.createNetwork(String(network.id), text);
        network.ip_range = text;
      },
    });
  });
}
