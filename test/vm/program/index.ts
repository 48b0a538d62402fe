/** The small app and a private Redis on one server, as the tests edit them from VM. */
import * as pulumi from "@pulumi/pulumi";
import { App, Firewall, Network, Proxy, Redis, Registry, Server, http, ssh } from "../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["VM"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const server = new Server(edit.server, {
  type: "cx23",
  image: "debian-13",
  network: new Network("vm-inside", {}),
  firewalls: [new Firewall("vm-edge", { allow: [ssh.from(config.require("operator")), http] })],
  registries: [registry],
  ssh: { privateKeyFile: config.require("sshKeyFile") },
});
const cache = new Redis("vm-cache", {
  server,
  image: `${images}/redis`,
  version: "7",
  password: config.requireSecret("redisPassword"),
  publish: "private",
});
new App("shop", {
  image: `${images}/lite`,
  version: edit.version,
  proxy: new Proxy("proxy", { servers: [server], image: `${images}/kamal-proxy:v0.9.2` }),
  route: { hosts: ["shop.vm"], port: 3000 },
  roles: {
    web: { servers: [server], resources: { memory: edit.memory, cpus: 0.5 } },
  },
  env: edit.env,
  secrets: { REDIS_URL: cache.url },
});

export const address = server.address;
export const privateAddress = cache.host;
