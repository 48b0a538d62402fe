/** Two servers with an app, of which the second one dies, as DEAD_HOSTS says. */
import * as pulumi from "@pulumi/pulumi";
import { App, Firewall, Proxy, Registry, Server, http, icmp, ssh } from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["DEAD_HOSTS"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const edge = new Firewall("dead-edge", { allow: [ssh.from(config.require("operator")), http, icmp] });
const server = (name: string, gone: boolean): Server =>
  new Server(name, {
    type: "cx23",
    location: "fsn1",
    firewalls: [edge],
    registries: [registry],
    ssh: { privateKeyFile: config.require("sshKeyFile") },
    gone,
  });
const first = server("dead-1", false);
const second = edit.second === "out" ? undefined : server("dead-2", edit.second !== "serving");
const serving = edit.second === "gone" || second === undefined ? [first] : [first, second];

const proxy = new Proxy("proxy", { servers: serving, image: `${images}/kamal-proxy:v0.9.2` });
const app = new App("lite", {
  image: `${images}/lite`,
  version: edit.version,
  proxy,
  route: { hosts: ["lite.test"], port: 3000, drainTimeout: "5s" },
  roles: { web: { servers: serving, volumes: { data: "/data" } } },
  stopTimeout: "5s",
});

export const version = app.version;
export const addresses = [first, second].flatMap((host) => (host === undefined ? [] : [host.address]));
