/** `accessories`: each as a Postgres, a Redis or an Accessory. */
import { mountFor, pgdataOf } from "../../../provider/docker/postgres-place";
import { majorOf } from "../../../provider/docker/data-format";
import { seriesOf } from "../../../provider/docker/mysql-format";
import { Fields, type Node } from "../node";
import type { AccessoryPart } from "../program";
import { accessoryVariable } from "../program";
import type { Reader } from "../reader";
import { isMap, type Raw } from "../yaml";
import { commandOf } from "../words";
import { labelOf, secretByHand, unlike, type Context } from "./context";
import { environmentOf, type Environment, type Hosts } from "./environment";
import type { HostOf, KamalRole, Machines } from "./hosts";
import { bodyOf, optionsOf, resourcesOf, type Options } from "./options";
import { routeOf, seconds } from "./route";
import { registryOf, withRegistry, type RegistryParts } from "./registry";

/** What is known of an accessory before its arguments are. */
interface Known {
  readonly reader: Reader;
  /** As Kamal calls it. */
  readonly kamal: string;
  readonly name: string;
  /** The name of its container under Kamal. */
  readonly service: string;
  readonly machines: readonly string[];
}

/** The accessories, and by which names their containers are reached: those of Kamal's, and what the program has for them. */
export function accessoriesOf(
  root: Reader,
  context: Context,
  roles: readonly KamalRole[],
  machines: Machines,
  registries: RegistryParts,
  main: string,
): { parts: AccessoryPart[]; hosts: Hosts } {
  const names = new Set<string>([main]);
  const known = root.maps("accessories").map(([kamal, reader]): Known => {
    const name = unlike(labelOf(kamal, 40), names, 40);
    names.add(name);
    const service = reader.plain("service") ?? `${context.service}-${kamal}`;
    if (context.takeOver) {
      reader.take("service");
      context.notes.add(
        reader.at(),
        "differs",
        `Kamal's container ${service} is taken up as it is, without a restart and with its data where it lies; what the program says otherwise comes with the first edit that replaces it. Nobody says kamal accessory boot, reboot or remove from then on.`,
      );
    } else
      reader.decide(
        "service",
        "act",
        `its container has this name here, too; Kamal's own is there as well until you rename it, once it is stopped: docker rename ${service} ${service}-kamal.`,
      );
    return { reader, kamal, name, service, machines: machines.of(hostsOf(reader, context, roles), kamal) };
  });
  const hosts = new Map(
    known
      .filter((one) => one.machines.length === 1)
      .map(({ service, name }) => [service, `${accessoryVariable(name)}.host`]),
  );
  const drain = seconds(root.number("drain_timeout"));
  const parts = known
    .filter((one) => one.machines.length > 0)
    .map((one) => accessoryOf(one, context, registries, drain));
  return { parts, hosts };
}

function hostsOf(of: Reader, { notes }: Context, roles: readonly KamalRole[]): HostOf[] {
  const own = [...of.list("host"), ...of.list("hosts")].map((host): HostOf => ({
    address: of.node("host", host),
    tags: [],
  }));
  const named = [...of.list("role"), ...of.list("roles")].map(String);
  const tags = [...of.list("tag"), ...of.list("tags")].map(String);
  const found = [
    ...own,
    ...roles.filter(({ name }) => named.includes(name)).flatMap((role) => role.hosts),
    ...roles.flatMap((role) => role.hosts).filter((host) => host.tags.some((tag) => tags.includes(tag))),
  ];
  if (found.length === 0)
    notes.add(
      of.at(),
      "act",
      "it has no host, and the program is without it; give it host or role, and import again.",
    );
  return found;
}

function accessoryOf(
  known: Known,
  context: Context,
  registries: RegistryParts,
  drain: Node | undefined,
): AccessoryPart {
  const { reader: of, name } = known;
  const { repository, tag } = imageOf(of, context, registries, name);
  const environment = environmentOf(of, "env", context, { dots: true });
  const options = optionsOf(of, "options");
  const port = portOf(known, context);
  const command = of.plain("cmd");
  if (command !== undefined) of.take("cmd");
  decideRest(of, known, context);
  const route = routedOf(known, context, drain);
  const usual = route === undefined ? presetOf(repository, tag, port, command, environment) : "Accessory";
  const data = mountsOf(known, context, usual !== "Accessory");
  const preset = context.takeOver && !fits(usual, tag, environment, data.volumes) ? "Accessory" : usual;
  const network = of.plain("network");
  const shared = new Fields()
    .with("takeOver", context.takeOver ? known.service : undefined)
    .with("service", context.takeOver ? undefined : of.plain("service"))
    .with("networks", network === undefined || network === "kamal" ? undefined : [network])
    .with("command", command === undefined || preset === "Memcached" ? undefined : commandOf(command))
    .with("directories", data.directories)
    .with("files", filesOf(of, context))
    .with("resources", resourcesOf(options))
    .with("shm", options.shm)
    .with("labels", labelsOf(of))
    .with("transform", transformOf(options, data.mounts));
  if (preset === "MariaDb" || preset === "MySql")
    return mysql(known, preset, { repository, tag, environment, port, shared });
  if (preset === "Postgres") return postgres(known, context, { repository, tag, environment, port, shared });
  const variables = new Fields().with("env", environment.env).with("secrets", environment.secrets);
  if (preset === "Redis")
    return {
      ...{ name, kind: "Redis", machines: known.machines },
      fields: new Fields()
        .with("version", tag)
        .with("image", repository === "redis" ? undefined : repository)
        .and(port.fields)
        .and(variables)
        .and(shared),
    };
  if (preset === "Memcached")
    return {
      ...{ name, kind: "Memcached", machines: known.machines },
      fields: new Fields()
        .with("version", tag)
        .with("memory", memoryOf(command))
        .and(port.fields)
        .and(variables)
        .and(shared),
    };
  return {
    ...{ name, kind: "Accessory", machines: known.machines },
    ...(route === undefined ? {} : { routed: true }),
    fields: new Fields()
      .with("image", imageNode(repository, tag))
      .with("port", port.internal)
      .with("proxy", route === undefined ? undefined : { is: "code", text: "proxy" })
      .with("route", route)
      .and(port.fields)
      .and(variables)
      .with("volumes", data.volumes)
      .and(shared),
  };
}

const postgresImages = ["postgres", "pgvector/pgvector", "postgis/postgis"];
const redisImages = ["redis", "valkey/valkey"];

function presetOf(
  repository: string,
  tag: Node,
  { internal: port, udp }: Port,
  command: string | undefined,
  environment: Environment,
): AccessoryPart["kind"] {
  const version = typeof tag === "string" ? tag : "";
  if (udp === true) return "Accessory";
  if (
    (repository === "mariadb" || repository === "mysql") &&
    seriesOf(version) !== undefined &&
    [undefined, 3306].includes(port) &&
    isForApp(environment)
  )
    return repository === "mariadb" ? "MariaDb" : "MySql";
  if (
    repository === "memcached" &&
    /^\d/.test(version) &&
    [undefined, 11211].includes(port) &&
    (command === undefined || /^(memcached|(memcached )?-m \d+)$/.test(command.trim()))
  )
    return "Memcached";
  if (
    postgresImages.includes(repository) &&
    majorOf(version) !== undefined &&
    [undefined, 5432].includes(port)
  )
    return "Postgres";
  const plain = command === undefined || /^(redis|valkey)-server$/.test(command.trim());
  return redisImages.includes(repository) && /^\d/.test(version) && plain && [undefined, 6379].includes(port)
    ? "Redis"
    : "Accessory";
}

/** Whether a preset has its data where Kamal's container has it. */
function fits(preset: AccessoryPart["kind"], tag: Node, { env }: Environment, volumes: Fields): boolean {
  // Without any, the image itself says where it is.
  const paths = volumes.list.map(({ value }) => value);
  if (preset === "Accessory") return true;
  if (preset !== "Postgres" && preset !== "Redis") return false;
  if (paths.length === 0) return true;
  const pgdata = pgdataOf({ PGDATA: env.get("PGDATA") });
  const path =
    preset === "Redis" ? "/data" : mountFor(majorOf(typeof tag === "string" ? tag : "") ?? 0, pgdata);
  return paths.length === 1 && paths[0] === path;
}

/** What `-m` says, in MiB. */
function memoryOf(command: string | undefined): string | undefined {
  const size = /-m (\d+)$/.exec(command?.trim() ?? "")?.[1];
  return size === undefined ? undefined : `${size}m`;
}

/** The variables of the images of MariaDB and MySQL; that of MariaDB takes both prefixes. */
const named = (fields: Fields, name: string): Node | undefined =>
  fields.get(`MARIADB_${name}`) ?? fields.get(`MYSQL_${name}`);

/** Whether the app has a user and a database of its own there, and the passwords are secrets: else it is left as it is. */
function isForApp({ env, secrets }: Environment): boolean {
  const user = named(env, "USER");
  const known = [user, named(env, "DATABASE")].every((each) => typeof each === "string");
  const passwords = ["PASSWORD", "ROOT_PASSWORD"].every((each) => named(secrets, each) !== undefined);
  return known && user !== "root" && passwords;
}

function mysql(
  { name, machines }: Known,
  kind: "MariaDb" | "MySql",
  from: { tag: Node; repository: string; environment: Environment; port: Port; shared: Fields },
): AccessoryPart {
  const { env, secrets } = from.environment;
  const [user, database] = [named(env, "USER"), named(env, "DATABASE")];
  const own = ["USER", "DATABASE", "PASSWORD", "ROOT_PASSWORD"].flatMap((each) => [
    `MARIADB_${each}`,
    `MYSQL_${each}`,
  ]);
  return {
    ...{ name, kind, machines },
    fields: new Fields()
      .with("version", from.tag)
      .with("user", user)
      .with("database", database === user ? undefined : database)
      .with("password", named(secrets, "PASSWORD"))
      .with("rootPassword", named(secrets, "ROOT_PASSWORD"))
      .and(from.port.fields)
      .with("env", env.without(...own))
      .with("secrets", secrets.without(...own))
      .and(from.shared),
  };
}

function postgres(
  { name, machines, reader }: Known,
  context: Context,
  from: { repository: string; tag: Node; environment: Environment; port: Port; shared: Fields },
): AccessoryPart {
  const { env, secrets } = from.environment;
  const [user = "postgres", database] = [env.get("POSTGRES_USER"), env.get("POSTGRES_DB")];
  const at = reader.at("env.POSTGRES_PASSWORD");
  const given = secrets.get("POSTGRES_PASSWORD");
  const why =
    env.get("POSTGRES_PASSWORD") === undefined
      ? "a Postgres here has a password"
      : "Kamal has the password in the clear";
  const password = given ?? secretByHand(context, `${name}_password`, at, why);
  const own = ["POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"];
  return {
    ...{ name, kind: "Postgres", machines },
    fields: new Fields()
      .with("version", from.tag)
      .with("image", from.repository === "postgres" ? undefined : from.repository)
      .with("user", user)
      .with("database", database === user ? undefined : database)
      .with("password", password)
      .and(from.port.fields)
      .with("env", env.without(...own))
      .with("secrets", secrets.without(...own))
      .and(from.shared),
  };
}

/** The image's repository and tag, without Docker Hub's own name. */
function imageOf(
  of: Reader,
  context: Context,
  registries: RegistryParts,
  name: string,
): { repository: string; tag: Node } {
  const image = of.text("image");
  const own = registryOf(of, context, registries, `${name}-registry`);
  if (typeof image !== "string") {
    if (image === undefined) throw of.wrong("image", "it is missing");
    throw of.wrong("image", "an image that Ruby makes is not taken apart; write it out");
  }
  const whole = own === undefined ? image : withRegistry(own, image);
  const at = whole.lastIndexOf(":");
  const split = at > whole.lastIndexOf("/") && !whole.includes("@");
  const [path, tag] = split ? [whole.slice(0, at), whole.slice(at + 1)] : [whole, undefined];
  const repository = path.replace(/^(index\.)?docker\.io\//, "").replace(/^library\//, "");
  if (whole.includes("@")) return { repository: whole, tag: "" };
  if (tag !== undefined && !/^(latest|main|master|stable|edge|nightly)$/i.test(tag))
    return { repository, tag };
  const value = context.notes.names.of(`${name}_version`, of.at("image"));
  context.notes.add(
    of.at("image"),
    "act",
    `it has no tag of its own, so that any pull could bring another release of your data's server; say which one runs: pulumi config set ${value} TAG (on the host, docker image inspect shows it).`,
    image,
  );
  return { repository, tag: { is: "config", name: value, type: "string" } };
}

function imageNode(repository: string, tag: Node): Node {
  if (tag === "") return repository;
  return typeof tag === "string"
    ? `${repository}:${tag}`
    : { is: "template", parts: [`${repository}:`, tag], output: false };
}

interface Port {
  readonly internal?: number;
  readonly udp?: boolean;
  readonly fields: Fields;
}

/** `[[ADDRESS:]HOST:]PORT[/PROTOCOL]` */
function portOf({ reader: of, name }: Known, context: Context): Port {
  const { notes } = context;
  const text = of.plain("port");
  if (text === undefined) return { fields: new Fields() };
  of.take("port");
  const found = /^(?:(.+?):)?(?:(\d+):)?(\d+)(?:\/(tcp|udp))?$/.exec(text);
  const [, before, middle, last, protocol] = found ?? [];
  const [address, host] =
    middle === undefined && before !== undefined && /^\d+$/.test(before)
      ? [undefined, before]
      : [before, middle];
  const internal = Number(last);
  if (found === null || internal > 65_535 || (address !== undefined && !/^[\d.]+$|^\[.*\]$/.test(address))) {
    notes.add(
      of.at("port"),
      "act",
      "it is no port of one number, and the program is without it; write each into ports (npx sextant docs accessory).",
      text,
    );
    return { fields: new Fields() };
  }
  if (protocol === "udp") {
    const open = new Fields().with("port", internal).with("protocol", "udp");
    const publish = address === "127.0.0.1" ? "loopback" : "private";
    const outside = host === undefined || Number(host) === internal ? undefined : Number(host);
    const own = open.with("publish", publish).with("hostPort", outside);
    if (publish === "loopback") return { udp: true, fields: new Fields().with("ports", [own]) };
    notes.add(
      of.at("port"),
      "act",
      `Kamal opened it to everybody who reaches the host, past its firewall; here containers on the same host alone reach it. For other servers give the ${name} ports: [{ port: ${internal}, protocol: "udp", publish: "private" }], and the machines their privateAddress.`,
      text,
    );
    return { udp: true, fields: new Fields() };
  }
  const hostPort = host === undefined || Number(host) === internal ? undefined : Number(host);
  if (address === "127.0.0.1")
    return { internal, fields: new Fields().with("publish", "loopback").with("hostPort", hostPort) };
  notes.add(
    of.at("port"),
    "act",
    context.takeOver
      ? `Kamal's container goes on to publish it${address === undefined ? " to everybody who reaches the host, past its firewall" : ` on ${address}`}; the first edit that replaces the container leaves it to containers on the same host. For other servers give the ${name} publish: "private"${hostPort === undefined ? "" : ` and hostPort: ${hostPort}`} by then, and the machines their privateAddress.`
      : `Kamal opened it${address === undefined ? " to everybody who reaches the host, past its firewall" : ` on ${address}`}; here containers on the same host alone reach it. For other servers give the ${name} publish: "private"${hostPort === undefined ? "" : ` and hostPort: ${hostPort}`}, and the machines their privateAddress.`,
    text,
  );
  return { internal, fields: new Fields() };
}

/** The data: Docker volumes of its own, and directories of the host that are mounted as they are. */
function mountsOf(
  known: Known,
  { notes, takeOver }: Context,
  preset: boolean,
): { volumes: Fields; directories: Fields; mounts: Fields[] } {
  const { reader: of, kamal, name, service } = known;
  let volumes = new Fields();
  let directories = new Fields();
  const mounts: Fields[] = [];
  const add = (source: string, path: string): void => {
    volumes = volumes.with(unlike(labelOf(source, 40), new Set(volumes.names), 40), path);
  };
  for (const [item, key] of [...entries(of, "directories"), ...entries(of, "volumes")]) {
    const { local, remote, options, mode, owner } = item;
    const directory = key === "directories";
    // Where it lies is asked on the host, where Kamal's container has it.
    if (takeOver) {
      add(local.split("/").at(-1) ?? local, remote);
      continue;
    }
    const target = options === undefined ? remote : `${remote}:${options}`;
    // A preset has its data in a volume of its own.
    if (local.startsWith("/") && directory && !preset) {
      const made = numbers(owner, of.at(key), `${local}:${remote}`, notes);
      const looks = mode !== undefined || made !== undefined;
      const like = new Fields().with("path", target).with("mode", mode).with("owner", made);
      directories = directories.with(local, looks ? like : target);
      continue;
    }
    if (mode !== undefined || owner !== undefined)
      notes.add(
        of.at(key),
        "none",
        "mode and owner are the image's own in a Docker volume.",
        `${local}:${remote}`,
      );
    if (local.startsWith("/") && !directory) {
      if (preset) mounts.push(mount(local, remote, options));
      else volumes = volumes.with(local, target);
      continue;
    }
    add(local.split("/").at(-1) ?? local, target);
    const place = directory
      ? `the directory ${local.startsWith("/") ? local : `~/${service}/${local}`}`
      : `the Docker volume ${local}`;
    notes.add(
      of.at(key),
      "act",
      `its data is in ${place} of the host, and begins empty here, in a volume of ${name}'s own; bring it over while kamal accessory stop ${kamal} holds it still (npx sextant docs guide/from-kamal#data).`,
      `${local}:${remote}`,
    );
  }
  return { volumes, directories, mounts };
}

/** An owner by its numbers; a name is one of the host, which means nothing in a container. */
function numbers(
  owner: string | undefined,
  at: string,
  said: string,
  notes: Context["notes"],
): string | undefined {
  if (owner === undefined || /^\d+(:\d+)?$/.test(owner)) return owner;
  notes.add(
    at,
    "act",
    `the owner ${owner} is a name, and an Accessory takes numbers; docker run --rm --entrypoint id IMAGE ${owner.split(":")[0] ?? owner} says them, for owner.`,
    said,
  );
  return undefined;
}

/** A directory of the host in a container, as Docker's API has it. */
function mount(source: string, target: string, options: string | undefined): Fields {
  const only = options?.split(",").includes("ro") === true ? true : undefined;
  return new Fields()
    .with("Type", "bind")
    .with("Source", source)
    .with("Target", target)
    .with("ReadOnly", only);
}

/** A path that is mounted, in either of its two forms. */
interface PathItem {
  local: string;
  remote: string;
  options?: string;
  mode?: string;
  owner?: string;
}

function entries(of: Reader, key: string): [PathItem, string][] {
  return of.list(key).map((item: Raw) => {
    if (isMap(item)) {
      const text = (name: string): string | undefined =>
        item[name] === undefined || item[name] === null ? undefined : String(item[name] as string);
      const [local, remote] = [text("local"), text("remote")];
      if (local === undefined || remote === undefined) throw of.wrong(key, "each has local and remote");
      return [{ local, remote, options: text("options"), mode: text("mode"), owner: text("owner") }, key];
    }
    if (typeof item !== "string") throw of.wrong(key, "each is local:remote, without Ruby");
    const [local = "", remote, options] = item.split(":");
    if (remote === undefined) throw of.wrong(key, "each is local:remote");
    return [{ local, remote, options }, key];
  });
}

function filesOf(of: Reader, { notes, kindOf, above }: Context): Fields {
  return entries(of, "files").reduce((fields, [{ local, remote, options, mode, owner }]) => {
    const at = of.at("files");
    const said = `${local}:${remote}`;
    if (local.endsWith(".erb")) {
      notes.add(
        at,
        "act",
        "Kamal runs the Ruby in it, which is not run here; write it as a text of the program, with its variables in it, and add it to files.",
        said,
      );
      return fields;
    }
    if (kindOf(local) === "folder") {
      notes.add(at, "act", "it is a folder, and files takes them one by one.", said);
      return fields;
    }
    const numbered = numbers(owner, at, said, notes);
    if (options !== undefined)
      notes.add(
        at,
        "none",
        "each container has files of its own, so that there is nothing to protect; of options none is needed.",
        said,
      );
    if (kindOf(local) === "none")
      notes.add(at, "act", "there is no such file beside the configuration; the program reads it.", said);
    const content: Node = {
      is: "call",
      name: "readFileSync",
      args: [local.startsWith("/") ? local : `${above}/${local}`, "utf8"],
    };
    const looks = mode !== undefined || numbered !== undefined;
    return fields.with(
      remote,
      looks ? new Fields().with("content", content).with("mode", mode).with("owner", numbered) : content,
    );
  }, new Fields());
}

function labelsOf(of: Reader): Fields {
  const labels = of.map("labels");
  return (labels?.keys ?? []).reduce(
    (fields, key) => fields.with(key, labels?.text(key) ?? ""),
    new Fields(),
  );
}

function transformOf(options: Options, mounts: readonly Fields[]): Fields {
  const body = bodyOf(options, new Fields().with("Mounts", mounts.length === 0 ? undefined : mounts));
  return new Fields().with(
    "container",
    new Fields()
      .with("restart", options.restart === "unless-stopped" ? undefined : options.restart)
      .with("body", body),
  );
}

/** Its route; Kamal's own goes on where its container does. */
function routedOf({ reader: of }: Known, context: Context, drain: Node | undefined): Fields | undefined {
  if (!isMap(of.value["proxy"])) {
    of.take("proxy");
    return undefined;
  }
  const route = routeOf(of.map("proxy"), context, drain);
  const run = of.map("proxy")?.map("run");
  for (const key of run?.keys ?? [])
    run?.decide(
      key,
      context.takeOver ? "differs" : "act",
      context.takeOver
        ? "Kamal's proxy stays as it was run."
        : "it is the proxy's of the host, and goes into the Proxy (npx sextant docs proxy), of which a server has one.",
    );
  if (!context.takeOver) return route;
  context.notes.add(
    of.at("proxy"),
    "act",
    "Kamal's route leads to its container as long as that is taken up as it is. Once an edit is to replace the container, take Kamal's route away by kamal accessory stop, and give the Accessory proxy and route then, without takeOver.",
  );
  return undefined;
}

function decideRest(of: Reader, { name, machines }: Known, { notes }: Context): void {
  if (of.plain("network") === "kamal") of.take("network");
  else
    of.decide(
      "network",
      "differs",
      "it is in this network besides that of all containers of the host, sextant; docker network create makes it where it is not there.",
    );
  if (machines.length > 1)
    notes.add(
      of.at(),
      "differs",
      `it runs on ${machines.join(", ")}: the program makes one on each, called ${name}- and the machine's name.`,
    );
}
