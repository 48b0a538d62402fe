/** A server without a public IPv4 address. */
import * as pulumi from "@pulumi/pulumi";
import { Firewall, Server, ssh } from "../../../../components";

const config = new pulumi.Config();
const edge = new Firewall("six-edge", { allow: [ssh.from(config.require("operator6"))] });
const server = new Server("six-1", {
  type: "cx23",
  location: "fsn1",
  firewalls: [edge],
  publicIpv4: false,
  ssh: { privateKeyFile: config.require("sshKeyFile") },
});

export const address = server.address;
export const network = server.network.id;
