/** A small app on a server that is there: the stack of its own proxy, and beside it a stack for each pull request. */
import * as pulumi from "@pulumi/pulumi";
import { App, ExistingProxy, ExistingServer, Proxy } from "../../../../components";

const config = new pulumi.Config();
const number = config.getNumber("pullRequest");
const web = new ExistingServer("web-1", {
  address: config.require("address"),
  hostKey: config.require("hostKey"),
  ssh: { privateKey: config.requireSecret("sshPrivateKey") },
  preflight: { disk: "100m" },
});
const proxy =
  number === undefined
    ? new Proxy("proxy", { servers: [web], image: config.require("proxyImage") })
    : new ExistingProxy("proxy", { servers: [web], owner: "review/review/proxy" });
const host = number === undefined ? "review.test" : `pr-${number}.review.test`;
new App("lite", {
  image: "sextant/lite",
  version: config.require("version"),
  proxy,
  route: { hosts: [host] },
  roles: { web: { servers: [web], volumes: { files: "/files" } } },
  data: number === undefined ? "keep" : "discard",
});

export const url = `http://${host}`;
