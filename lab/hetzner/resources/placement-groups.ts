/** Placement groups: servers that are kept on different hosts. */
import type { Cloud } from "../cloud";
import { collection, rename } from "../collection";
import { failure } from "../errors";
import { idOf, noContent, ok, type Router } from "../http";
import { Input } from "../input";
import type { PlacementGroupRecord } from "../records";

/** Servers that a spread group can hold. */
export const maxServersInGroup = 10;

/** The group as the API shows it. */
export function viewPlacementGroup(cloud: Cloud, group: PlacementGroupRecord): object {
  const servers = cloud.store.all("servers").filter((server) => server.placement_group === group.id);
  return { ...group, servers: servers.map((server) => server.id) };
}

/** Throws when the group is full. */
export function needRoomInGroup(cloud: Cloud, id: number): void {
  const group = cloud.store.get("placement_groups", id);
  const members = cloud.store.all("servers").filter((server) => server.placement_group === id).length;
  if (members >= maxServersInGroup) {
    throw failure(
      "placement_error",
      `placement group '${group.name}' already has ${String(members)} servers`,
    );
  }
}

export function placementGroupRoutes(router: Router, cloud: Cloud): void {
  const { store } = cloud;
  const view = (group: PlacementGroupRecord): object => viewPlacementGroup(cloud, group);
  collection(router, cloud, "placement_groups", {
    view,
    filters: { type: (group, value) => group.type === value },
  });
  router.on("POST", "/placement_groups", (call) => {
    const input = new Input(call.body);
    const name = input.needText("name");
    const type = input.needOneOf("type", ["spread"]);
    const labels = input.labels() ?? {};
    input.done();
    store.needFreeName("placement_groups", name);
    const group = { id: store.newId(), name, labels, type, created: new Date().toISOString() };
    return ok({ placement_group: view(store.add("placement_groups", group)), action: null }, 201);
  });
  router.on("PUT", "/placement_groups/:id", (call) => {
    const group = store.get("placement_groups", idOf(call));
    rename(cloud, "placement_groups", group, new Input(call.body));
    return ok({ placement_group: view(group) });
  });
  router.on("DELETE", "/placement_groups/:id", (call) => {
    const group = store.get("placement_groups", idOf(call));
    if (store.all("servers").some((server) => server.placement_group === group.id)) {
      throw failure("resource_in_use", `placement group with ID '${String(group.id)}' is still in use`);
    }
    store.remove("placement_groups", group.id);
    return noContent;
  });
}
