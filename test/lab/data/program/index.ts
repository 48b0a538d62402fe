/** Two servers, one with data of its own; or a database and a worker with data on machines that are there, as DATA says. */
import * as pulumi from "@pulumi/pulumi";
import {
  App,
  ExistingServer,
  Firewall,
  Postgres,
  Redis,
  Registry,
  Server,
  ssh,
} from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["DATA"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});

function machines(): pulumi.Output<string[]> {
  const edge = new Firewall("test-kept", { allow: [ssh.from(config.require("operator"))] });
  const servers = ["test-kept-1", "test-kept-2"].map(
    (name) =>
      new Server(name, {
        type: "cx23",
        firewalls: [edge],
        registries: [registry],
        ssh: { privateKeyFile: config.require("sshKeyFile") },
      }),
  );
  new Redis("own", { server: servers[0] as Server, image: `${images}/redis`, version: "7" });
  return pulumi.all(servers.map((server) => server.address));
}

function deploy({ addresses, keyFile }: NonNullable<Edit["existing"]>): void {
  const servers = addresses.map(
    (address, at) =>
      new ExistingServer(`host-${at}`, {
        address,
        ssh: { privateKeyFile: keyFile },
        registries: [registry],
        preflight: { ports: [] },
      }),
  );
  const on = (at: number): ExistingServer => servers[at] as ExistingServer;
  const before = (name: string | undefined): pulumi.ComponentResourceOptions =>
    name === undefined ? {} : { aliases: [{ name }] };
  const transform = edit.labels === undefined ? {} : { volume: { labels: edit.labels } };
  new Postgres(
    edit.db,
    {
      server: on(edit.dbOn),
      image: `${images}/postgres`,
      version: edit.dbVersion,
      password: config.requireSecret("dbPassword"),
      ...(edit.dbData === undefined ? {} : { data: edit.dbData }),
      transform,
    },
    before(edit.dbBefore),
  );
  new App(
    edit.app,
    {
      image: `${images}/lite`,
      version: "v1",
      roles: { job: { servers: edit.appOn.map(on), command: ["lite", "worker"] } },
      ...(edit.files ? { volumes: { files: "/files" } } : {}),
      ...(edit.appData === undefined ? {} : { data: edit.appData }),
      transform,
    },
    before(edit.appBefore),
  );
}

if (edit.existing !== undefined) deploy(edit.existing);

export const addresses = edit.existing === undefined ? machines() : [];
