/** The embedded default: a whole small production on the lab, with no account anywhere. */
import * as pulumi from "@pulumi/pulumi";
import {
  App,
  Firewall,
  Image,
  Network,
  Postgres,
  Proxy,
  Redis,
  Registry,
  Server,
  ServerRegistry,
  http,
  https,
  icmp,
  ssh,
} from "../components";

const config = new pulumi.Config();
const access = { privateKeyFile: config.require("sshKeyFile") };
const registry = new Registry("registry", {
  address: config.require("registry"),
  username: config.require("registryUser"),
  // The lab's registry speaks plain HTTP; a registry of yours won't.
  insecure: true,
  password: config.requireSecret("registryPassword"),
});
const images = config.require("registry");

const edge = new Firewall("edge", { allow: [ssh.from(config.require("operator")), http, https, icmp] });
const inside = new Network("inside", {});
const server = (name: string): Server =>
  new Server(name, {
    type: "cx23",
    location: "fsn1",
    firewalls: [edge],
    network: inside,
    registries: [registry],
    ssh: access,
  });
const web = [server("web-1"), server("web-2")];
const worker = server("worker-1");

const proxy = new Proxy("proxy", {
  servers: web,
  image: `${images}/kamal-proxy:${config.get("proxyVersion") ?? "v0.9.2"}`,
});
const db = new Postgres("db", {
  server: worker,
  image: `${images}/postgres`,
  version: "15",
  password: config.requireSecret("dbPassword"),
  publish: "private",
});
const cache = new Redis("cache", {
  server: worker,
  image: `${images}/redis`,
  version: "7",
  password: config.requireSecret("redisPassword"),
  publish: "private",
});

/** The app from its sources: built on a server, and in no registry but that on one. */
function built(context: string): Image {
  const own = new ServerRegistry("images", {
    server: worker,
    clients: web,
    image: `${images}/distribution`,
  });
  const version = config.require("version");
  return new Image("shop", {
    repository: `${own.address}/shop`,
    context,
    version,
    args: { HUB: images, VERSION: version },
    registries: [registry, own],
    servers: [...web, worker],
    builder: worker,
  });
}
const sources = config.get("sources");

const shop = new App("shop", {
  image: sources === undefined ? `${images}/shop` : built(sources),
  version: config.require("version"),
  proxy,
  route: { hosts: config.getObject<string[]>("hosts") ?? ["shop.lab"], port: 3000 },
  roles: { web: { servers: web }, job: { servers: [worker], command: ["bin/jobs"] } },
  env: config.getObject<Record<string, string>>("env") ?? {},
  secrets: {
    DATABASE_URL: db.url,
    REDIS_URL: cache.url,
    SECRET_KEY_BASE: config.requireSecret("secretKeyBase"),
  },
  release: ["bin/rails", "db:prepare"],
});

export const version = shop.version;
export const addresses = web.map((host) => host.address);
export const addresses6 = web.map((host) => host.ipv6Address);
