/** Actions of servers that switch, change or rebuild the machine. Those about networks are in `server-networks.ts`. */
import { orderProblem } from "../catalogue/server-types";
import type { Cloud } from "../cloud";
import { command, reverseDns } from "../collection";
import { failure } from "../errors";
import type { Router } from "../http";
import type { Input } from "../input";
import { machineId, typeNamed } from "../machine-sync";
import type { ActionRecord, ServerRecord, ServerStatus } from "../records";
import { setPrimaryIpPointer } from "./primary-ips";
import { newPassword, readImage, readServerType } from "./server-create";

/** Starts an action that holds the server, after checking that no other does. */
export function startOnServer(
  cloud: Cloud,
  server: ServerRecord,
  verb: string,
  work?: () => Promise<void> | void,
  other?: { type: string; id: number },
): ActionRecord {
  const resource = { type: "server", id: server.id };
  return cloud.actions.start({
    command: verb,
    resources: [resource, ...(other ? [other] : [])],
    locks: [resource],
    work: work && (() => cloud.sync.onServer(server, async () => work())),
    settled: (error) => {
      if (error && isPassing(server.status)) server.status = server.lab.on ? "running" : "off";
    },
  });
}

function isPassing(status: ServerStatus): boolean {
  return ["starting", "stopping", "migrating", "rebuilding"].includes(status);
}

export function serverActionRoutes(router: Router, cloud: Cloud): void {
  const { machines, store } = cloud;
  const act = (
    verb: string,
    handle: (server: ServerRecord, input: Input) => ActionRecord | Record<string, unknown>,
  ): void => {
    command(router, cloud, "servers", verb, (server, input) => {
      cloud.actions.needFree({ type: "server", id: server.id });
      return handle(server, input);
    });
  };
  const turnOn = async (server: ServerRecord): Promise<void> => {
    await machines.start(machineId(server));
    server.status = "running";
  };
  const turnOff = async (server: ServerRecord, graceful: boolean): Promise<void> => {
    await machines.stop(machineId(server), graceful);
    server.status = "off";
  };
  const restart = async (server: ServerRecord, hard: boolean): Promise<void> => {
    await machines.reboot(machineId(server), hard);
    server.rescue_enabled = false;
    server.status = "running";
  };
  const passTo = (server: ServerRecord, status: ServerStatus, on: boolean): void => {
    server.status = status;
    server.lab.on = on;
  };

  act("poweron", (server) => {
    passTo(server, "starting", true);
    return startOnServer(cloud, server, "start_server", () => turnOn(server));
  });
  act("poweroff", (server) => {
    passTo(server, "stopping", false);
    return startOnServer(cloud, server, "stop_server", () => turnOff(server, false));
  });
  act("shutdown", (server) => {
    passTo(server, "stopping", false);
    return startOnServer(cloud, server, "shutdown_server", () => turnOff(server, true));
  });
  act("reboot", (server) => {
    needRunning(server);
    return startOnServer(cloud, server, "reboot_server", () => restart(server, false));
  });
  act("reset", (server) => {
    passTo(server, "starting", true);
    return startOnServer(cloud, server, "reset_server", () => restart(server, true));
  });
  act("rebuild", (server, input) => {
    const image = readImage(input, typeNamed(server.server_type).architecture);
    const userData = input.text("user_data");
    input.done();
    if (server.protection.rebuild) throw failure("protected", "server rebuild is protected");
    passTo(server, "rebuilding", true);
    server.image = image?.id ?? server.image;
    server.lab.user_data = userData ?? server.lab.user_data;
    server.lab.root_password = server.lab.ssh_public_keys.length === 0 ? newPassword() : null;
    const action = startOnServer(cloud, server, "rebuild_server", async () => {
      await machines.rebuild(cloud.sync.spec(server));
      await cloud.sync.applyFirewall(server);
      await turnOn(server);
    });
    return { action, root_password: server.lab.root_password };
  });
  act("change_type", (server, input) => {
    const type = readServerType(input);
    const upgradeDisk = input.flag("upgrade_disk") ?? false;
    const problem = type && orderProblem(type, server.location);
    if (problem !== undefined) input.wrong("server_type", problem);
    input.done();
    const before = typeNamed(server.server_type);
    if (server.status !== "off")
      throw failure("server_not_stopped", "server must be stopped to change its type");
    if (!type || type.name === before.name || type.architecture !== before.architecture) {
      throw failure(
        "invalid_server_type",
        `server type ${type?.name ?? ""} does not fit a server of type ${before.name}`,
      );
    }
    if (type.disk < server.primary_disk_size) {
      throw failure(
        "invalid_server_type",
        `the disk of ${type.name} is smaller than the server's ${String(server.primary_disk_size)} GB`,
      );
    }
    server.status = "migrating";
    return startOnServer(cloud, server, "change_server_type", async () => {
      await machines.resize(machineId(server), type.cores, type.memory * 1024);
      server.server_type = type.name;
      if (upgradeDisk) server.primary_disk_size = type.disk;
      server.status = "off";
    });
  });
  act("reset_password", (server) => {
    needRunning(server);
    const password = newPassword();
    const action = startOnServer(cloud, server, "reset_password", () =>
      cloud.sync.setPassword(server, password),
    );
    return { action, root_password: password };
  });
  act("enable_rescue", (server, input) => {
    input.oneOf("type", ["linux64"]);
    for (const id of input.integers("ssh_keys")) store.get("ssh_keys", id);
    input.done();
    if (server.rescue_enabled) throw failure("conflict", "rescue system is already enabled");
    const action = startOnServer(cloud, server, "enable_rescue", () => {
      server.rescue_enabled = true;
    });
    return { action, root_password: newPassword() };
  });
  act("disable_rescue", (server) =>
    startOnServer(cloud, server, "disable_rescue", () => {
      server.rescue_enabled = false;
    }),
  );
  act("enable_backup", (server) =>
    startOnServer(cloud, server, "enable_backup", () => {
      server.backup_window = "22-02";
    }),
  );
  act("disable_backup", (server) =>
    startOnServer(cloud, server, "disable_backup", () => {
      server.backup_window = null;
    }),
  );
  act("change_protection", (server, input) => {
    const wanted = { delete: input.flag("delete"), rebuild: input.flag("rebuild") };
    if (wanted.delete !== undefined && wanted.rebuild !== undefined && wanted.delete !== wanted.rebuild) {
      input.wrong("rebuild", "delete and rebuild must have the same value");
    }
    input.done();
    server.protection.delete = wanted.delete ?? server.protection.delete;
    server.protection.rebuild = wanted.rebuild ?? server.protection.rebuild;
    return startOnServer(cloud, server, "change_protection");
  });
  reverseDns(router, cloud, "servers", (server, pointer) =>
    [server.primary_ipv4, server.primary_ipv6].some(
      (id) => id !== null && setPrimaryIpPointer(store.get("primary_ips", id), pointer),
    ),
  );
  act("create_image", () => {
    throw failure("unsupported_error", "the lab makes no snapshots");
  });
  act("attach_iso", () => {
    throw failure("unsupported_error", "the lab has no ISOs");
  });
}

function needRunning(server: ServerRecord): void {
  if (server.status !== "running")
    throw failure("conflict", `server is ${server.status}, it must be running`);
}
