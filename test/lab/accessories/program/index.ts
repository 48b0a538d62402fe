/** One server with data on it: Postgres as up to 17 and as from 18 on, Redis and Valkey, and an image whose data no argument names. */
import * as pulumi from "@pulumi/pulumi";
import {
  Accessory,
  Firewall,
  Postgres,
  Proxy,
  Redis,
  Registry,
  Server,
  http,
  ssh,
} from "../../../../components";
import { servers, type Edit } from "../edit";

const edit = JSON.parse(process.env["ACCESSORIES"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const server = new Server("test-data", {
  type: "cx23",
  firewalls: [new Firewall("test-data", { allow: [ssh.from(config.require("operator")), http] })],
  registries: [registry],
  ssh: { privateKeyFile: config.require("sshKeyFile") },
});
const labels = { round: edit.round };
const password = config.requireSecret("dbPassword");
const image = `${images}/postgres`;
const { version, user } = edit;
const older = new Postgres("older", { server, image, version, user, password, labels });
const newer = new Postgres("newer", { server, image, version: "18", password, labels });
const caches = servers.map(
  ({ name, image: repository, version }) =>
    new Redis(name, {
      server,
      image: `${images}/${repository}`,
      version,
      password: config.requireSecret("redisPassword"),
      persistent: edit.persistent,
      labels,
    }),
);
new Accessory("bare", {
  server,
  image: `${images}/redis:7`,
  port: 6379,
  ready: { command: ["redis-cli", "ping"] },
  labels,
});
const proxy = new Proxy("proxy", { servers: [server], image: `${images}/kamal-proxy:v0.9.2` });
new Accessory("page", {
  ...{ server, image: `${images}/lite:v1`, port: 3000, labels },
  ...(edit.page === undefined ? {} : { proxy, route: { hosts: [edit.page] } }),
});

export const address = server.address;
export const urls = { older: older.url, newer: newer.url, cache: caches[0]?.url };
