/** A shop on two servers with a worker and a search engine that has data, as a reviewer sees its edits. */
import * as pulumi from "@pulumi/pulumi";
import { Accessory, App, Firewall, Proxy, Server, http, ssh, tcp } from "../../../../components";
import { plain, type Edit } from "../edit";

const edit: Edit = { ...plain, ...(JSON.parse(process.env["EDIT"] ?? "{}") as Partial<Edit>) };
const config = new pulumi.Config();
// No registry answers there, which a preview finds out at once.
const registry = "127.0.0.1:9";

const edge = new Firewall("edge", {
  allow: [ssh.from(edit.sshFrom), http, ...(edit.metrics ? [tcp(9090).from("203.0.113.7/32")] : [])],
});
const servers = ["web-1", "web-2"].map(
  (name) =>
    new Server(name, {
      type: "cx23",
      location: name === "web-2" ? edit.location : "fsn1",
      firewalls: [edge],
      ssh: { privateKeyFile: process.env["KEY_FILE"] ?? "" },
    }),
);
const [first, second] = servers as [Server, Server];
const proxy = new Proxy("proxy", { servers });
if (edit.search)
  new Accessory("search", {
    server: edit.searchOn === 0 ? first : second,
    image: `${registry}/search:1`,
    port: 7700,
    volumes: { data: "/data" },
    data: edit.searchData,
  });
const ofWorker =
  edit.workerImage === ""
    ? {}
    : { image: `${registry}/${edit.workerImage}`, version: edit.workerVersion || undefined };
export const version = new App("shop", {
  image: `${registry}/shop`,
  version: edit.fail === "refused" ? "latest" : edit.version,
  proxy,
  route: { hosts: ["shop.test"], port: 3000, drainTimeout: edit.drainTimeout },
  roles: {
    web: { servers: servers.slice(0, edit.web), resources: { memory: edit.memory } },
    ...(edit.worker ? { job: { servers: [first], command: ["bin/jobs"], ...ofWorker } } : {}),
  },
  env: edit.env,
  secrets: { TOKEN: pulumi.secret(edit.token), KEY: config.requireSecret("key") },
  release: edit.release,
}).version;
if (edit.fail === "thrown") throw new Error(`no answer from https://user:${config.require("key")}@api.test`);
