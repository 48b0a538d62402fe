/** The app: its image, its route, its roles, and what their containers are run with. */
import { deepMerge } from "../../../provider/core/deep-merge";
import { code, duration, Fields, isSpecial, type Node } from "../node";
import type { RolePart } from "../program";
import { Notes, type Reader } from "../reader";
import { commandOf } from "../words";
import { commandsOf } from "./aliases";
import { isMap, type RawMap } from "../yaml";
import { labelOf, unlike, type Context } from "./context";
import { environmentOf, over, type Environment, type Hosts } from "./environment";
import type { HostOf, KamalRole, Machines } from "./hosts";
import { bodyOf, optionsOf, resourcesOf, type Options } from "./options";
import { routeOf, seconds } from "./route";
import { Reader as ReaderOf } from "../reader";

/** What the roles come to. */
export interface Roles {
  readonly roles: RolePart[];
  /** The route of the first role. */
  readonly route?: Fields;
  /** The machines that have a route. */
  readonly routed: readonly string[];
  readonly settings: Fields;
  /** What roles are called under Kamal, by their names here, where these are others. */
  readonly renamed: Fields;
}

/** Settings that count for all roles. */
interface Common {
  readonly root: Reader;
  readonly context: Context;
  readonly hosts: Hosts;
  readonly drainTimeout: Node | undefined;
  readonly readyDelay: Node | undefined;
  readonly rootRoute: Fields;
  readonly env: Environment;
  readonly tags: ReadonlyMap<string, Environment>;
  readonly single: boolean;
}

/** The roles of the app, the primary one first. */
export function appOf(
  root: Reader,
  context: Context,
  kamalRoles: readonly KamalRole[],
  machines: Machines,
  hosts: Hosts,
): Roles {
  const drain = root.number("drain_timeout");
  const delay = root.number("readiness_delay");
  const env = environmentOf(root, "env", context, { hosts });
  const rootRoute = routeOf(
    isMap(root.value["proxy"]) ? root.map("proxy") : undefined,
    context,
    seconds(drain),
  );
  if (!isMap(root.value["proxy"])) root.take("proxy");
  const common: Common = {
    ...{ root, context, hosts, rootRoute, env },
    drainTimeout: seconds(drain),
    readyDelay: seconds(delay),
    tags: tagsOf(root, context, hosts),
    single: kamalRoles.length === 1,
  };
  const named = new Set(kamalRoles.flatMap((role) => role.hosts.flatMap((host) => host.tags)));
  for (const tag of common.tags.keys())
    if (!named.has(tag))
      context.notes.add(`env.tags.${tag}`, "differs", "no host has the tag, and the program is without it.");
  const names = new Set<string>();
  const made = kamalRoles.flatMap((role, at) => roleParts(role, at === 0, common, machines, names));
  const [first] = made;
  const primary = first?.route;
  const alone = made.filter(({ role }) => role === first?.role).length === 1;
  const roles = made.map(({ part, route }, at) =>
    route === undefined || (at === 0 && alone) ? part : { ...part, fields: part.fields.with("route", route) },
  );
  if (delay !== undefined && made.every(({ route }) => route !== undefined))
    context.notes.add(
      "readiness_delay",
      "differs",
      "every role has a route, and is ready when its health path answers.",
    );
  return {
    roles,
    ...(alone && primary !== undefined ? { route: primary } : {}),
    routed: [
      ...new Set(made.filter(({ route }) => route !== undefined).flatMap(({ part }) => part.machines)),
    ],
    renamed: made
      .filter(({ role, part }) => role !== part.name)
      .reduce((fields, { role, part }) => fields.with(part.name, role), new Fields()),
    settings: settingsOf(
      common,
      made.some(({ route }) => route === undefined),
      made.some(({ route }) => route !== undefined),
      made.flatMap(({ transform }) => transform ?? []),
    ),
  };
}

interface Made {
  readonly role: string;
  readonly part: RolePart;
  readonly route?: Fields;
  readonly transform?: Options;
}

/** A role, once for each set of tags that its hosts have. */
function roleParts(
  role: KamalRole,
  primary: boolean,
  common: Common,
  machines: Machines,
  names: Set<string>,
): Made[] {
  const { context, tags, env } = common;
  const { keys } = role;
  const route = routeOfRole(role, primary, common);
  const options = keys === undefined ? undefined : optionsOf(keys, "options");
  const own = keys === undefined ? undefined : environmentOf(keys, "env", context, { hosts: common.hosts });
  const laid = own === undefined ? undefined : over(env, own, keys?.at("env") ?? "", context);
  const fields = roleFields(keys, common, route === undefined, options);
  const groups = groupsOf(role.hosts, tags);
  if (groups.length > 1)
    context.notes.add(
      `servers.${role.name}`,
      "differs",
      "its hosts have tags with variables of their own, and a role has one set of variables here: it is a role for each set of tags.",
    );
  return groups.map((group) => {
    const name = unlike(
      labelOf([role.name, ...(groups.length > 1 ? group.tags : [])].join("-"), 20),
      names,
      20,
    );
    names.add(name);
    if (name !== role.name)
      context.notes.add(`servers.${role.name}`, "differs", `the role is called ${name} here.`);
    const variables = group.tags.reduce(
      (below: Environment, tag) => {
        const above = tags.get(tag) ?? { env: new Fields(), secrets: new Fields() };
        const kept = over(env, above, `env.tags.${tag}`, context);
        return {
          env: below.env.without(...kept.env.names).and(kept.env),
          secrets: below.secrets.without(...kept.secrets.names).and(kept.secrets),
        };
      },
      laid ?? { env: new Fields(), secrets: new Fields() },
    );
    const part = {
      name,
      machines: machines.of(group.hosts, role.name),
      fields: fields.with("env", variables.env).with("secrets", variables.secrets),
    };
    return {
      role: role.name,
      part,
      ...(route === undefined ? {} : { route }),
      ...(options === undefined ? {} : { transform: options }),
    };
  });
}

function roleFields(
  keys: Reader | undefined,
  common: Common,
  worker: boolean,
  options: Options | undefined,
): Fields {
  const { context, root, drainTimeout, readyDelay } = common;
  const command = keys?.plain("cmd");
  if (command !== undefined) keys?.take("cmd");
  const stop = seconds(keys?.number("stop_timeout"));
  const inherited = worker && !root.has("stop_timeout") ? drainTimeout : undefined;
  const nothingOwn = options !== undefined && bodyOf(options).list.length > 0 && !common.single;
  if (nothingOwn)
    context.notes.add(
      keys?.at("options") ?? "options",
      "act",
      `${bodyOf(options).names.join(", ")} of Docker's API are this role's alone, and transform.container is for all roles: write it as a function that looks at the name of the resource (npx sextant docs app#transform).`,
    );
  return new Fields()
    .with("command", command === undefined ? undefined : commandOf(command))
    .with("resources", options === undefined ? undefined : resourcesOf(options))
    .with("restart", options?.restart === "unless-stopped" ? undefined : options?.restart)
    .with("assetPath", keys === undefined ? undefined : assetPathOf(keys, !worker))
    .with("stopTimeout", stop ?? inherited)
    .with("readyDelay", worker ? readyDelay : undefined)
    .with("labels", labelsOf(keys))
    .with("logging", loggingOf(keys, root));
}

/** Where the image has its assets, and how Docker mounts them: `/rails/public/assets:ro`. */
function assetPathOf(keys: Reader, routed: boolean): Node | undefined {
  const given = keys.text("asset_path");
  if (given === undefined) return undefined;
  const key = keys.at("asset_path");
  const shown = typeof given === "string" ? given : undefined;
  if (!routed) {
    keys.notes.add(
      key,
      "differs",
      "a role without a route serves no assets, and has none here as under Kamal.",
      shown,
    );
    return undefined;
  }
  if (typeof given !== "string") return given;
  const [path = "", options = ""] = given.split(/:(.*)/s);
  if (!options.split(",").includes("ro"))
    keys.notes.add(
      key,
      "differs",
      "the assets are read-only in the container; what the app writes there goes to another directory.",
      given,
    );
  return path;
}

/** The route of a role: none for a worker, that of the app, or its own keys laid over that. */
function routeOfRole(
  { keys }: KamalRole,
  primary: boolean,
  { root, context, rootRoute, drainTimeout }: Common,
): Fields | undefined {
  const own = keys?.value["proxy"];
  if (!isMap(own)) {
    const has = keys?.flag("proxy") ?? primary;
    return has ? rootRoute : undefined;
  }
  const base = root.value["proxy"];
  const { run: _, ...below } = isMap(base) ? base : ({} as RawMap);
  const scratch = new Notes(context.notes.names);
  const path = (keys?.at("proxy") ?? "proxy").split(".");
  const reader = new ReaderOf(deepMerge(below, own, isMap), scratch, path);
  reader.decide(
    "run",
    "act",
    "what the proxy of the hosts is run with belongs below proxy, and into the Proxy of the program.",
  );
  const route = routeOf(reader, { ...context, notes: scratch }, drainTimeout);
  const mine = new ReaderOf(own, scratch, path);
  context.notes.absorb(scratch, (key) => mine.holds(key));
  if (Object.keys(own).length === 0) context.notes.mark(path);
  return route;
}

/** Hosts by the tags that have variables. */
function groupsOf(
  hosts: readonly HostOf[],
  tags: ReadonlyMap<string, Environment>,
): { tags: string[]; hosts: HostOf[] }[] {
  const groups = new Map<string, { tags: string[]; hosts: HostOf[] }>();
  for (const host of hosts) {
    const known = host.tags.filter((tag) => tags.has(tag));
    const group = groups.get(known.join(",")) ?? { tags: known, hosts: [] };
    group.hosts.push(host);
    groups.set(known.join(","), group);
  }
  return [...groups.values()];
}

function tagsOf(root: Reader, context: Context, hosts: Hosts): Map<string, Environment> {
  const env = root.map("env");
  const tags = env === undefined ? undefined : isMap(env.value["tags"]) ? env.map("tags") : undefined;
  return new Map(
    (tags?.keys ?? []).map((tag) => [
      tag,
      tags === undefined
        ? { env: new Fields(), secrets: new Fields() }
        : environmentOf(tags, tag, context, { hosts }),
    ]),
  );
}

/** What stands behind the roles. */
function settingsOf(
  { root, context, env, readyDelay, single }: Common,
  workers: boolean,
  routed: boolean,
  options: readonly Options[],
): Fields {
  root.decide(
    "error_pages_path",
    context.takeOver ? "none" : "act",
    context.takeOver
      ? "Kamal's proxy cannot read pages of the program's, and has its own."
      : "name that directory as errorPages of the App, from where the program runs; until then the proxy has pages of its own.",
  );
  const volumes = volumesOf(root, context);
  const body = bodyOf(single && options[0] !== undefined ? options[0] : none);
  const retain = root.number("retain_containers");
  if (retain !== undefined)
    context.notes.add(
      "retain_containers",
      "differs",
      "old images are kept, and old containers are not: going back pulls nothing and starts new ones.",
      typeof retain === "number" ? String(retain) : undefined,
    );
  return new Fields()
    .with("env", env.env)
    .with("secrets", env.secrets)
    .with("volumes", volumes.fields)
    .with("assetPath", assetPathOf(root, routed))
    .with("stopTimeout", seconds(root.number("stop_timeout")))
    .with("readyTimeout", readyTimeout(root, context, workers, readyDelay))
    .with("labels", labelsOf(root))
    .with("logging", loggingOf(root))
    .with("commands", commandsOf(root, context))
    .with("rollout", rolloutOf(root))
    .with("retainImages", retain)
    .with("transform", volumes.transform.with("container", new Fields().with("body", body)));
}

const none: Options = { body: new Fields(), host: new Fields() };

/** How long a container may take; what waits for a worker has to be over by then. */
function readyTimeout(
  root: Reader,
  { notes }: Context,
  workers: boolean,
  delay: Node | undefined,
): Node | undefined {
  const given = root.number("deploy_timeout");
  if (typeof given !== "number" || !workers) return seconds(given);
  const waits = isSpecial(delay) && delay.is === "typed" ? Number(delay.text.replace("s", "")) : 3;
  if (given > waits) return seconds(given);
  notes.add(
    "deploy_timeout",
    "differs",
    `a worker has to keep running for ${waits} s to be ready, which it could not within it; the program has ${waits + 1} s.`,
    String(given),
  );
  return duration(`${waits + 1}s`);
}

function rolloutOf(root: Reader): Fields {
  const boot = root.map("boot");
  boot?.decide("parallel_roles", "differs", "the roles of a host always start side by side.");
  const limit = boot?.take("limit");
  const number = typeof limit === "number" || /^\d+$/.test(String(limit)) ? Number(limit) : undefined;
  const batch = number ?? (typeof limit === "string" ? limit : undefined);
  if (batch === undefined)
    boot?.decide(
      "wait",
      "differs",
      "without boot.limit all hosts are one batch, and there is nothing to wait between.",
    );
  return new Fields().with("batch", batch).with("wait", seconds(boot?.number("wait")));
}

function labelsOf(of: Reader | undefined): Fields {
  const labels = of?.map("labels");
  return (labels?.keys ?? []).reduce(
    (fields, key) => fields.with(key, labels?.text(key) ?? ""),
    new Fields(),
  );
}

/** Docker's log driver; a role's own keys lie over those of the app. */
function loggingOf(of: Reader | undefined, root?: Reader): Fields {
  const own = of?.map("logging");
  if (own === undefined || own.keys.length === 0) return new Fields();
  const below = root?.map("logging");
  const options = own.map("options");
  const inherited = below?.map("options");
  let fields = new Fields();
  for (const key of inherited?.keys ?? [])
    if (options?.value[key] === undefined) fields = fields.with(key, inherited?.text(key));
  for (const key of options?.keys ?? []) fields = fields.with(key, options?.text(key));
  return new Fields()
    .with("driver", own.text("driver") ?? below?.text("driver") ?? "json-file")
    .with("options", fields);
}

interface Volumes {
  readonly fields: Fields;
  readonly transform: Fields;
}

/** Docker volumes under the names that Kamal gave them, so that their data is there, and directories of the host. */
function volumesOf(root: Reader, { notes }: Context): Volumes {
  let fields = new Fields();
  const called: [source: string, kamal: string][] = [];
  for (const item of root.list("volumes")) {
    if (typeof item !== "string") throw root.wrong("volumes", "each is SOURCE:PATH, without Ruby");
    const [source = "", path, options] = item.split(":");
    if (path === undefined || !path.startsWith("/") || /^[.~$]/.test(source)) {
      notes.add(
        "volumes",
        "act",
        "it is not SOURCE:PATH with a name or an absolute path; write it into volumes.",
        item,
      );
      continue;
    }
    const host = source.startsWith("/");
    const known = host ? /^(ro|rw|z|Z|r?private|r?shared|r?slave)$/ : /^(ro|rw|z|Z|nocopy)$/;
    const given = (options ?? "").split(",").filter((option) => option !== "" && option !== "rw");
    const taken = given.filter((option) => known.test(option));
    if (taken.length < given.length)
      notes.add(
        "volumes",
        "act",
        "Docker takes one of its options no more; the program is without it.",
        item,
      );
    const target = taken.length === 0 ? path : `${path}:${taken.join(",")}`;
    if (host) fields = fields.with(source, target);
    else {
      const name = unlike(labelOf(source, 40), new Set(fields.names), 40);
      fields = fields.with(name, target);
      called.push([name, source]);
    }
  }
  if (called.length > 0)
    notes.add(
      "volumes",
      "differs",
      `the program uses ${called.map(([, kamal]) => kamal).join(", ")} by the name that Kamal gave, so that on the same machine the data is there; without transform.volume it would begin empty.`,
    );
  return {
    fields,
    transform: new Fields().with("volume", calledBefore(called)),
  };
}

function calledBefore(called: readonly [source: string, kamal: string][]): Node | undefined {
  const [[source, kamal] = []] = called;
  if (source === undefined || kamal === undefined) return undefined;
  if (called.length === 1) return new Fields().with("name", kamal);
  const lines = [...called]
    .sort(([one], [other]) => other.length - one.length)
    .map(
      ([name, own], at) =>
        `  ${at === 0 ? "" : "else "}if (name.endsWith(${JSON.stringify(`-${name}`)})) args.name = ${JSON.stringify(own)};`,
    );
  return { is: "lines", lines: ["(args, _opts, name) => {", ...lines, "}"] };
}

/** The variable of the version, which is the same in all programs. */
export const version: Node = code('config.require("version")');
