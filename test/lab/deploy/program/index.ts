/** Web servers, a worker, Postgres, Redis and the Rails shop: all parts, with what the tests edit from DEPLOY. */
import { readFileSync } from "node:fs";
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
  type RouteArgs,
} from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["DEPLOY"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  insecure: true,
  password: config.requireSecret("registryPassword"),
});
const edge = new Firewall("test-edge", {
  allow: [ssh.from(config.require("operator")), http, https, icmp],
});
const inside = new Network("test-inside", {});
const server = (name: string): Server =>
  new Server(name, {
    type: edit.type,
    firewalls: [edge],
    network: inside,
    registries: [registry],
    ssh: { privateKeyFile: config.require("sshKeyFile") },
  });
const web = edit.webNames.slice(0, edit.web).map(server);
const worker = server(edit.workerName);

const proxy = new Proxy("proxy", { servers: web, image: `${images}/kamal-proxy:${edit.proxy}` });
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
const open: RouteArgs = {
  hosts: edit.hosts,
  paths: edit.paths,
  // The app knows its paths.
  stripPath: false,
  port: edit.port,
  drainTimeout: "10s",
};
const secure: RouteArgs[] =
  edit.secure === undefined
    ? []
    : [
        {
          name: "secure",
          hosts: ["secure.test"],
          port: edit.port,
          drainTimeout: "10s",
          tls: ownCertificate(
            readFileSync(edit.secure.certificate, "utf8"),
            pulumi.secret(readFileSync(edit.secure.key, "utf8")),
          ),
        },
      ];
const shop = new App("shop", {
  image: `${images}/shop`,
  version: edit.version,
  proxy,
  route: [open, ...secure],
  readyTimeout: edit.readyTimeout,
  stopTimeout: "5s",
  roles: {
    web: { servers: web, resources: { memory: edit.memory } },
    job: { servers: [worker], command: ["bin/jobs"] },
    ...(edit.clock ? { clock: { servers: [worker], command: ["bin/jobs"] } } : {}),
  },
  env: { RAILS_MAX_THREADS: "8", PORT: String(edit.port), ...edit.env },
  secrets: {
    DATABASE_URL: db.url,
    REDIS_URL: cache.url,
    SECRET_KEY_BASE: config.requireSecret("secretKeyBase"),
    API_TOKEN: pulumi.secret(edit.secret),
  },
  release: edit.release,
});

export const version = shop.version;
export const addresses = web.map((host) => host.address);
export const addresses6 = web.map((host) => host.ipv6Address);
