/** A small program in order, with one bad component: the one that is named in BAD. */
import {
  Accessory,
  App,
  Firewall,
  Proxy,
  Server,
  http,
  https,
  letsEncrypt,
  ssh,
  tcp,
} from "../../../components";

const bad = process.env["BAD"];
const edge = new Firewall("edge", {
  allow: [
    bad === "firewall" ? ssh.from("0.0.0.0/0") : ssh.from("203.0.113.0/24"),
    http,
    ...(bad === "proxy" ? [] : [https]),
    ...(bad === "warning" ? [tcp(5432).anywhere("the office")] : []),
  ],
});
const server = new Server("web-1", {
  type: bad === "server" ? "" : bad === "type" ? "cx99" : "cx23",
  location: "fsn1",
  firewalls: [edge],
  ssh: { privateKeyFile: process.env["SSH_KEY_FILE"] },
});
if (bad === "twice") new Server("web-1", { type: "cx23", firewalls: [edge] });
const proxy = new Proxy("proxy", { servers: [server], http3: bad === "proxy" });
new Accessory("search", {
  server,
  image: "getmeili/meilisearch:v1.11",
  port: 7700,
  publish: bad === "accessory" ? { public: true, reason: "demo" } : "loopback",
  hostPort: bad === "accessory" ? 443 : undefined,
});
new App("shop", {
  image: `${process.env["REGISTRY"] ?? "registry.test"}/shop`,
  version: bad === "app" ? "latest" : bad === "image" ? "arm" : "v1",
  inspectImage: process.env["REGISTRY"] === undefined ? false : "3s",
  proxy,
  route: { hosts: ["shop.test"], port: bad === "app" ? 0 : 3000, tls: letsEncrypt() },
  roles: { web: { servers: [server] } },
});
