/** Takes a server away, with everything that hangs on it. */
import type { Cloud } from "../cloud";
import { machineId } from "../machine-sync";
import type { ServerRecord } from "../records";
import { unassignPrimaryIp } from "./primary-ips";

/** Removes the machine, then the record and every reference to it. */
export async function removeServer(cloud: Cloud, server: ServerRecord): Promise<void> {
  const { store, sync, machines } = cloud;
  await sync.onServer(server, () => machines.remove(machineId(server)));
  for (const ip of store.all("primary_ips").filter((each) => each.assignee_id === server.id)) {
    unassignPrimaryIp(cloud, ip);
    if (ip.auto_delete) store.remove("primary_ips", ip.id);
  }
  for (const volume of store.all("volumes")) if (volume.server === server.id) volume.server = null;
  for (const ip of store.all("floating_ips")) if (ip.server === server.id) ip.server = null;
  for (const firewall of store.all("firewalls")) {
    firewall.applied_to = firewall.applied_to.filter(
      (each) => each.type !== "server" || each.server.id !== server.id,
    );
  }
  for (const balancer of store.all("load_balancers")) {
    balancer.targets = balancer.targets.filter((target) => target.server?.id !== server.id);
  }
  store.remove("servers", server.id);
  await sync.rebalance();
}
