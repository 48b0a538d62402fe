/** Servers with Docker in a private network, for both tools alike, and the database of the shop on the first of them. */
import * as pulumi from "@pulumi/pulumi";
import { Firewall, Network, Postgres, Registry, Server, http, ssh, tcp } from "../../../components";
import { database, kamalPorts } from "../site";

const { servers } = JSON.parse(process.env["BENCH"] ?? "") as { servers: number };
const config = new pulumi.Config();
const operator = config.require("operator");
const registry = new Registry("registry", {
  address: config.require("registry"),
  username: config.require("registryUser"),
  insecure: true,
  password: config.requireSecret("registryPassword"),
});
const edge = new Firewall("ship-edge", {
  allow: [ssh.from(operator), http, tcp(kamalPorts.http).from(operator)],
});
const network = new Network("ship-inside", {});
const made = Array.from({ length: servers }, (_, at) => {
  const name = `ship-${at + 1}`;
  const server = new Server(name, {
    type: "cx23",
    firewalls: [edge],
    network,
    registries: [registry],
    ssh: { privateKeyFile: config.require("sshKeyFile") },
    // The network of the usual name is for the app's own program to make.
    transform: { dockerNetwork: { name: "ship-servers" } },
  });
  return { name, server };
});
const [first] = made;
if (first !== undefined)
  new Postgres("ship-db", {
    server: first.server,
    image: `${registry.address}/postgres`,
    version: "15",
    user: database.user,
    database: database.name,
    password: config.requireSecret("databasePassword"),
    publish: "private",
  });

export const list = made.map(({ name, server: { address, privateAddress } }) => ({
  name,
  address,
  privateAddress,
}));
