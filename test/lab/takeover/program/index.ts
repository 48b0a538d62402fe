/** Takes the place of Kamal on its server: its proxy stays, its Redis and its database are taken up as they are. */
import * as pulumi from "@pulumi/pulumi";
import { App, ExistingProxy, ExistingServer, Postgres, Redis, Registry } from "../../../../components";
import { dbPassword, routeHost, type Edit } from "../edit";

const {
  server,
  version,
  timeZone,
  password = dbPassword,
} = JSON.parse(process.env["TAKEOVER"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const web1 = new ExistingServer("web-1", {
  ...server,
  ssh: { privateKeyFile: config.require("serverKeyFile") },
  registries: [registry],
  preflight: { disk: "100m" },
  takeOver: "kamal",
});
const proxy = new ExistingProxy("proxy", { servers: [web1] });
const redis = new Redis("redis", {
  server: web1,
  image: `${images}/redis`,
  version: "7",
  takeOver: "lite-redis",
});
const db = new Postgres("db", {
  server: web1,
  image: `${images}/postgres`,
  version: "15",
  user: "lite",
  password: pulumi.secret(password),
  takeOver: "lite-db",
  ...(timeZone === undefined ? {} : { env: { PGTZ: timeZone } }),
});
new App("lite", {
  image: `${images}/lite`,
  version,
  proxy,
  route: { hosts: [routeHost], port: 3000, drainTimeout: "5s" },
  roles: {
    web: { servers: [web1] },
    job: { servers: [web1], command: ["lite", "worker"] },
  },
  env: { REDIS_HOST: redis.host },
  secrets: { DATABASE_URL: db.url },
  volumes: { files: "/files" },
  stopTimeout: "5s",
  release: ["lite", "release"],
  takeOver: { service: "lite" },
  transform: { volume: { name: "lite-files" } },
});
