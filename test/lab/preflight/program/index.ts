/** A machine that was not made here, with its arguments from PREFLIGHT, and an app on it when they say so. */
import * as pulumi from "@pulumi/pulumi";
import { App, ExistingServer, Proxy, type ExistingServerArgs } from "../../../../components";

interface Wanted extends ExistingServerArgs {
  /** Images that are on the machine already. */
  deploy?: { proxy: string; app: string; version: string };
}

const config = new pulumi.Config();
const { deploy, ...args } = JSON.parse(process.env["PREFLIGHT"] ?? "") as Wanted;
// A CI runner has the key as a secret and no file.
const access =
  config.get("sshKey") === undefined
    ? { privateKeyFile: config.require("sshKeyFile") }
    : { privateKey: config.requireSecret("sshKey") };
const old = new ExistingServer("old-1", { ...args, ssh: access });
if (deploy !== undefined) {
  const proxy = new Proxy("proxy", { servers: [old], image: deploy.proxy });
  new App("lite", {
    image: deploy.app,
    version: deploy.version,
    proxy,
    route: { hosts: ["lite.test"] },
    roles: { web: { servers: [old], volumes: { files: "/files" } } },
    release: ["lite", "release"],
  });
}

export const address = old.address;
