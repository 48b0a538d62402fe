/** The shapes of the arguments of accessories. */
import * as pulumi from "@pulumi/pulumi";
import {
  type Members,
  type Shape,
  amount,
  changes,
  either,
  flag,
  hiddenText,
  input,
  list,
  named,
  needed,
  object,
  single,
  text,
  words,
} from "../core/shape";
import { oneProxy, routeShape } from "../app/route-shape";
import { imageOrName } from "../build/given";
import { oneHost } from "../host/shapes";
import type { AccessoryArgs, AccessoryFile } from "./args";
import type { HostDirectory } from "./mounts";
import type { AccessoryPort, Publish } from "./ports";
import type { MemcachedArgs } from "./memcached-args";
import type { MariaDbArgs, MySqlArgs } from "./mysql-args";
import type { PostgresArgs } from "./postgres-args";
import type { RedisArgs } from "./redis-args";

type Part<Name extends keyof AccessoryArgs> = NonNullable<AccessoryArgs[Name]>;

const publish: Shape<Publish> = either(
  single,
  (value) => typeof value !== "object",
  object<Extract<Publish, object>>(
    { public: needed(flag, "write public: true"), reason: needed(single) },
    '"loopback", "private", or { public: true, reason: "…" }',
  ),
);

const port: Shape<AccessoryPort> = object<AccessoryPort>(
  {
    port: needed(single, "give the port that it listens on"),
    protocol: text,
    publish: needed(publish, 'say who may reach it: "loopback", "private", or { public: true, reason: "…" }'),
    hostPort: single,
  },
  '{ port: 8125, protocol: "udp", publish: "private" }',
);

const directory: Shape<string | HostDirectory> = either(
  text,
  (value) => typeof value !== "object",
  object<HostDirectory>(
    { path: needed(text, "say where it is mounted"), mode: text, owner: text },
    '"/data", or { path: "/data", mode: "0750", owner: "999:999" }',
  ),
);

const file: Shape<pulumi.Input<string> | AccessoryFile> = either(
  hiddenText,
  (value) => typeof value !== "object" || pulumi.Output.isInstance(value) || value instanceof Promise,
  object<AccessoryFile>(
    { content: needed(hiddenText, "give the text of the file"), mode: text, owner: text },
    '"…", or { content: "…", mode: "0600", owner: "999:999" }',
  ),
);

/** What presets take, too. */
const shared: Members<
  Omit<AccessoryArgs, "image" | "port" | "volumes" | "ready" | "command" | "route" | "proxy">
> = {
  server: needed(oneHost, "give the server that it runs on"),
  publish,
  hostPort: single,
  ports: list(port, '[{ port: 8125, protocol: "udp", publish: "private" }]'),
  service: text,
  networks: list(text, '["monitoring"]'),
  directories: named(directory, '{ "/srv/data": "/data" }'),
  env: named(input, '{ LANG: "C.UTF-8" }'),
  secrets: named(hiddenText, '{ TOKEN: config.requireSecret("token") }'),
  files: named(file, '{ "/etc/app.conf": "…" }'),
  resources: object<Part<"resources">>({ memory: single, cpus: single }, '{ memory: "512m" }'),
  stopTimeout: single,
  labels: named(text, '{ team: "shop" }'),
  data: single,
  takeOver: single,
  shm: single,
  inspectImage: single,
  transform: changes<Part<"transform">>({
    ...{ image: true, directories: true, volume: true, container: true, ready: true, switch: true },
  }),
};

const hints = {
  host: "write server",
  servers: "write server: it runs on one; for several, make one for each by onEachServer",
  network: 'write networks: ["…"]; all containers of a host are in one besides',
  keepData: "leave it out: data is kept",
};

export const accessoryShape: Shape<AccessoryArgs> = object<AccessoryArgs>(
  {
    ...shared,
    image: needed(imageOrName, "name an image with its tag, or give an Image"),
    port: single,
    route: routeShape,
    proxy: oneProxy,
    volumes: named(single, '{ data: "/data" }'),
    command: words,
    ready: object<Part<"ready">>(
      { command: needed(words, "give the command as a list of words"), timeout: single },
      '{ command: ["pg_isready"] }',
    ),
  },
  '{ server: web, image: "getmeili/meilisearch:v1.11" }',
  hints,
);

const preset = {
  ...hints,
  port: "leave it out: the preset knows it; hostPort is the one on the host",
  volumes: 'leave it out: the preset keeps its data in the volume "data"',
  ready: "leave it out: the preset asks the server itself",
  route: "leave it out: the proxy passes on HTTP, which this server does not speak",
  proxy: "leave it out: the proxy passes on HTTP, which this server does not speak",
};

export const postgresShape: Shape<PostgresArgs> = object<PostgresArgs>(
  {
    ...shared,
    command: words,
    version: needed(text, 'name the major version, such as "15"'),
    password: needed(
      hiddenText,
      "set it with pulumi config set --secret, and read it with config.requireSecret",
    ),
    user: text,
    database: text,
    image: text,
    major: single,
    libc: text,
  },
  '{ server: web, version: "15", password: config.requireSecret("dbPassword") }',
  preset,
);

const { takeOver: _, ...untaken } = shared;

const family: Members<Omit<MariaDbArgs, keyof AccessoryArgs> & Pick<AccessoryArgs, "command">> &
  Members<Pick<MariaDbArgs, "image">> = {
  command: words,
  version: needed(text, 'name the series, such as "11.4"'),
  password: needed(
    hiddenText,
    "set it with pulumi config set --secret, and read it with config.requireSecret",
  ),
  rootPassword: needed(
    hiddenText,
    "set it with pulumi config set --secret, and read it with config.requireSecret",
  ),
  user: text,
  database: text,
  image: text,
  series: text,
};

const familyExample =
  '{ server: web, version: "11.4", password: config.requireSecret("dbPassword"), rootPassword: … }';

const familyHints = {
  ...preset,
  // The step that gives it does not ask first whether the password is the database's, as that of a Postgres does.
  takeOver:
    "take Kamal's up by an Accessory, with its image, variables and volumes: this preset gives the user its own password at the first pulumi up",
};

export const mariaDbShape: Shape<MariaDbArgs> = object<MariaDbArgs>(
  { ...untaken, ...family },
  familyExample,
  familyHints,
);

export const mySqlShape: Shape<MySqlArgs> = object<MySqlArgs>(
  { ...untaken, ...family },
  familyExample,
  familyHints,
);

const { directories: __, data: ___, ...cached } = untaken;

export const memcachedShape: Shape<MemcachedArgs> = object<MemcachedArgs>(
  {
    ...cached,
    version: needed(text, 'name the version, such as "1.6"'),
    memory: single,
    connections: amount,
    image: text,
  },
  '{ server: web, version: "1.6" }',
  {
    ...preset,
    volumes: "leave it out: it holds nothing that is kept",
    data: "leave it out: it holds nothing that is kept",
    password: "leave it out: memcached knows none",
    command: "leave it out: the preset starts the server with its settings",
    takeOver: "take Kamal's up by an Accessory, with its image and command",
  },
);

export const redisShape: Shape<RedisArgs> = object<RedisArgs>(
  {
    ...shared,
    version: needed(text, 'name the version, such as "7"'),
    password: hiddenText,
    persistent: flag,
    image: text,
  },
  '{ server: web, version: "7" }',
  { ...preset, command: "leave it out: the preset starts the server with its settings" },
);
