/** A server that is replaced, with an accessory or an app that has data on it, or with neither. */
import { Accessory, App, Firewall, Server, ssh } from "../../../../components";
import { plain, type Edit } from "../edit";

const edit: Edit = { ...plain, ...(JSON.parse(process.env["EDIT"] ?? "{}") as Partial<Edit>) };
// No registry answers there, which a preview finds out at once.
const image = "127.0.0.1:9/data:1";

const edge = new Firewall("edge", { allow: [ssh.from("203.0.113.0/24")] });
const fixed = {
  type: "cx23",
  firewalls: [edge],
  ssh: { privateKeyFile: process.env["KEY_FILE"] ?? "" },
};
const server = new Server("data-1", {
  ...fixed,
  location: edit.location,
  image: edit.image,
  ...(edit.named ? {} : { name: false as const }),
});
// A second one only where it is used.
const dbServer = edit.dbOn === 0 ? server : new Server("data-2", fixed);

if (edit.db !== undefined) {
  const { db: name, data } = edit;
  const opts = name === "db" ? {} : { aliases: [{ name: "db" }] };
  new Accessory(name, { server: dbServer, image, volumes: { data: "/data" }, data }, opts);
}
if (edit.app)
  new App("shop", {
    image: "127.0.0.1:9/data",
    version: "1",
    volumes: { files: "/files" },
    data: edit.data,
    roles: { worker: { servers: [server], command: ["work"] } },
  });

export const id = server.server.id;
