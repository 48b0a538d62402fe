/** Load balancers. */
import { addressOf, addressesOf, serversOf } from "../balancer-spec";
import { loadBalancerTypes, type LoadBalancerType } from "../catalogue/load-balancer-types";
import { defaultLocation, locationNamed, locations, networkZones } from "../catalogue/locations";
import type { Cloud } from "../cloud";
import { collection, command, deleteProtection, needDeletable, rename, reverseDns } from "../collection";
import { failure, invalidField, notFound } from "../errors";
import { idOf, ok, type Router } from "../http";
import { Input } from "../input";
import { readLocation } from "./location";
import { addressInNetwork } from "../network-members";
import { defaultDnsPointer } from "../pools";
import type { ActionRecord, LoadBalancerRecord, TargetRecord } from "../records";
import {
  addService,
  addTarget,
  limitsOf,
  needFreePort,
  readService,
  readTarget,
  sameTarget,
} from "./balancer-services";

const algorithms = ["round_robin", "least_connections"] as const;

function view(cloud: Cloud, balancer: LoadBalancerRecord): object {
  const type = limitsOf(balancer);
  const location = locationNamed(balancer.location);
  const health = (addresses: string[]): object[] =>
    balancer.services.map((service) => ({
      listen_port: service.listen_port,
      status:
        addresses[0] === undefined
          ? "unknown"
          : cloud.health.of(balancer.id, service.listen_port, addresses[0]),
    }));
  const viewTarget = (target: TargetRecord): object => {
    if (target.type !== "label_selector")
      return { ...target, health_status: health(addressesOf(cloud.store, balancer, target)) };
    const targets = serversOf(cloud.store, target).map((server) => {
      const address = addressOf(cloud.store, balancer, server, target.use_private_ip);
      const health_status = health(address === undefined ? [] : [address]);
      return {
        type: "server",
        server: { id: server.id },
        health_status,
        use_private_ip: target.use_private_ip,
      };
    });
    return { ...target, targets };
  };
  return {
    ...balancer,
    location,
    load_balancer_type: type,
    targets: balancer.targets.map(viewTarget),
    included_traffic: type.prices.find((price) => price.location === location.name)?.included_traffic ?? 0,
    outgoing_traffic: 0,
    ingoing_traffic: 0,
  };
}

function readType(input: Input): LoadBalancerType {
  const wanted = input.idOrName("load_balancer_type");
  const type = loadBalancerTypes.find((each) => each.name === wanted || String(each.id) === String(wanted));
  if (wanted === undefined && !input.has("load_balancer_type"))
    input.wrong("load_balancer_type", "Missing data for required field.");
  input.done();
  if (!type) throw notFound("load_balancer_type", String(wanted));
  return type;
}

export function loadBalancerRoutes(router: Router, cloud: Cloud): void {
  const { store, actions } = cloud;
  collection(router, cloud, "load_balancers", { view: (balancer) => view(cloud, balancer) });
  deleteProtection(router, cloud, "load_balancers");
  reverseDns(router, cloud, "load_balancers", (balancer, { ip, dns_ptr }) => {
    const pointer = [balancer.public_net.ipv4, balancer.public_net.ipv6].find((each) => each.ip === ip);
    if (pointer) pointer.dns_ptr = dns_ptr ?? defaultDnsPointer(ip);
    return pointer !== undefined;
  });
  const changed = (
    verb: string,
    balancer: LoadBalancerRecord,
    other?: { type: string; id: number },
  ): ActionRecord =>
    actions.start({
      command: verb,
      resources: [{ type: "load_balancer", id: balancer.id }, ...(other ? [other] : [])],
      work: () => cloud.sync.balance(balancer),
    });
  const join = (balancer: LoadBalancerRecord, networkId: number, ip?: string, ipRange?: string): void => {
    if (balancer.private_net.some((net) => net.network === networkId)) {
      throw failure("load_balancer_already_attached", "load balancer is already attached to a network");
    }
    const network = store.get("networks", networkId);
    balancer.private_net.push({
      network: networkId,
      ip: addressInNetwork(store, network, balancer.location, { ip, ipRange }),
    });
  };

  router.on("POST", "/load_balancers", (call) => {
    const input = new Input(call.body);
    const name = input.needText("name");
    const place = readLocation(input);
    const zone = input.oneOf("network_zone", networkZones);
    const labels = input.labels() ?? {};
    const network = input.integer("network");
    const enabled = input.flag("public_interface") ?? true;
    const algorithm = new Input(input.object("algorithm") ?? {}).oneOf("type", algorithms) ?? "round_robin";
    const services = input.objects("services") ?? [];
    const targets = input.objects("targets") ?? [];
    if (place !== undefined && zone !== undefined)
      input.wrong("network_zone", "give a location or a network_zone, not both");
    const type = readType(input);
    store.needFreeName("load_balancers", name);
    const ipv4 = cloud.pools.ipv4("load_balancer");
    const ipv6 = `${cloud.pools.ipv6("load_balancer").split("/")[0] ?? ""}1`;
    const balancer: LoadBalancerRecord = {
      id: store.newId(),
      name,
      labels,
      created: new Date().toISOString(),
      location:
        place ?? locations.find((location) => location.network_zone === zone)?.name ?? defaultLocation,
      load_balancer_type: type.name,
      algorithm: { type: algorithm },
      services: [],
      targets: [],
      public_net: {
        enabled,
        ipv4: { ip: ipv4, dns_ptr: defaultDnsPointer(ipv4) },
        ipv6: { ip: ipv6, dns_ptr: "" },
      },
      private_net: [],
      protection: { delete: false },
    };
    if (network !== undefined) join(balancer, network);
    for (const body of services) addService(balancer, readService(cloud, body));
    for (const body of targets) addTarget(cloud, balancer, readTarget(new Input(body)));
    store.add("load_balancers", balancer);
    return ok(
      { load_balancer: view(cloud, balancer), action: changed("create_load_balancer", balancer) },
      201,
    );
  });
  router.on("PUT", "/load_balancers/:id", (call) => {
    const balancer = store.get("load_balancers", idOf(call));
    rename(cloud, "load_balancers", balancer, new Input(call.body));
    return ok({ load_balancer: view(cloud, balancer) });
  });
  router.on("DELETE", "/load_balancers/:id", (call) => {
    const balancer = store.get("load_balancers", idOf(call));
    needDeletable("load_balancers", balancer);
    store.remove("load_balancers", balancer.id);
    return ok({ action: changed("delete_load_balancer", balancer) });
  });
  command(router, cloud, "load_balancers", "add_service", (balancer, input) => {
    addService(balancer, readService(cloud, input.body));
    return changed("add_service", balancer);
  });
  command(router, cloud, "load_balancers", "update_service", (balancer, input) => {
    const port = input.needInteger("listen_port");
    input.done();
    const index = balancer.services.findIndex((each) => each.listen_port === port);
    const before = balancer.services[index];
    if (!before) throw notFound("load_balancer service with listen port", port);
    const service = readService(cloud, input.body, before);
    needFreePort(balancer, service, before);
    balancer.services[index] = service;
    return changed("update_service", balancer);
  });
  command(router, cloud, "load_balancers", "delete_service", (balancer, input) => {
    const port = input.needInteger("listen_port");
    input.done();
    if (!balancer.services.some((each) => each.listen_port === port)) {
      throw notFound("load_balancer service with listen port", port);
    }
    balancer.services = balancer.services.filter((each) => each.listen_port !== port);
    return changed("delete_service", balancer);
  });
  command(router, cloud, "load_balancers", "add_target", (balancer, input) => {
    const target = readTarget(input);
    addTarget(cloud, balancer, target);
    return changed("add_target", balancer, target.server && { type: "server", id: target.server.id });
  });
  command(router, cloud, "load_balancers", "remove_target", (balancer, input) => {
    const target = readTarget(input);
    const found = balancer.targets.find((each) => sameTarget(each, target));
    if (!found) throw failure("not_found", "load balancer target not found");
    balancer.targets = balancer.targets.filter((each) => each !== found);
    return changed("remove_target", balancer, target.server && { type: "server", id: target.server.id });
  });
  command(router, cloud, "load_balancers", "change_algorithm", (balancer, input) => {
    const type = input.needOneOf("type", ["round_robin", "least_connections"]);
    input.done();
    balancer.algorithm.type = type;
    return changed("change_algorithm", balancer);
  });
  command(router, cloud, "load_balancers", "change_type", (balancer, input) => {
    const type = readType(input);
    if (balancer.services.length > type.max_services || balancer.targets.length > type.max_targets) {
      throw failure(
        "invalid_load_balancer_type",
        `${type.name} is too small for the services and targets of this load balancer`,
      );
    }
    balancer.load_balancer_type = type.name;
    return changed("change_load_balancer_type", balancer);
  });
  command(router, cloud, "load_balancers", "attach_to_network", (balancer, input) => {
    const network = input.needInteger("network");
    const [ip, ipRange] = [input.text("ip"), input.text("ip_range")];
    input.done();
    join(balancer, network, ip, ipRange);
    return changed("attach_to_network", balancer, { type: "network", id: network });
  });
  command(router, cloud, "load_balancers", "detach_from_network", (balancer, input) => {
    const network = input.needInteger("network");
    input.done();
    if (!balancer.private_net.some((net) => net.network === network))
      throw notFound("network attachment", network);
    if (balancer.targets.some((target) => target.use_private_ip)) {
      throw invalidField("network", "targets still use their private IP, remove them first");
    }
    balancer.private_net = balancer.private_net.filter((net) => net.network !== network);
    return changed("detach_from_network", balancer, { type: "network", id: network });
  });
  for (const enabled of [true, false]) {
    const verb = enabled ? "enable_public_interface" : "disable_public_interface";
    command(router, cloud, "load_balancers", verb, (balancer) => {
      if (!enabled && balancer.targets.some((target) => !target.use_private_ip)) {
        throw failure("targets_without_use_private_ip", "load balancer has targets that use the public IP");
      }
      balancer.public_net.enabled = enabled;
      return changed(verb, balancer);
    });
  }
}
