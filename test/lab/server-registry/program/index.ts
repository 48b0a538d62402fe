/** An app on two servers, whose image is built on the first of them and has never been in another registry. */
import * as pulumi from "@pulumi/pulumi";
import {
  App,
  Firewall,
  Image,
  Network,
  Proxy,
  Registry,
  Server,
  ServerRegistry,
  http,
  ssh,
} from "../../../../components";

const config = new pulumi.Config();
const public_ = config.require("registry");
// What Docker Hub is elsewhere.
const hub = new Registry("hub", {
  address: public_,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const edge = new Firewall("test-own", { allow: [ssh.from(config.require("operator")), http] });
const network = new Network("test-own", {});
const servers = ["test-own-1", "test-own-2"].map(
  (name) =>
    new Server(name, {
      type: "cx23",
      firewalls: [edge],
      network,
      registries: [hub],
      ssh: { privateKeyFile: config.require("sshKeyFile") },
    }),
);
const [first, second] = servers as [Server, Server];
const images = new ServerRegistry("images", {
  server: second,
  clients: [first],
  image: `${public_}/distribution`,
  keep: 2,
});
const image = new Image("lite", {
  repository: `${images.address}/lite`,
  context: "app",
  args: { HUB: public_ },
  registries: [hub, images],
  servers,
  // One of the machine that runs Pulumi, or a server.
  builder: config.get("builder") ?? first,
  version: config.require("version"),
});
const proxy = new Proxy("proxy", { servers, image: `${public_}/kamal-proxy:v0.9.2` });
new App("lite", {
  image,
  proxy,
  route: { hosts: ["lite.test"], port: 3000 },
  roles: { web: { servers } },
});

export const addresses = servers.map(({ address }) => address);
export const privateAddress = second.privateAddress;
export const reference = image.reference;
