/** An app and its database on one server, a second server, and all that the fixtures edit from FAULTS. */
import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { App, Firewall, Postgres, Proxy, Registry, Server, http, ssh } from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["FAULTS"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  insecure: true,
  password:
    edit.registryPassword === undefined
      ? config.requireSecret("registryPassword")
      : pulumi.secret(edit.registryPassword),
});
const edge = new Firewall("fault-edge", { allow: [ssh.from(config.require("operator")), http] });
const server = (name: string): Server =>
  new Server(name, {
    type: edit.type,
    firewalls: [edge],
    registries: [registry],
    ssh: { privateKeyFile: config.require("sshKeyFile") },
  });
const web = server("fault-1");
const second = server("fault-2");
// Docker's data is put on them, so that a full disk is that server's alone.
const filled = edit.kamal ? [web, server("fault-3")] : [web];
const disks = filled.map(
  (host) => new hcloud.Volume(`${host.hostName}-disk`, { size: 10, serverId: host.server.id.apply(Number) }),
);

function deploy(): void {
  const proxy = new Proxy("proxy", {
    servers: edit.second ? [web, second] : [web],
    image: `${images}/kamal-proxy:${edit.proxy}`,
  });
  const password = config.requireSecret("dbPassword");
  const db = new Postgres("fault-db", {
    server: web,
    image: `${images}/postgres`,
    version: "15",
    password,
  });
  const { host = db.host, port = db.port, ...given } = edit.database;
  const { publish, proxyFlags } = edit;
  new App("shop", {
    image: `${images}/${edit.image}`,
    version: edit.version,
    proxy,
    route: {
      hosts: edit.hosts,
      port: edit.port,
      health: { path: edit.healthPath, timeout: "3s" },
      drainTimeout: "2s",
    },
    readyTimeout: edit.readyTimeout,
    stopTimeout: "2s",
    roles: { web: { servers: [web], command: edit.command, resources: { memory: edit.memory } } },
    env: edit.env,
    secrets: {
      ...edit.secrets,
      DATABASE_URL: pulumi.interpolate`postgres://app:${given.password ?? password}@${host}:${port}/app`,
    },
    volumes: edit.volumes,
    release: edit.release,
    transform: {
      container: (args) => {
        args.body = {
          HostConfig: { ReadonlyRootfs: edit.readOnly, Dns: edit.dns, DnsOptions: edit.dnsOptions },
        };
        if (publish !== undefined) args.ports = [{ internal: edit.port, external: publish, ip: "0.0.0.0" }];
      },
      switch: (args) => {
        if (proxyFlags === undefined) return;
        args.route = pulumi.output(args.route).apply((route) => route && { ...route, flags: proxyFlags });
      },
    },
  });
}

if (!edit.bare) deploy();

export const addresses = Object.fromEntries(
  [web, second, ...filled].map((host) => [host.hostName, host.address]),
);
/** The device of each server's disk. */
export const devices = Object.fromEntries(filled.map((host, at) => [host.hostName, disks[at]?.linuxDevice]));
