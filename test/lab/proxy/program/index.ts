/** A server with an app, made here or there already, behind a proxy of this stack or of another one, as PROXY says. */
import * as pulumi from "@pulumi/pulumi";
import {
  App,
  ExistingProxy,
  ExistingServer,
  Firewall,
  Proxy,
  Registry,
  Server,
  http,
  ssh,
} from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["PROXY"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});

function made(): Server {
  const edge = new Firewall("proxy-edge", { allow: [ssh.from(config.require("operator")), http] });
  return new Server("proxy-1", {
    type: "cx23",
    firewalls: [edge],
    registries: [registry],
    ssh: { privateKeyFile: config.require("sshKeyFile") },
  });
}

function there({ address, keyFile }: { address: string; keyFile: string }): ExistingServer {
  return new ExistingServer("proxy-1", {
    address,
    ssh: { privateKeyFile: keyFile },
    registries: [registry],
    preflight: { disk: "100m" },
  });
}

const server = edit.existing === undefined ? made() : there(edit.existing);
const proxy =
  edit.proxy === "own"
    ? new Proxy("proxy", { servers: [server], image: `${images}/kamal-proxy:${edit.tag}` })
    : new ExistingProxy("proxy", { servers: [server], owner: edit.owner });
new App(edit.app.name, {
  image: `${images}/lite`,
  version: edit.app.version,
  proxy,
  route: { hosts: [edit.app.host], port: 3000, drainTimeout: "5s" },
  stopTimeout: "5s",
  roles: { web: { servers: [server] } },
});

export const address = server.address;
