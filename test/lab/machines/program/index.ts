/** A server, made or there already, with an app and workers on it, as MACHINES says. */
import * as pulumi from "@pulumi/pulumi";
import {
  Accessory,
  App,
  ExistingServer,
  Firewall,
  Proxy,
  Registry,
  Server,
  http,
  ssh,
} from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["MACHINES"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const access = { privateKeyFile: edit.keyFile ?? config.require("sshKeyFile") };

function made(): Server {
  const edge = new Firewall(`${edit.name}-edge`, { allow: [ssh.from(config.require("operator")), http] });
  return new Server(edit.name, {
    type: "cx23",
    image: edit.image,
    firewalls: [edge],
    registries: [registry],
    cloudInit: edit.cloudInit,
    ssh: access,
  });
}

const server =
  edit.existing === undefined
    ? made()
    : new ExistingServer(edit.name, { address: edit.existing, ssh: access, registries: [registry] });

function deploy(): void {
  const proxy = new Proxy("proxy", { servers: [server], image: `${images}/kamal-proxy:v0.9.2` });
  new App("lite", {
    image: `${images}/lite`,
    version: "v1",
    proxy,
    route: { hosts: ["lite.test"], port: 3000 },
    roles: { web: { servers: [server] } },
  });
  for (let at = 1; at <= edit.workers; at++) {
    new Accessory(`worker-${at}`, {
      server,
      image: `${images}/lite:v1`,
      command: ["lite", "worker"],
      env: { ROUND: edit.round },
    });
  }
}

if (edit.apps) deploy();

export const address = server.address;
