/** What Kamal's configuration says, as a program: the app on servers that are there already. */
import * as pulumi from "@pulumi/pulumi";
import { App, ExistingServer, Proxy, Registry } from "../../components";
import type { Release } from "../compare/cases";
import { routeHost } from "../compare/names";
import { timing } from "../compare/timing";
import type { Host } from "../hosts/hosts";

const { hosts, release } = JSON.parse(process.env["BENCH"] ?? "") as { hosts: Host[]; release: Release };
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  insecure: true,
  password: config.requireSecret("registryPassword"),
});
const servers = hosts.map(
  ({ name, address, hostKey }) =>
    new ExistingServer(name, {
      address,
      hostKey,
      architecture: "amd64",
      registries: [registry],
      ssh: { privateKeyFile: config.require("sshKeyFile") },
    }),
);
const proxy = new Proxy("proxy", {
  servers,
  image: `${images}/kamal-proxy:v0.9.2`,
  // Kamal's proxy has the usual one on the same servers.
  transform: { volume: { name: "bench-proxy-config" } },
});
// Not "lite": Kamal looks for its own containers by that label.
new App("lite-app", {
  image: `${images}/lite`,
  version: release.version,
  proxy,
  route: { hosts: [routeHost], port: 3000, drainTimeout: `${timing.drain}s` },
  readyTimeout: `${timing.ready}s`,
  stopTimeout: `${timing.stop}s`,
  roles: { web: { servers } },
  env: release.env,
});
