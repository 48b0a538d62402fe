/** As the guide has it: a registry on one server, the build on another one, the app on all of them. */
import * as pulumi from "@pulumi/pulumi";
import { App, ExistingServer, Image, Proxy, Registry, ServerRegistry } from "../../../components";
import { type Site, environment, routeHost, timing } from "../site";

const { hosts, context } = JSON.parse(process.env["BENCH"] ?? "") as Site;
const config = new pulumi.Config();
const hub = config.require("registry");
// What Docker Hub is elsewhere: the app's base and the images of proxy and registry are there, and the app itself never is.
const registry = new Registry("registry", {
  address: hub,
  username: config.require("registryUser"),
  insecure: true,
  password: config.requireSecret("registryPassword"),
});
const servers = hosts.map(
  ({ name, address, privateAddress, hostKey }) =>
    new ExistingServer(name, {
      address,
      privateAddress,
      hostKey,
      architecture: "amd64",
      registries: [registry],
      ssh: { privateKeyFile: config.require("sshKeyFile") },
    }),
);
const [first, second] = servers as [ExistingServer, ExistingServer];
const images = new ServerRegistry("images", {
  server: first,
  clients: servers.slice(1),
  image: `${hub}/distribution`,
});
const image = new Image("shop", {
  repository: `${images.address}/shop`,
  context,
  args: { HUB: hub },
  registries: [registry, images],
  servers,
  builder: second,
});
const proxy = new Proxy("proxy", {
  servers,
  image: `${hub}/kamal-proxy:v0.9.2`,
  // Kamal's proxy has the usual one on the same servers.
  transform: { volume: { name: "bench-proxy-config" } },
});
new App("shop", {
  image,
  proxy,
  route: { hosts: [routeHost], port: 3000, drainTimeout: `${timing.drain}s` },
  readyTimeout: `${timing.ready}s`,
  stopTimeout: `${timing.stop}s`,
  roles: { web: { servers } },
  env: environment(hosts[0]?.privateAddress ?? ""),
  secrets: { POSTGRES_PASSWORD: config.requireSecret("databasePassword") },
});

/** Where the registry is, by the name that its hosts know it by. */
export const own = images.address;
