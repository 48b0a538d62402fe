/** `POST /servers`: reads and checks the whole request before anything is made. */
import { randomBytes } from "node:crypto";
import { images, type Image } from "../catalogue/images";
import { defaultLocation } from "../catalogue/locations";
import { orderProblem, serverTypes, type ServerType } from "../catalogue/server-types";
import type { Cloud } from "../cloud";
import { failure, invalidField } from "../errors";
import { Input } from "../input";
import { readLocation } from "./location";
import { addressInNetwork, privateNet } from "../network-members";
import type { ActionRecord, PrimaryIpRecord, ServerRecord, VolumeRecord } from "../records";
import { needRoomInGroup } from "./placement-groups";
import { assignPrimaryIp, createPrimaryIp } from "./primary-ips";
import { needAttachable } from "./volumes";

const mostUserData = 32 * 1024;

/** A password as the API makes them for servers without keys. */
export function newPassword(): string {
  return randomBytes(15).toString("base64url");
}

/** The server type of a request, or `invalid_input`. */
export function readServerType(input: Input): ServerType | undefined {
  const wanted = input.idOrName("server_type");
  const type = serverTypes.find((each) => each.name === wanted || String(each.id) === String(wanted));
  if (!input.has("server_type")) input.wrong("server_type", "Missing data for required field.");
  else if (wanted !== undefined && !type)
    input.wrong("server_type", `server type '${String(wanted)}' does not exist`);
  return type;
}

/** The image of a request for an architecture, or `invalid_input`. */
export function readImage(input: Input, architecture: "x86" | "arm" | undefined): Image | undefined {
  const wanted = input.idOrName("image");
  if (!input.has("image")) return input.wrong("image", "Missing data for required field.");
  if (wanted === undefined) return undefined;
  const found = images.filter((each) => each.name === wanted || String(each.id) === String(wanted));
  const image = found.find((each) => each.architecture === architecture) ?? found[0];
  if (!image) return input.wrong("image", `image '${String(wanted)}' does not exist`);
  if (architecture && image.architecture !== architecture) {
    return input.wrong(
      "image",
      `image '${String(wanted)}' is for ${image.architecture}, the server type is ${architecture}`,
    );
  }
  return image;
}

interface Created {
  server: ServerRecord;
  action: ActionRecord;
  next: ActionRecord[];
  rootPassword: string | null;
}

export function createServer(cloud: Cloud, input: Input): Created {
  const { store } = cloud;
  const name = input.hostname("name") ?? input.needText("name");
  const type = readServerType(input);
  const image = readImage(input, type?.architecture);
  const location = readLocation(input) ?? defaultLocation;
  if (input.has("datacenter")) input.wrong("datacenter", "The parameter was removed, use location.");
  const userData = input.text("user_data") ?? "";
  if (Buffer.byteLength(userData) > mostUserData)
    input.wrong("user_data", `Longer than maximum length ${String(mostUserData)}.`);
  const labels = input.labels() ?? {};
  const startAfterCreate = input.flag("start_after_create") ?? true;
  input.flag("automount");
  const keys = readKeys(cloud, input);
  const firewalls = (input.objects("firewalls") ?? []).map((body) => new Input(body).needInteger("firewall"));
  const networks = input.integers("networks");
  const volumeIds = input.integers("volumes");
  const group = input.integer("placement_group");
  const publicNet = readPublicNet(input);
  const problem = type && orderProblem(type, location);
  if (problem !== undefined) input.wrong("server_type", problem);
  input.done();
  if (type && cloud.faults.isSoldOut(type.name, location)) {
    throw failure("resource_unavailable", "error during placement");
  }
  if (!type || !image) throw new Error("a server type or image that was not found went unreported");

  store.needFreeName("servers", name);
  for (const id of firewalls) store.get("firewalls", id);
  if (group !== undefined) needRoomInGroup(cloud, group);
  const volumes = volumeIds.map((id) => store.get("volumes", id));
  for (const volume of volumes) needAttachable(volume, { location });
  const nets = networks.map((id) => {
    const network = store.get("networks", id);
    return privateNet(network, addressInNetwork(store, network, location, {}), []);
  });
  if (!publicNet.ipv4 && !publicNet.ipv6 && nets.length === 0 && startAfterCreate) {
    throw invalidField(
      "public_net",
      "a server without public addresses needs a network or start_after_create false",
    );
  }
  const given = [
    ...(publicNet.ipv4 ? [publicNet.ipv4Id] : []),
    ...(publicNet.ipv6 ? [publicNet.ipv6Id] : []),
  ];
  for (const id of given) if (id !== undefined) needUsable(store.get("primary_ips", id), location);

  const rootPassword = keys.length === 0 ? newPassword() : null;
  const server = store.add("servers", {
    id: store.newId(),
    name,
    labels,
    created: new Date().toISOString(),
    status: "initializing",
    server_type: type.name,
    image: image.id,
    location,
    primary_disk_size: type.disk,
    primary_ipv4: null,
    primary_ipv6: null,
    private_net: nets,
    placement_group: group ?? null,
    backup_window: null,
    rescue_enabled: false,
    protection: { delete: false, rebuild: false },
    lab: {
      user_data: userData,
      ssh_public_keys: keys,
      root_password: rootPassword,
      made: false,
      on: startAfterCreate,
    },
  });
  for (const version of ["ipv4", "ipv6"] as const) {
    if (!publicNet[version]) continue;
    const id = publicNet[`${version}Id`];
    const ip =
      id === undefined
        ? createPrimaryIp(cloud, version, location, { auto_delete: true })
        : store.get("primary_ips", id);
    assignPrimaryIp(ip, server);
  }
  for (const volume of volumes) volume.server = server.id;
  for (const id of firewalls)
    store.get("firewalls", id).applied_to.push({ type: "server", server: { id: server.id } });
  return { server, rootPassword, ...begin(cloud, server, volumes) };
}

function readKeys(cloud: Cloud, input: Input): string[] {
  const wanted = input.raw("ssh_keys");
  if (wanted === undefined || wanted === null) return [];
  if (!Array.isArray(wanted)) return input.wrong("ssh_keys", "Not a valid list.") ?? [];
  return wanted.flatMap((idOrName) => {
    const key = cloud.store
      .all("ssh_keys")
      .find((each) => each.name === idOrName || String(each.id) === String(idOrName));
    if (!key) input.wrong("ssh_keys", `SSH key '${String(idOrName)}' not found`);
    return key ? [key.public_key] : [];
  });
}

function readPublicNet(input: Input): { ipv4: boolean; ipv6: boolean; ipv4Id?: number; ipv6Id?: number } {
  const net = new Input(input.object("public_net") ?? {});
  const read = {
    ipv4: net.flag("enable_ipv4") ?? true,
    ipv6: net.flag("enable_ipv6") ?? true,
    ipv4Id: net.integer("ipv4"),
    ipv6Id: net.integer("ipv6"),
  };
  for (const problem of net.problems) input.problems.push({ ...problem, name: `public_net.${problem.name}` });
  return read;
}

function needUsable(ip: PrimaryIpRecord, location: string): void {
  if (ip.assignee_id !== null) {
    throw failure(
      "primary_ip_assigned",
      `primary IP '${ip.name}' is already assigned to server ${String(ip.assignee_id)}`,
    );
  }
  if (ip.location !== location) {
    throw failure(
      "primary_ip_datacenter_mismatch",
      `primary IP is in ${ip.location}, the server in ${location}`,
    );
  }
}

/** Starts the actions that make the machine real. */
function begin(
  cloud: Cloud,
  server: ServerRecord,
  volumes: VolumeRecord[],
): Pick<Created, "action" | "next"> {
  const { actions, sync, machines } = cloud;
  const resource = { type: "server", id: server.id };
  const start = server.lab.on;
  const action = actions.start({
    command: "create_server",
    resources: [resource],
    locks: [resource],
    work: async () => {
      await sync.onServer(server, () => sync.make(server));
      server.status = start ? "starting" : "off";
      await sync.rebalance();
    },
    settled: (error) => {
      if (error) server.status = "unknown";
    },
  });
  const next: ActionRecord[] = [];
  if (start) {
    next.push(
      actions.start({
        command: "start_server",
        resources: [resource],
        locks: [resource],
        after: action,
        work: async () => {
          await sync.onServer(server, () => machines.start(String(server.id)));
          server.status = "running";
        },
      }),
    );
  }
  for (const net of server.private_net) {
    const resources = [resource, { type: "network", id: net.network }];
    next.push(actions.start({ command: "attach_to_network", resources, after: action }));
  }
  for (const volume of volumes) {
    next.push(
      actions.start({
        command: "attach_volume",
        resources: [resource, { type: "volume", id: volume.id }],
        after: action,
      }),
    );
  }
  return { action, next };
}
