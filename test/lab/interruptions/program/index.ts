/** Two apps on two servers behind one proxy each, with what the tests edit from INTERRUPTIONS. */
import * as pulumi from "@pulumi/pulumi";
import { App, Firewall, Proxy, Registry, Server, http, ssh } from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["INTERRUPTIONS"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  insecure: true,
  password: config.requireSecret("registryPassword"),
});
const edge = new Firewall("turn-edge", { allow: [ssh.from(config.require("operator")), http] });
const servers = ["turn-1", "turn-2"].map(
  (name) =>
    new Server(name, {
      type: "cx23",
      firewalls: [edge],
      registries: [registry],
      ssh: { privateKeyFile: config.require("sshKeyFile") },
    }),
);
const proxy = new Proxy("proxy", { servers, image: `${images}/kamal-proxy:v0.9.2` });
const common = { image: `${images}/lite`, proxy, stopTimeout: "5s" as const };
new App("shop", {
  ...common,
  version: edit.version,
  readyTimeout: edit.readyTimeout,
  roles: {
    [edit.role]: {
      servers,
      ...(edit.routed ? { route: { hosts: edit.shopHosts, port: 3000, drainTimeout: "5s" as const } } : {}),
    },
    job: { servers: servers.slice(0, 1), command: ["lite", "worker"], readyDelay: "1s" },
  },
  env: edit.env,
  release: ["lite", "release"],
});
new App("blog", {
  ...common,
  version: "v9",
  route: { hosts: edit.blogHosts, port: 3000, drainTimeout: "5s" },
  roles: { web: { servers } },
});

export const addresses = servers.map((server) => server.address);
