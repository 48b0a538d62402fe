/** Three machines, each reached in another way, as WAYS says, with an app on the one whose user has the group docker alone. */
import * as pulumi from "@pulumi/pulumi";
import { App, ExistingServer, Proxy, Registry, http } from "../../../../components";
import type { Edit } from "../edit";

const { settings, lockedKey, agentKey, member, version } = JSON.parse(process.env["WAYS"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const common = { registries: [registry], preflight: { disk: "1g" } as const };

new ExistingServer("by-alias", { address: "first.alias", ssh: { configFile: settings }, ...common });
new ExistingServer("by-command", {
  address: "second.alias",
  ssh: { configFile: settings, user: "ubuntu", publicKey: agentKey },
  ...common,
});
const server = new ExistingServer("by-docker", {
  address: member.address,
  hostKey: member.hostKey,
  ssh: { user: member.user, privateKeyFile: lockedKey, configFile: false },
  firewall: { allow: [http] },
  ...common,
});
new App("lite", {
  image: `${images}/lite`,
  version,
  proxy: new Proxy("proxy", { servers: [server], image: `${images}/kamal-proxy:v0.9.2` }),
  route: { hosts: ["ways.test"], port: 3000 },
  roles: { web: { servers: [server] } },
  release: ["lite", "release"],
});
