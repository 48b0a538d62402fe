/** Primary IPs: the public addresses of servers. */
import { isIPv6 } from "node:net";
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
import { failure, invalidField } from "../errors";
import { idOf, noContent, ok, type Router } from "../http";
import { Input } from "../input";
import { readLocation } from "./location";
import { defaultDnsPointer } from "../pools";
import type { PrimaryIpRecord, ServerRecord } from "../records";

/** The address as the API shows it. */
export function viewPrimaryIp(ip: PrimaryIpRecord): object {
  return { ...ip, location: locationNamed(ip.location), blocked: false };
}

/** Makes an address; the name of one that belongs to a server is made up, as the API does. */
export function createPrimaryIp(
  cloud: Cloud,
  type: "ipv4" | "ipv6",
  location: string,
  options: Partial<Pick<PrimaryIpRecord, "name" | "labels" | "auto_delete">> = {},
): PrimaryIpRecord {
  const id = cloud.store.newId();
  const ip = type === "ipv4" ? cloud.pools.ipv4("server") : cloud.pools.ipv6("server");
  return cloud.store.add("primary_ips", {
    id,
    name: options.name ?? `primary_ip-${String(id)}`,
    labels: options.labels ?? {},
    created: new Date().toISOString(),
    ip,
    type,
    assignee_id: null,
    // Since 1 August 2026: CHANGELOG.md of hcloud-go, v2.39.0.
    assignee_type: "unassigned",
    auto_delete: options.auto_delete ?? false,
    location,
    dns_ptr: type === "ipv4" ? [{ ip, dns_ptr: defaultDnsPointer(ip) }] : [],
    protection: { delete: false },
  });
}

/** The server's field for this type of address. */
const slot = (ip: PrimaryIpRecord): "primary_ipv4" | "primary_ipv6" => `primary_${ip.type}`;

/** Gives the address to the server, or says why that cannot be. */
export function assignPrimaryIp(ip: PrimaryIpRecord, server: ServerRecord): void {
  if (ip.assignee_id !== null) {
    throw failure(
      "primary_ip_assigned",
      `primary IP '${ip.name}' is already assigned to server ${String(ip.assignee_id)}`,
    );
  }
  if (server[slot(ip)] !== null)
    throw failure(`server_has_${ip.type}`, `server already has an ${ip.type} address`);
  if (ip.location !== server.location) {
    throw failure(
      "primary_ip_datacenter_mismatch",
      `primary IP is in ${ip.location}, the server in ${server.location}`,
    );
  }
  ip.assignee_id = server.id;
  ip.assignee_type = "server";
  server[slot(ip)] = ip.id;
}

/** Takes the address from its server. */
export function unassignPrimaryIp(cloud: Cloud, ip: PrimaryIpRecord): void {
  const server = ip.assignee_id === null ? undefined : cloud.store.find("servers", ip.assignee_id);
  if (server) server[slot(ip)] = null;
  ip.assignee_id = null;
  ip.assignee_type = "unassigned";
}

/** Sets a reverse name, when the address is this one or inside this network. */
export function setPrimaryIpPointer(
  record: PrimaryIpRecord,
  pointer: { ip: string; dns_ptr: string | null },
): boolean {
  const inside =
    record.type === "ipv4"
      ? pointer.ip === record.ip
      : isIPv6(pointer.ip) && pointer.ip.startsWith(record.ip.split("::")[0] ?? record.ip);
  if (inside) {
    const fallback = record.type === "ipv4" ? defaultDnsPointer(record.ip) : undefined;
    setPointer(record.dns_ptr, pointer.ip, pointer.dns_ptr, fallback);
  }
  return inside;
}

export function primaryIpRoutes(router: Router, cloud: Cloud): void {
  const { store, actions } = cloud;
  collection(router, cloud, "primary_ips", {
    view: viewPrimaryIp,
    filters: { ip: (record, value) => record.ip === value },
  });
  deleteProtection(router, cloud, "primary_ips");
  reverseDns(router, cloud, "primary_ips", setPrimaryIpPointer);
  const resources = (ip: PrimaryIpRecord, server: { id: number }): { type: string; id: number }[] => [
    { type: "primary_ip", id: ip.id },
    { type: "server", id: server.id },
  ];
  const stoppedServer = (id: number): ServerRecord => {
    const server = store.get("servers", id);
    actions.needFree({ type: "server", id });
    if (server.status !== "off")
      throw failure("server_not_stopped", "server must be stopped to change its primary IPs");
    return server;
  };

  router.on("POST", "/primary_ips", (call) => {
    const input = new Input(call.body);
    const name = input.needText("name");
    const type = input.needOneOf("type", ["ipv4", "ipv6"]);
    input.oneOf("assignee_type", ["server"]);
    const assignee = input.integer("assignee_id");
    const place = readLocation(input);
    const autoDelete = input.flag("auto_delete") ?? false;
    const labels = input.labels() ?? {};
    if (assignee === undefined && place === undefined && !input.has("location")) {
      input.wrong("location", "Missing data for required field: give a location or an assignee_id.");
    }
    input.done();
    store.needFreeName("primary_ips", name);
    const server = assignee === undefined ? undefined : stoppedServer(assignee);
    if (server && server[`primary_${type}`] !== null) {
      throw failure(`server_has_${type}`, `server already has an ${type} address`);
    }
    const ip = createPrimaryIp(cloud, type, server?.location ?? place ?? "", {
      name,
      labels,
      auto_delete: autoDelete,
    });
    if (server) assignPrimaryIp(ip, server);
    const action = actions.start({
      command: "create_primary_ip",
      resources: server ? resources(ip, server) : [{ type: "primary_ip", id: ip.id }],
    });
    return ok({ primary_ip: viewPrimaryIp(ip), action: server ? action : null }, 201);
  });
  router.on("PUT", "/primary_ips/:id", (call) => {
    const ip = store.get("primary_ips", idOf(call));
    const input = new Input(call.body);
    const autoDelete = input.flag("auto_delete") ?? ip.auto_delete;
    rename(cloud, "primary_ips", ip, input);
    ip.auto_delete = autoDelete;
    return ok({ primary_ip: viewPrimaryIp(ip) });
  });
  router.on("DELETE", "/primary_ips/:id", (call) => {
    const ip = store.get("primary_ips", idOf(call));
    needDeletable("primary_ips", ip);
    if (ip.assignee_id !== null) {
      throw failure(
        // Since 1 May 2026: docs.hetzner.cloud/changelog, 29 January 2026.
        "must_be_unassigned",
        `primary IP with ID '${String(ip.id)}' is assigned to server ${String(ip.assignee_id)}`,
      );
    }
    store.remove("primary_ips", ip.id);
    return noContent;
  });
  command(router, cloud, "primary_ips", "assign", (ip, input) => {
    const id = input.needInteger("assignee_id");
    input.oneOf("assignee_type", ["server"]);
    input.done();
    const server = stoppedServer(id);
    assignPrimaryIp(ip, server);
    return actions.start({
      command: "assign_primary_ip",
      resources: resources(ip, server),
      locks: [{ type: "server", id }],
      work: () => cloud.sync.readdress(server),
    });
  });
  command(router, cloud, "primary_ips", "unassign", (ip) => {
    if (ip.assignee_id === null) throw invalidField("assignee_id", "primary IP is not assigned");
    const server = stoppedServer(ip.assignee_id);
    unassignPrimaryIp(cloud, ip);
    return actions.start({
      command: "unassign_primary_ip",
      resources: resources(ip, server),
      locks: [{ type: "server", id: server.id }],
      work: () => cloud.sync.readdress(server),
    });
  });
}
