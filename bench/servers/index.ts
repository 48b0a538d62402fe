/** Empty servers with Docker, for both tools alike. */
import * as pulumi from "@pulumi/pulumi";
import { Firewall, Server, http, ssh, tcp } from "../../components";
import { kamalPorts, serverName } from "../compare/names";

const { servers } = JSON.parse(process.env["BENCH"] ?? "") as { servers: number };
const config = new pulumi.Config();
const operator = config.require("operator");
const edge = new Firewall("cmp-edge", {
  allow: [ssh.from(operator), http, ...[kamalPorts.http, 5432, 6379].map((port) => tcp(port).from(operator))],
});
const made = Array.from(
  { length: servers },
  (_, at) =>
    new Server(serverName(at), {
      type: "cx23",
      firewalls: [edge],
      daemon: { "insecure-registries": [config.require("registry")] },
      ssh: { privateKeyFile: config.require("sshKeyFile") },
      // The network of the usual name is for the app's own program to make.
      transform: { dockerNetwork: { name: "bench-servers" } },
    }),
);

export const list = made.map((server, at) => ({ name: serverName(at), address: server.address }));
