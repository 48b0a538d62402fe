/**
 * Staging at Hetzner on one server, to be copied: the import is from "pulumi-sextant" in a project of your own. Set the
 * configuration named in Pulumi.staging.yaml first.
 */
import * as pulumi from "@pulumi/pulumi";
import {
  App,
  Firewall,
  Postgres,
  Proxy,
  Registry,
  Server,
  http,
  https,
  icmp,
  letsEncrypt,
  ssh,
} from "../components";

const config = new pulumi.Config();
const registry = new Registry("registry", {
  address: config.require("registry"),
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
});

const edge = new Firewall("edge", { allow: [ssh.from(config.require("office")), http, https, icmp] });
const server = new Server("staging", {
  type: "cx23",
  location: "fsn1",
  firewalls: [edge],
  registries: [registry],
  ssh: { privateKeyFile: config.require("sshKeyFile") },
});
const proxy = new Proxy("proxy", { servers: [server] });
const db = new Postgres("db", { server, version: "15", password: config.requireSecret("dbPassword") });

const shop = new App("shop", {
  image: `${config.require("registry")}/shop`,
  version: config.require("version"),
  proxy,
  route: { hosts: config.requireObject<string[]>("hosts"), port: 3000, tls: letsEncrypt() },
  roles: { web: { servers: [server] }, job: { servers: [server], command: ["bin/jobs"] } },
  env: { RAILS_ENV: "production" },
  secrets: { DATABASE_URL: db.url, RAILS_MASTER_KEY: config.requireSecret("railsMasterKey") },
  release: ["bin/rails", "db:prepare"],
});

export const version = shop.version;
export const address = server.address;
