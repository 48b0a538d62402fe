/** An app on two servers, with a line for a release that fails. */
import { App, Firewall, Server, ssh } from "../../../../components";
import { plain, type Edit } from "../edit";

const edit: Edit = { ...plain, ...(JSON.parse(process.env["EDIT"] ?? "{}") as Partial<Edit>) };

const edge = new Firewall("edge", { allow: [ssh.from("203.0.113.0/24")] });
const servers = ["job-1", "job-2"].map(
  (name) =>
    new Server(name, {
      type: "cx23",
      firewalls: [edge],
      ssh: { privateKeyFile: process.env["KEY_FILE"] ?? "" },
    }),
);
new App("shop", {
  // No registry answers there, which a preview finds out at once.
  image: "127.0.0.1:9/shop",
  version: edit.version,
  roles: { job: { servers, command: ["work"] } },
  secrets: { TOKEN: "not-to-be-told" },
  hooks: { afterFailure: edit.line, ...(edit.quiet === true ? { output: "quiet" } : {}) },
});
