/** Volumes. */
import { locationNamed } from "../catalogue/locations";
import type { Cloud } from "../cloud";
import { collection, command, deleteProtection, needDeletable, rename } from "../collection";
import { failure, invalidField } from "../errors";
import { idOf, noContent, ok, type Router } from "../http";
import { Input } from "../input";
import { readLocation } from "./location";
import type { ActionRecord, ServerRecord, VolumeRecord } from "../records";

const sizes = { least: 10, most: 10240 };

function view(volume: VolumeRecord): object {
  return { ...volume, location: locationNamed(volume.location) };
}

/** Throws when the volume cannot go to the server. */
export function needAttachable(volume: VolumeRecord, server: Pick<ServerRecord, "location">): void {
  if (volume.server !== null) {
    throw failure(
      "volume_already_attached",
      `volume is already attached to server ${String(volume.server)}, detach first`,
    );
  }
  if (volume.location !== server.location) {
    throw invalidField("server", `volume is in ${volume.location}, the server in ${server.location}`);
  }
}

export function volumeRoutes(router: Router, cloud: Cloud): void {
  const { store, actions, machines, sync } = cloud;
  collection(router, cloud, "volumes", {
    view,
    filters: { status: (volume, value) => volume.status === value },
  });
  deleteProtection(router, cloud, "volumes");
  const volumeOf = (volume: VolumeRecord): { type: string; id: number } => ({
    type: "volume",
    id: volume.id,
  });
  const serverOf = (id: number): { type: string; id: number } => ({ type: "server", id });

  const attach = (volume: VolumeRecord, server: ServerRecord, after?: ActionRecord): ActionRecord => {
    volume.server = server.id;
    return actions.start({
      command: "attach_volume",
      resources: [serverOf(server.id), volumeOf(volume)],
      locks: [serverOf(server.id), volumeOf(volume)],
      after,
      work: () => sync.onServer(server, () => machines.attachVolume(String(server.id), String(volume.id))),
      settled: (error) => {
        if (error) volume.server = null;
      },
    });
  };

  router.on("POST", "/volumes", (call) => {
    const input = new Input(call.body);
    const name = input.needText("name");
    const size = input.needInteger("size");
    const serverId = input.integer("server");
    const place = readLocation(input);
    const format = input.oneOf("format", ["ext4", "xfs"]) ?? null;
    input.flag("automount");
    const labels = input.labels() ?? {};
    if (input.has("size") && (size < sizes.least || size > sizes.most)) {
      input.wrong("size", `Must be between ${String(sizes.least)} and ${String(sizes.most)}.`);
    }
    if (!input.has("location") && serverId === undefined) {
      input.wrong("location", "Missing data for required field: give a location or a server.");
    }
    input.done();
    store.needFreeName("volumes", name);
    const server = serverId === undefined ? undefined : store.get("servers", serverId);
    if (server) actions.needFree(serverOf(server.id));
    const id = store.newId();
    const volume = store.add("volumes", {
      id,
      name,
      labels,
      created: new Date().toISOString(),
      status: "creating",
      server: null,
      location: server?.location ?? place ?? "",
      size,
      format,
      linux_device: `/dev/disk/by-id/scsi-0HC_Volume_${String(id)}`,
      protection: { delete: false },
    });
    const action = actions.start({
      command: "create_volume",
      resources: [volumeOf(volume), ...(server ? [serverOf(server.id)] : [])],
      work: async () => {
        await machines.createVolume(String(id), size);
        volume.status = "available";
      },
    });
    const next = server ? [attach(volume, server, action)] : [];
    return ok({ volume: view(volume), action, next_actions: next }, 201);
  });
  router.on("PUT", "/volumes/:id", (call) => {
    const volume = store.get("volumes", idOf(call));
    rename(cloud, "volumes", volume, new Input(call.body));
    return ok({ volume: view(volume) });
  });
  router.on("DELETE", "/volumes/:id", async (call) => {
    const volume = store.get("volumes", idOf(call));
    needDeletable("volumes", volume);
    actions.needFree(volumeOf(volume));
    if (volume.server !== null) {
      throw failure(
        "resource_in_use",
        `volume with ID '${String(volume.id)}' is attached to server ${String(volume.server)}`,
      );
    }
    await machines.removeVolume(String(volume.id));
    store.remove("volumes", volume.id);
    return noContent;
  });
  command(router, cloud, "volumes", "attach", (volume, input) => {
    const id = input.needInteger("server");
    input.flag("automount");
    input.done();
    const server = store.get("servers", id);
    needAttachable(volume, server);
    actions.needFree(volumeOf(volume), serverOf(id));
    return attach(volume, server);
  });
  command(router, cloud, "volumes", "detach", (volume) => {
    if (volume.server === null) throw invalidField("server", "volume is not attached to a server");
    const server = store.get("servers", volume.server);
    actions.needFree(volumeOf(volume), serverOf(server.id));
    return actions.start({
      command: "detach_volume",
      resources: [serverOf(server.id), volumeOf(volume)],
      locks: [serverOf(server.id), volumeOf(volume)],
      work: async () => {
        await sync.onServer(server, () => machines.detachVolume(String(server.id), String(volume.id)));
        volume.server = null;
      },
    });
  });
  command(router, cloud, "volumes", "resize", (volume, input) => {
    const size = input.needInteger("size");
    if (size <= volume.size) input.wrong("size", `a volume can only grow: it has ${String(volume.size)} GB`);
    if (size > sizes.most) input.wrong("size", `Must be at most ${String(sizes.most)}.`);
    input.done();
    actions.needFree(volumeOf(volume));
    return actions.start({
      command: "resize_volume",
      resources: [volumeOf(volume)],
      locks: [volumeOf(volume)],
      work: async () => {
        await machines.resizeVolume(String(volume.id), size);
        volume.size = size;
      },
    });
  });
}
