/** Floating IPs: kept and shown; no traffic is carried to them. */
import { locationNamed } from "../catalogue/locations";
import type { Cloud } from "../cloud";
import {
  collection,
  command,
  deleteProtection,
  needDeletable,
  rename,
  reverseDns,
  setPointer,
} from "../collection";
import { idOf, noContent, ok, type Router } from "../http";
import { Input } from "../input";
import { readLocation } from "./location";
import { defaultDnsPointer } from "../pools";
import type { FloatingIpRecord } from "../records";

function view(ip: FloatingIpRecord): object {
  return { ...ip, home_location: locationNamed(ip.home_location), blocked: false };
}

export function floatingIpRoutes(router: Router, cloud: Cloud): void {
  const { store, actions } = cloud;
  collection(router, cloud, "floating_ips", { view });
  deleteProtection(router, cloud, "floating_ips");
  reverseDns(router, cloud, "floating_ips", (record, { ip, dns_ptr }) => {
    const own =
      record.type === "ipv4" ? ip === record.ip : ip.startsWith(record.ip.split("::")[0] ?? record.ip);
    if (own)
      setPointer(record.dns_ptr, ip, dns_ptr, record.type === "ipv4" ? defaultDnsPointer(ip) : undefined);
    return own;
  });
  const resources = (ip: FloatingIpRecord, server?: number | null): { type: string; id: number }[] => [
    { type: "floating_ip", id: ip.id },
    ...(server ? [{ type: "server", id: server }] : []),
  ];

  router.on("POST", "/floating_ips", (call) => {
    const input = new Input(call.body);
    const type = input.needOneOf("type", ["ipv4", "ipv6"]);
    const server = input.integer("server");
    const home = readLocation(input, "home_location");
    const description = input.text("description") ?? "";
    const labels = input.labels() ?? {};
    const id = store.newId();
    const name = input.text("name") ?? `floating-ip-${String(id)}`;
    if (server === undefined && !input.has("home_location")) {
      input.wrong("home_location", "Missing data for required field: give a home_location or a server.");
    }
    input.done();
    store.needFreeName("floating_ips", name);
    const target = server === undefined ? undefined : store.get("servers", server);
    const ip = type === "ipv4" ? cloud.pools.ipv4("floating_ip") : cloud.pools.ipv6("floating_ip");
    const record = store.add("floating_ips", {
      id,
      name,
      labels,
      created: new Date().toISOString(),
      description,
      ip,
      type,
      server: target?.id ?? null,
      home_location: target?.location ?? home ?? "",
      dns_ptr: type === "ipv4" ? [{ ip, dns_ptr: defaultDnsPointer(ip) }] : [],
      protection: { delete: false },
    });
    const action = target
      ? actions.start({ command: "create_floating_ip", resources: resources(record, target.id) })
      : null;
    return ok({ floating_ip: view(record), action }, 201);
  });
  router.on("PUT", "/floating_ips/:id", (call) => {
    const ip = store.get("floating_ips", idOf(call));
    const input = new Input(call.body);
    const description = input.text("description") ?? ip.description;
    rename(cloud, "floating_ips", ip, input);
    ip.description = description;
    return ok({ floating_ip: view(ip) });
  });
  router.on("DELETE", "/floating_ips/:id", (call) => {
    const ip = store.get("floating_ips", idOf(call));
    needDeletable("floating_ips", ip);
    store.remove("floating_ips", ip.id);
    return noContent;
  });
  command(router, cloud, "floating_ips", "assign", (ip, input) => {
    const server = input.needInteger("server");
    input.done();
    ip.server = store.get("servers", server).id;
    return actions.start({ command: "assign_floating_ip", resources: resources(ip, server) });
  });
  command(router, cloud, "floating_ips", "unassign", (ip) => {
    const action = actions.start({ command: "unassign_floating_ip", resources: resources(ip, ip.server) });
    ip.server = null;
    return action;
  });
}
