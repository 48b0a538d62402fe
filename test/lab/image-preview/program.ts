/** An app with an image that is built on a server; what the test edits is in the environment. */
import * as pulumi from "@pulumi/pulumi";
import { Accessory, App, Firewall, Image, Server, ServerRegistry, ssh } from "../../../components";

const context = process.env["CONTEXT"] ?? "";
const token = pulumi.secret("canary-of-preview");
const edge = new Firewall("edge", { allow: [ssh.from("203.0.113.0/24")] });
const server = new Server("web-1", {
  type: "cx23",
  location: "fsn1",
  image: "debian-13",
  firewalls: [edge],
  ssh: { privateKeyFile: process.env["SSH_KEY_FILE"] },
});
const images = process.env["OWN"] === undefined ? undefined : new ServerRegistry("images", { server });
const image = new Image("shop", {
  repository: images === undefined ? "registry.test/shop" : `${images.address}/shop`,
  ...(images === undefined ? {} : { registries: [images] }),
  context,
  servers: [server],
  args: process.env["SECRET_ARG"] === undefined ? { RUBY: "3.4" } : { TOKEN: token },
  secrets: { TOKEN: token },
  uncommitted: process.env["REFUSE"] === undefined ? "mark" : "refuse",
  // There is none of this name: an update ends where it would build.
  builder: process.env["ON_SERVER"] === undefined ? "nobody" : server,
});
// The build alone is updated here, and no cloud has servers.
if (process.env["ACCESSORY"] !== undefined)
  new Accessory("search", { server, image, port: 7700, volumes: { data: "/data" } });
if (process.env["ALONE"] === undefined)
  new App("shop", {
    image,
    version: process.env["VERSION"],
    roles: { job: { servers: [server], command: ["bin/jobs"] } },
  });
