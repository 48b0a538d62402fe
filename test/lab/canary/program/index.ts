/** A server with an app, of whose web there is a canary, which another role reads for, and that has a worker of another image, as CANARY says. */
import * as pulumi from "@pulumi/pulumi";
import { App, Firewall, Proxy, Registry, Server, http, ssh } from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["CANARY"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const edge = new Firewall("test-canary", { allow: [ssh.from(config.require("operator")), http] });
const server = new Server("can-1", {
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
const { canary, readers, worker, writerAffinity, responseTimeout } = edit;
new App("shop", {
  image: `${images}/lite`,
  version: edit.version,
  proxy,
  route: {
    hosts: ["shop.canary"],
    port: 3000,
    ...{ drainTimeout: "5s", responseTimeout },
    ...(writerAffinity === undefined ? {} : { readers: { writerAffinity } }),
  },
  roles: {
    web: { servers: [server], ...(canary === undefined ? {} : { canary }) },
    ...(readers === undefined
      ? {}
      : { reader: { servers: [server], reads: "web", replicas: readers, env: { READS: "yes" } } }),
    ...(worker === undefined
      ? {}
      : {
          worker: {
            servers: [server],
            ...{ image: `${images}/${worker.image}`, version: worker.version },
            command: ["sleep", "infinity"],
          },
        }),
  },
  release: ["lite", "release"],
  stopTimeout: "5s",
  readyTimeout: "15s",
});

export const address = server.address;
