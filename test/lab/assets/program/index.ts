/** Two servers with an app whose releases have assets of their own, released a host at a time. */
import * as pulumi from "@pulumi/pulumi";
import { App, Firewall, Proxy, Registry, Server, http, ssh } from "../../../../components";

const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const edge = new Firewall("test-assets", { allow: [ssh.from(config.require("operator")), http] });
const servers = ["test-assets-1", "test-assets-2"].map(
  (name) =>
    new Server(name, {
      type: "cx23",
      firewalls: [edge],
      registries: [registry],
      ssh: { privateKeyFile: config.require("sshKeyFile") },
    }),
);
const proxy = new Proxy("proxy", { servers, image: `${images}/kamal-proxy:v0.9.2` });

new App("lite", {
  image: `${images}/lite`,
  version: config.require("version"),
  proxy,
  route: { hosts: ["lite.test"], port: 3000 },
  roles: { web: { servers } },
  rollout: { batch: 1 },
  assetPath: config.get("assetPath") ?? "/public/assets",
  // The fewest that there may be: what a page has open is kept all the same.
  retainImages: 1,
});

export const addresses = servers.map(({ address }) => address);
