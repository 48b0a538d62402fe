/** A server with nothing on it: what is looked at is how it is made. */
import { Firewall, Server, ssh } from "../../../../components";

const edge = new Firewall("cut-edge", { allow: [ssh.from("203.0.113.0/24")] });
const server = new Server("cut-1", {
  type: "cx23",
  location: "fsn1",
  firewalls: [edge],
  ssh: { privateKeyFile: process.env["KEY_FILE"] ?? "" },
  gone: true,
});

export const id = server.server.id;
