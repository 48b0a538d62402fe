/** Two servers with a role that runs by a schedule, as SCHEDULE says. */
import * as pulumi from "@pulumi/pulumi";
import { App, Firewall, Registry, Server, icmp, ssh } from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["SCHEDULE"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const edge = new Firewall("schedule-edge", { allow: [ssh.from(config.require("operator")), icmp] });
const servers = ["schedule-1", "schedule-2"].map(
  (name) =>
    new Server(name, {
      type: "cx23",
      location: "fsn1",
      firewalls: [edge],
      registries: [registry],
      ssh: { privateKeyFile: config.require("sshKeyFile") },
    }),
);
const [first] = servers as [Server, Server];
const chosen = edit.servers.flatMap((name) => servers.filter(({ hostName }) => hostName === name));

new App("shop", {
  image: `${images}/redis`,
  version: "7",
  secrets: { TOKEN: config.requireSecret("token") },
  data: "leave",
  roles: {
    work: { servers: [first], command: ["sleep", "86400"] },
    ...(chosen.length === 0
      ? {}
      : {
          nightly: {
            servers: chosen,
            schedule: { cron: edit.cron, timeZone: "Europe/Berlin", timeout: "50s" },
            command: [
              "sh",
              "-c",
              'echo "$RELEASE begins on $KAMAL_HOST with ${#TOKEN}" | tee -a /ran/runs; sleep "$SECONDS_OF"; echo "$RELEASE ends"; exit "$CODE"',
            ],
            env: { RELEASE: edit.release, SECONDS_OF: String(edit.seconds), CODE: String(edit.code) },
            volumes: { ran: "/ran" },
            resources: { memory: "64m" },
            stopTimeout: "2s",
          },
        }),
  },
});

export const addresses = servers.map(({ address }) => address);
