/** Servers: read, create, rename, delete. Their actions are in `server-actions.ts`. */
import type { Cloud } from "../cloud";
import { collection, rename } from "../collection";
import { failure } from "../errors";
import { appliesTo } from "../firewall-rules";
import { idOf, ok, type Router } from "../http";
import { Input } from "../input";
import type { ServerRecord } from "../records";
import { createServer } from "./server-create";
import { removeServer } from "./server-delete";
import { viewServer } from "./server-view";

const serverSorts = ["id", "name", "created"];

export function serverRoutes(router: Router, cloud: Cloud): void {
  const { store, actions, sync } = cloud;
  const view = (server: ServerRecord): object => viewServer(cloud, server);
  collection(router, cloud, "servers", {
    view,
    sorts: serverSorts,
    filters: { status: (server, value) => server.status === value },
  });
  router.on("POST", "/servers", (call) => {
    const { server, action, next, rootPassword } = createServer(cloud, new Input(call.body));
    return ok({ server: view(server), action, next_actions: next, root_password: rootPassword }, 201);
  });
  router.on("PUT", "/servers/:id", async (call) => {
    const server = store.get("servers", idOf(call));
    const input = new Input(call.body);
    input.hostname("name");
    const before = store.all("firewalls").filter((firewall) => appliesTo(firewall, server));
    rename(cloud, "servers", server, input);
    const after = store.all("firewalls").filter((firewall) => appliesTo(firewall, server));
    if (before.length !== after.length || before.some((firewall) => !after.includes(firewall))) {
      await sync.applyFirewalls([server]);
    }
    if (input.has("labels")) await sync.rebalance();
    return ok({ server: view(server) });
  });
  router.on("DELETE", "/servers/:id", (call) => {
    const server = store.get("servers", idOf(call));
    if (server.protection.delete) throw failure("protected", "server deletion is protected");
    actions.needFree({ type: "server", id: server.id });
    const resource = { type: "server", id: server.id };
    server.status = "deleting";
    server.lab.on = false;
    const action = actions.start({
      command: "delete_server",
      resources: [resource],
      locks: [resource],
      work: () => removeServer(cloud, server),
    });
    return ok({ action });
  });
}
