/**
 * Production at Hetzner, to be copied: the import is from "pulumi-sextant" in a project of your own. Set the configuration named in
 * Pulumi.production.yaml first.
 */
import * as pulumi from "@pulumi/pulumi";
import {
  App,
  Firewall,
  Network,
  Postgres,
  Proxy,
  Redis,
  Registry,
  Server,
  http,
  https,
  icmp,
  ownCertificate,
  ssh,
} from "../components";

const config = new pulumi.Config();
const registry = new Registry("registry", {
  address: config.require("registry"),
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
});

const edge = new Firewall("edge", { allow: [ssh.from(config.require("office")), http, https, icmp] });
const inside = new Network("inside", {});
const server = (name: string, type: string): Server =>
  new Server(name, {
    type,
    location: "fsn1",
    firewalls: [edge],
    network: inside,
    registries: [registry],
    ssh: { privateKeyFile: config.require("sshKeyFile") },
    protect: true,
  });
const web = [server("web-1", "cx33"), server("web-2", "cx33")];
const data = server("data-1", "cx33");

const proxy = new Proxy("proxy", { servers: web });
const db = new Postgres("db", {
  server: data,
  version: "15",
  password: config.requireSecret("dbPassword"),
  publish: "private",
});
const cache = new Redis("cache", {
  server: data,
  version: "7",
  password: config.requireSecret("redisPassword"),
  publish: "private",
});

const shop = new App("shop", {
  image: `${config.require("registry")}/shop`,
  version: config.require("version"),
  proxy,
  route: {
    hosts: config.requireObject<string[]>("hosts"),
    port: 3000,
    // Two hosts cannot both answer one Let's Encrypt challenge: several web servers bring their own certificate.
    tls: ownCertificate(config.require("certificate"), config.requireSecret("certificateKey")),
  },
  roles: { web: { servers: web }, job: { servers: [data], command: ["bin/jobs"] } },
  rollout: { batch: "50%" },
  env: { RAILS_ENV: "production" },
  secrets: {
    DATABASE_URL: db.url,
    REDIS_URL: cache.url,
    RAILS_MASTER_KEY: config.requireSecret("railsMasterKey"),
  },
  release: ["bin/rails", "db:prepare"],
});

export const version = shop.version;
export const addresses = web.map((host) => host.address);
