/** A worker and an accessory on one server, and all that the tests edit of where their images come from, from IMAGES. */
import * as pulumi from "@pulumi/pulumi";
import { Accessory, App, Firewall, Registry, Server, ssh } from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["IMAGES"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registries = [images, config.require("bearer")].map(
  (address) =>
    new Registry(address, {
      address,
      username: edit.username,
      password: pulumi.secret(edit.password),
      // The lab's registry speaks plain HTTP.
      insecure: true,
    }),
);
if (edit.hub !== undefined)
  registries.push(
    new Registry("hub", {
      address: edit.hub,
      username: edit.username,
      password: pulumi.secret(edit.password),
    }),
  );
const edge = new Firewall("reg-edge", { allow: [ssh.from(config.require("operator"))] });
const server = new Server("reg-1", {
  type: "cx23",
  firewalls: [edge],
  registries,
  ssh: { privateKeyFile: config.require("sshKeyFile") },
});

new Accessory("reg-store", {
  server,
  image: `${images}/lite:v1`,
  port: 3000,
  env: { NOTE: edit.note },
});
/** Takes no traffic: what is looked at is where its image came from. */
function worker(name: string, image: string, version: string): App {
  return new App(name, {
    image,
    version,
    // Only the server takes the lab's own for Docker Hub.
    ...(edit.hub === undefined ? {} : { inspectImage: false as const }),
    roles: { job: { servers: [server], command: ["lite", "worker"], readyDelay: "1s", stopTimeout: "2s" } },
    env: { NOTE: edit.note },
    release: ["lite", "release"],
  });
}
worker("reg", edit.image, edit.version);
if (edit.second !== undefined) worker("reg-second", edit.second.image, edit.second.version);

export const address = server.address;
