/** A server as the API shows it. */
import { images } from "../catalogue/images";
import { locationNamed } from "../catalogue/locations";
import type { Cloud } from "../cloud";
import { serversOf } from "../balancer-spec";
import { appliesTo } from "../firewall-rules";
import { typeNamed } from "../machine-sync";
import type { PrimaryIpRecord, ServerRecord } from "../records";
import { viewPlacementGroup } from "./placement-groups";

export function viewServer(cloud: Cloud, server: ServerRecord): object {
  const { store, actions } = cloud;
  const { lab: _lab, primary_ipv4, primary_ipv6, ...shown } = server;
  const type = typeNamed(server.server_type);
  const resource = { type: "server", id: server.id };
  const ip = (id: number | null): PrimaryIpRecord | null =>
    id === null ? null : store.get("primary_ips", id);
  const ipv4 = ip(primary_ipv4);
  const ipv6 = ip(primary_ipv6);
  const firewalls = store.all("firewalls").filter((firewall) => appliesTo(firewall, server));
  const group =
    server.placement_group === null ? undefined : store.get("placement_groups", server.placement_group);
  return {
    ...shown,
    public_net: {
      ipv4: ipv4 && { id: ipv4.id, ip: ipv4.ip, blocked: false, dns_ptr: ipv4.dns_ptr[0]?.dns_ptr ?? "" },
      ipv6: ipv6 && { id: ipv6.id, ip: ipv6.ip, blocked: false, dns_ptr: ipv6.dns_ptr },
      floating_ips: store
        .all("floating_ips")
        .filter((each) => each.server === server.id)
        .map((each) => each.id),
      firewalls: firewalls.map((firewall) => ({
        id: firewall.id,
        status: actions.isRunning("apply_firewall", { type: "firewall", id: firewall.id }, resource)
          ? "pending"
          : "applied",
      })),
    },
    server_type: type,
    image: images.find((image) => image.id === server.image) ?? null,
    location: locationNamed(server.location),
    iso: null,
    locked: actions.isLocked(resource),
    included_traffic: type.prices.find((price) => price.location === server.location)?.included_traffic ?? 0,
    outgoing_traffic: 0,
    ingoing_traffic: 0,
    volumes: store
      .all("volumes")
      .filter((volume) => volume.server === server.id)
      .map((volume) => volume.id),
    load_balancers: store
      .all("load_balancers")
      .filter((balancer) => balancer.targets.some((target) => serversOf(store, target).includes(server)))
      .map((balancer) => balancer.id),
    placement_group: group ? viewPlacementGroup(cloud, group) : null,
  };
}
