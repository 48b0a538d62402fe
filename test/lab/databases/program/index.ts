/** One server with MariaDB, Memcached, and an accessory that has what Kamal's have: directories, options of mounts, ports, networks. */
import * as pulumi from "@pulumi/pulumi";
import {
  Accessory,
  App,
  Firewall,
  MariaDb,
  Memcached,
  Postgres,
  Proxy,
  Registry,
  Server,
  http,
  ssh,
} from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["DATABASES"] ?? "") as Edit;
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
const db = new MariaDb("db", {
  ...{ server, labels, image: `${images}/mariadb`, version: edit.version },
  ...{ user: "shop", database: "shop_production" },
  password: config.requireSecret("dbPassword"),
  rootPassword: config.requireSecret("rootPassword"),
  // The server of the first start, which nobody can reach, is there for longer than any check takes.
  files: { "/docker-entrypoint-initdb.d/slow.sh": "sleep 8" },
});
const cache = new Memcached("cache", {
  ...{ server, labels, image: `${images}/memcached`, version: "1.6" },
  ...{ memory: "32m", publish: "loopback" },
});
const store = new Accessory("store", {
  ...{ server, labels, image: `${images}/redis:7`, port: 6379, service: "kept-store" },
  ready: { command: ["redis-cli", "ping"] },
  volumes: { "/etc/ssl": "/certs:ro" },
  directories: { "/srv/store": "/data", "/srv/logs": { path: "/logs", mode: edit.mode, owner: "1234:1235" } },
  files: {
    "/etc/template.conf": pulumi.interpolate`round = ${edit.round}\n`,
    "/etc/app.key": { content: pulumi.secret("canary-key"), mode: "0400", owner: "1234:1235" },
  },
  ports: [{ port: 8125, protocol: "udp", publish: "loopback" }],
  ...(edit.networks.length === 0 ? {} : { networks: edit.networks }),
});

if (edit.copies) {
  const password = config.requireSecret("dbPassword");
  const postgres = { server, labels, image: `${images}/postgres`, password };
  const old = new Postgres("pg", { ...postgres, version: "15" });
  new Postgres("pg18", { ...postgres, version: "18", user: "shop", database: "orders" });
  new MariaDb("fresh", {
    ...{ server, labels, image: `${images}/mariadb`, version: "11.8", user: "shop", database: "moved" },
    ...{ password, rootPassword: config.requireSecret("rootPassword") },
  });
  new App("lite", {
    ...{ image: `${images}/lite`, version: "v1", secrets: { DATABASE_URL: old.url } },
    proxy: new Proxy("proxy", { servers: [server], image: `${images}/kamal-proxy:v0.9.2` }),
    route: { hosts: ["lite.test"], port: 3000 },
    roles: { web: { servers: [server] } },
  });
}

export const address = server.address;
export const url = db.url;
export const cacheAddress = cache.address;
export const storeHost = store.host;
