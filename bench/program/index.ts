/** The lite app on so many servers behind their proxies. */
import * as pulumi from "@pulumi/pulumi";
import { App, Firewall, Proxy, Registry, Server, http, ssh } from "../../components";
import type { Settings } from "../settings";

const { servers, version, env } = JSON.parse(process.env["BENCH"] ?? "") as Settings;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  insecure: true,
  password: config.requireSecret("registryPassword"),
});
const edge = new Firewall("bench-edge", { allow: [ssh.from(config.require("operator")), http] });
const web = Array.from(
  { length: servers },
  (_, at) =>
    new Server(`bench-${at + 1}`, {
      type: "cx23",
      firewalls: [edge],
      registries: [registry],
      ssh: { privateKeyFile: config.require("sshKeyFile") },
    }),
);
const proxy = new Proxy("proxy", { servers: web, image: `${images}/kamal-proxy:v0.9.2` });
new App("lite", {
  image: `${images}/lite`,
  version,
  proxy,
  route: { hosts: ["lite.bench"], port: 3000 },
  readyTimeout: "20s",
  stopTimeout: "5s",
  roles: { web: { servers: web } },
  env,
  release: ["lite", "release"],
});

export const addresses = web.map((server) => server.address);
