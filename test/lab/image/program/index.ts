/** An app whose image is built on the server that it runs on, and all that the tests edit of it, from IMAGE. */
import * as pulumi from "@pulumi/pulumi";
import { Accessory, App, Firewall, Image, Proxy, Registry, Server, http, ssh } from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["IMAGE"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  // The lab's registry speaks plain HTTP.
  insecure: true,
});
const edge = new Firewall("test-image", { allow: [ssh.from(config.require("operator")), http] });
const server = new Server("test-image", {
  type: "cx23",
  firewalls: [edge],
  registries: [registry],
  ssh: { privateKey: config.requireSecret("sshKey"), publicKey: config.require("sshPublicKey") },
});
const proxy = new Proxy("proxy", { servers: [server], image: `${images}/kamal-proxy:v0.9.2` });

// What makes an sbom, in place of BuildKit's own from Docker Hub.
new Image("scanner", {
  repository: `${images}/scanner`,
  version: "v1",
  context: "scanner",
  args: { REGISTRY: images },
  registries: [registry],
  servers: [server],
  builder: server,
});
const image = new Image("shop", {
  repository: `${images}/built`,
  context: "shop",
  dockerfile: "docker/web.Dockerfile",
  target: "web",
  args: { REGISTRY: images, NOTE: edit.note },
  secrets: { TOKEN: config.requireSecret("token") },
  cache: { type: "registry", options: { compression: "gzip", "ignore-error": "true" } },
  ...(edit.attested === true ? { sbom: `${images}/scanner:v1`, provenance: "max" } : {}),
  registries: [registry],
  servers: [server],
  builder: server,
});
new App("shop", {
  image,
  ...(edit.version === undefined ? {} : { version: edit.version }),
  proxy,
  route: { hosts: ["shop.test"], port: 3000 },
  roles: { web: { servers: [server] } },
});

if (edit.accessory === true)
  new Accessory("cache", {
    server,
    image: new Image("cache", {
      repository: `${images}/cache`,
      version: "1",
      context: "cache",
      args: { REGISTRY: images },
      registries: [registry],
      servers: [server],
      builder: server,
    }),
    port: 6379,
    ready: { command: ["redis-cli", "ping"] },
  });

export const address = server.address;
export const reference = image.reference;
