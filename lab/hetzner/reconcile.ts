/** After a restart: brings volumes, networks, machines and balancers to what the state says. */
import type { Cloud } from "./cloud";
import { machineId } from "./machine-sync";
import type { ServerRecord } from "./records";
import { removeServer } from "./resources/server-delete";

/** Starts what was on, makes what is missing, ends what a former process had begun to delete. */
export async function reconcile(cloud: Cloud, log: (line: string) => void): Promise<void> {
  const { store, sync, machines, actions } = cloud;
  actions.endInterrupted();
  const attempt = async (what: string, work: () => Promise<void>, failed?: () => void): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failed?.();
      log(`${what} was not restored: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  for (const network of store.all("networks")) {
    await attempt(`network ${network.name}`, () =>
      machines.createNetwork(String(network.id), network.ip_range),
    );
  }
  for (const volume of store.all("volumes").filter((each) => each.status === "creating")) {
    await attempt(`volume ${volume.name}`, async () => {
      await machines.createVolume(String(volume.id), volume.size);
      volume.status = "available";
    });
  }
  await Promise.all(
    store.all("servers").map((server) =>
      attempt(
        `server ${server.name}`,
        () => (server.status === "deleting" ? removeServer(cloud, server) : restore(cloud, server)),
        () => (server.status = "unknown"),
      ),
    ),
  );
  await attempt("load balancers", () => sync.rebalance());
  store.save();
}

function restore({ sync, machines }: Cloud, server: ServerRecord): Promise<void> {
  const id = machineId(server);
  return sync.onServer(server, async () => {
    if (!(await machines.exists(id))) await sync.make(server);
    else if (server.lab.on) {
      await machines.start(id);
      await sync.applyFirewall(server);
    }
    server.lab.made = true;
    server.status = server.lab.on ? "running" : "off";
  });
}
