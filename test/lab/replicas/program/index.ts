/** A server with an app, of whose roles it has as many containers as REPLICAS says. */
import * as pulumi from "@pulumi/pulumi";
import { App, Firewall, Proxy, Registry, Server, http, ssh } from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["REPLICAS"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const edge = new Firewall("test-replicas", { allow: [ssh.from(config.require("operator")), http] });
const server = new Server("rep-1", {
  type: "cx23",
  firewalls: [edge],
  registries: [registry],
  ssh: { privateKeyFile: config.require("sshKeyFile") },
});
const proxy = new Proxy("proxy", {
  servers: [server],
  image: `${images}/kamal-proxy:v0.9.2`,
  debug: edit.debug,
});
new App("shop", {
  image: `${images}/lite`,
  version: edit.version,
  proxy,
  route: { hosts: ["shop.replicas"], port: 3000, drainTimeout: "5s" },
  roles: {
    web: { servers: [server], ...(edit.web === undefined ? {} : { replicas: edit.web }) },
    job: { servers: [server], replicas: edit.job, command: ["lite", "worker"], readyDelay: "1s" },
  },
  env: edit.env,
  stopTimeout: "5s",
  readyTimeout: "15s",
});

export const address = server.address;
