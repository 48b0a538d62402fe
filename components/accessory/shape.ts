/** The shapes of the arguments of accessories. */
import {
  type Members,
  type Shape,
  changes,
  either,
  flag,
  hiddenText,
  input,
  named,
  needed,
  object,
  single,
  text,
  words,
} from "../core/shape";
import { oneHost } from "../host/shapes";
import type { AccessoryArgs, Publish } from "./args";
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

/** What presets take, too. */
const shared: Members<Omit<AccessoryArgs, "image" | "port" | "volumes" | "ready" | "command">> = {
  server: needed(oneHost, "give the server that it runs on"),
  publish,
  hostPort: single,
  env: named(input, '{ LANG: "C.UTF-8" }'),
  secrets: named(hiddenText, '{ TOKEN: config.requireSecret("token") }'),
  files: named(hiddenText, '{ "/etc/app.conf": "…" }'),
  resources: object<Part<"resources">>({ memory: single, cpus: single }, '{ memory: "512m" }'),
  stopTimeout: single,
  labels: named(text, '{ team: "shop" }'),
  data: single,
  takeOver: single,
  shm: single,
  inspectImage: single,
  transform: changes<Part<"transform">>({ image: true, volume: true, container: true, ready: true }),
};

const hints = {
  host: "write server",
  servers: "write server: it runs on one",
  directories: "write volumes",
  keepData: "leave it out: data is kept",
};

export const accessoryShape: Shape<AccessoryArgs> = object<AccessoryArgs>(
  {
    ...shared,
    image: needed(text, "name an image with its tag"),
    port: single,
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
