/** A program that keeps every rule of the policy pack, or breaks those that are named in BREAK: `open`, `data`. */
import { Firewall, Network, Postgres, Server, ssh, tcp } from "../../../components";

const open = process.env["BREAK"] === "open";
const data = process.env["BREAK"] === "data";
const edge = new Firewall("edge", {
  allow: open
    ? [ssh.anywhere("no reason at all"), tcp(5432).anywhere("no reason either")]
    : [ssh.from("203.0.113.0/24")],
});
const server = new Server("data-1", {
  type: "cx23",
  firewalls: [edge],
  network: new Network("inside"),
  ssh: { privateKeyFile: process.env["SSH_KEY_FILE"] },
  protect: !data,
});
new Postgres("db", {
  server,
  version: "15",
  password: "not a secret: nothing is made",
  data: data ? "discard" : "keep",
  publish: open ? { public: true, reason: "to be refused" } : "private",
  // Past the component's own check.
  transform: open ? { container: { image: "postgres:latest" } } : {},
});
