/** Actions of servers about private networks and placement groups. */
import type { Cloud } from "../cloud";
import { command } from "../collection";
import { failure, notFound } from "../errors";
import type { Router } from "../http";
import { machineId } from "../machine-sync";
import { addressInNetwork, privateNet, rangeOf, readAliasIps } from "../network-members";
import { overlap } from "../addresses";
import type { NetworkRecord, PrivateNet, ServerRecord } from "../records";
import { startOnServer } from "./server-actions";
import { needRoomInGroup } from "./placement-groups";

export function serverNetworkRoutes(router: Router, cloud: Cloud): void {
  const { store, machines, actions } = cloud;
  const needFree = (server: ServerRecord): void => {
    actions.needFree({ type: "server", id: server.id });
  };
  const membership = (server: ServerRecord, network: number): PrivateNet => {
    const net = server.private_net.find((each) => each.network === network);
    if (!net) throw notFound("network attachment", network);
    return net;
  };

  command(router, cloud, "servers", "attach_to_network", (server, input) => {
    const id = input.needInteger("network");
    const [ip, ipRange] = [input.text("ip"), input.text("ip_range")];
    input.done();
    const network = store.get("networks", id);
    if (server.private_net.some((net) => net.network === id)) {
      throw failure("server_already_attached", "server is already attached to this network");
    }
    needFree(server);
    if (actions.isLocked({ type: "network", id }))
      throw failure("conflict", "the network is changing, please retry");
    needNoOverlap(store.all("networks"), server, network);
    const address = addressInNetwork(store, network, server.location, { ip, ipRange });
    const net = privateNet(network, address, readAliasIps(input, store, network));
    server.private_net.push(net);
    return startOnServer(
      cloud,
      server,
      "attach_to_network",
      async () => {
        try {
          await machines.attach(machineId(server), String(id), net.ip, net.alias_ips);
        } catch (error) {
          server.private_net = server.private_net.filter((each) => each !== net);
          throw error;
        }
      },
      { type: "network", id },
    );
  });
  command(router, cloud, "servers", "detach_from_network", (server, input) => {
    const id = input.needInteger("network");
    input.done();
    const net = membership(server, id);
    needFree(server);
    return startOnServer(
      cloud,
      server,
      "detach_from_network",
      async () => {
        await machines.detach(machineId(server), String(id));
        server.private_net = server.private_net.filter((each) => each !== net);
      },
      { type: "network", id },
    );
  });
  command(router, cloud, "servers", "change_alias_ips", (server, input) => {
    const id = input.needInteger("network");
    input.done();
    const net = membership(server, id);
    needFree(server);
    const aliases = readAliasIps(input, store, store.get("networks", id), net.alias_ips);
    return startOnServer(
      cloud,
      server,
      "change_alias_ips",
      async () => {
        await machines.attach(machineId(server), String(id), net.ip, aliases);
        net.alias_ips = aliases;
      },
      { type: "network", id },
    );
  });
  command(router, cloud, "servers", "add_to_placement_group", (server, input) => {
    const id = input.needInteger("placement_group");
    input.done();
    needFree(server);
    if (server.status !== "off")
      throw failure("server_not_stopped", "server must be stopped to join a placement group");
    needRoomInGroup(cloud, id);
    return startOnServer(cloud, server, "add_to_placement_group", () => {
      server.placement_group = id;
    });
  });
  command(router, cloud, "servers", "remove_from_placement_group", (server) => {
    needFree(server);
    return startOnServer(cloud, server, "remove_from_placement_group", () => {
      server.placement_group = null;
    });
  });
}

/** A server cannot be in two networks that share addresses. */
function needNoOverlap(networks: NetworkRecord[], server: ServerRecord, network: NetworkRecord): void {
  const own = networks.filter((each) => server.private_net.some((net) => net.network === each.id));
  if (own.some((each) => overlap(rangeOf(each), rangeOf(network)))) {
    throw failure("networks_overlap", `network '${network.name}' overlaps with a network of the server`);
  }
}
