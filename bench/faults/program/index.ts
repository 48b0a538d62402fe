/** The shop on two or three servers behind their proxies, an accessory, and a second app that comes and goes. */
import * as pulumi from "@pulumi/pulumi";
import { Accessory, App, Firewall, Proxy, Registry, Server, http, ssh } from "../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["FAULTS"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  insecure: true,
  password: config.requireSecret("registryPassword"),
});
const edge = new Firewall("faults-edge", { allow: [ssh.from(config.require("operator")), http] });
const server = (name: string): Server =>
  new Server(name, {
    type: "cx23",
    firewalls: [edge],
    registries: [registry],
    ssh: { privateKeyFile: config.require("sshKeyFile") },
  });
const first = server("faults-1");
const second = server("faults-2");
const servers = [first, second, ...(edit.third ? [server("faults-3")] : [])];
const proxy = new Proxy("proxy", { servers, image: `${images}/kamal-proxy:v0.9.2`, debug: edit.debug });
const common = { proxy, stopTimeout: "5s" as const, readyTimeout: "40s" as const };
const accessory = { image: `${images}/redis:7`, port: 6379, ready: { command: ["redis-cli", "ping"] } };

new Accessory("cache", {
  ...accessory,
  server: first,
  volumes: { data: "/data" },
  labels: { round: String(edit.round) },
});
new App("shop", {
  ...common,
  image: `${images}/lite`,
  version: `v${edit.version}`,
  roles: {
    web: { servers, route: { hosts: ["shop.faults"], port: 3000, drainTimeout: "5s" } },
    job: { servers: [first], command: ["lite", "worker"], readyDelay: "1s" },
  },
  env: { BOOT_DELAY: "1" },
  release: ["lite", "release"],
});
if (edit.news) {
  new Accessory("store", { ...accessory, server: first, volumes: { data: "/data" } });
  new App("news", {
    ...common,
    image: `${images}/lite`,
    version: "v9",
    route: { hosts: ["news.faults"], port: 3000, drainTimeout: "5s" },
    roles: { web: { servers: [first, second], volumes: { files: "/files" } } },
    release: ["lite", "release"],
  });
}
