/** A machine behind a jump host and the jump host itself, by users with sudo, as ACCESS says. */
import * as pulumi from "@pulumi/pulumi";
import { App, ExistingServer, Proxy, Redis, Registry } from "../../../../components";
import type { Edit } from "../edit";

const { inner, outer, jump, version, cacheOn, apps } = JSON.parse(process.env["ACCESS"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const privateKeyFile = config.require("sshKeyFile");
const common = { registries: [registry], preflight: { disk: "1g" } as const };

const first = new ExistingServer("inner", {
  address: inner.address,
  hostKey: inner.hostKey,
  docker: "install",
  ssh: { user: inner.user, port: inner.port, privateKeyFile, jumpHost: jump },
  ...common,
});
const second = new ExistingServer("outer", {
  address: outer.address,
  hostKey: outer.hostKey,
  ssh: { user: outer.user, port: outer.port, privateKeyFile },
  ...common,
});

function deploy(): void {
  const proxy = new Proxy("proxy", { servers: [first], image: `${images}/kamal-proxy:v0.9.2` });
  new App("lite", {
    image: `${images}/lite`,
    version,
    proxy,
    route: { hosts: ["lite.test"], port: 3000 },
    roles: { web: { servers: [first] } },
    release: ["lite", "release"],
    secrets: { TOKEN: config.requireSecret("token") },
  });
  new Redis("cache", {
    server: cacheOn === "inner" ? first : second,
    image: `${images}/redis`,
    version: "7",
    data: "move",
  });
}

if (apps) deploy();
