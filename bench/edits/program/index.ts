/** Two machines; or a database, two apps and a proxy on machines that are there, as EDITS says. */
import * as pulumi from "@pulumi/pulumi";
import {
  App,
  ExistingProxy,
  ExistingServer,
  Firewall,
  Postgres,
  Proxy,
  Redis,
  Registry,
  Server,
  http,
  ssh,
} from "../../../components";
import type { AppSettings, Given, HostSettings, Machine, Named, Settings } from "../settings";

const given = JSON.parse(process.env["EDITS"] ?? "") as Given;
const config = new pulumi.Config();
const images = config.require("registry");

const registries = given.settings.registries.names.map(
  (name, at) =>
    new Registry(name, {
      // Only the first is asked for anything.
      address: at === 0 ? images : `${name}.test`,
      username: config.require("registryUser"),
      password: config.requireSecret("registryPassword"),
      insecure: at === 0,
    }),
);

function machines(): pulumi.Output<Record<Machine, string>> {
  const edge = new Firewall("edits-edge", { allow: [ssh.from(config.require("operator")), http] });
  const made = (name: string): Server =>
    new Server(name, {
      type: "cx23",
      firewalls: [edge],
      registries,
      ssh: { privateKeyFile: config.require("sshKeyFile") },
    });
  return pulumi
    .all([made("edits-1").address, made("edits-2").address])
    .apply(([first, second]) => ({ first, second }));
}

const groupType = "bench:Group";
let group: pulumi.ComponentResource | undefined;

/** Its parent, and an alias where it was another one, or had another name. */
function placed({ formerly, within, formerlyWithin }: Named): pulumi.ComponentResourceOptions {
  if (within) group ??= new pulumi.ComponentResource(groupType, "group");
  const parent = formerlyWithin ? pulumi.createUrn("group", groupType) : pulumi.rootStackResource;
  const alias = {
    ...(formerly === undefined ? {} : { name: formerly }),
    ...(formerlyWithin === undefined ? {} : { parent }),
  };
  return {
    ...(within && group !== undefined ? { parent: group } : {}),
    ...(Object.keys(alias).length > 0 ? { aliases: [alias] } : {}),
  };
}

function deploy({ addresses, keyFile }: NonNullable<Given["existing"]>, settings: Settings): void {
  const host = (settingsOf: HostSettings, at: Machine): ExistingServer =>
    new ExistingServer(
      settingsOf.name,
      {
        address: addresses[at],
        ssh: { privateKeyFile: keyFile },
        registries,
        preflight: { disk: "100m" },
        ...settingsOf.args,
      },
      placed(settingsOf),
    );
  const hosts = {
    first: host(settings.first, "first"),
    second: settings.second === null ? undefined : host(settings.second, "second"),
  };
  const on = (at: Machine): ExistingServer => {
    const found = hosts[at];
    if (found === undefined) throw new Error(`the program has no ${at} machine`);
    return found;
  };
  const { db, cache, proxy: front } = settings;
  if (db !== null)
    new Postgres(
      db.name,
      {
        ...db.args,
        server: on(db.on),
        image: `${images}/postgres`,
        password: pulumi.secret(db.args.password),
      },
      placed(db),
    );
  if (cache !== null)
    new Redis(
      cache.name,
      {
        server: on(cache.on),
        image: `${images}/redis`,
        version: "7",
        ...(cache.discard ? { data: "discard" } : {}),
      },
      placed(cache),
    );
  const proxy = front === null ? undefined : makeProxy(front, on);
  for (const app of [settings.shop, settings.blog]) if (app !== null) makeApp(app, proxy, on);
}

function makeProxy(
  front: NonNullable<Settings["proxy"]>,
  on: (at: Machine) => ExistingServer,
): Proxy | ExistingProxy {
  const { tag, ...args } = front.args;
  const servers = front.on.map(on);
  if (front.owner !== undefined)
    return new ExistingProxy(front.name, { servers, owner: front.owner }, placed(front));
  return new Proxy(front.name, { ...args, servers, image: `${images}/kamal-proxy:${tag}` }, placed(front));
}

function makeApp(
  app: AppSettings,
  proxy: Proxy | ExistingProxy | undefined,
  on: (at: Machine) => ExistingServer,
): void {
  const { secrets } = app.args;
  const roles = Object.entries(app.roles).map(
    ([name, { on: machine, ...role }]) => [name, { ...role, servers: machine.map(on) }] as const,
  );
  new App(
    app.name,
    {
      ...app.args,
      image: `${images}/lite`,
      ...(proxy === undefined ? {} : { proxy }),
      roles: Object.fromEntries(roles),
      ...(secrets === undefined
        ? {}
        : {
            secrets: Object.fromEntries(
              Object.entries(secrets).map(([name, value]) => [name, pulumi.secret(value)]),
            ),
          }),
    },
    placed(app),
  );
}

if (given.existing !== undefined) deploy(given.existing, given.settings);

export const addresses = given.existing === undefined ? machines() : {};
