/** The shape of an app's arguments. */
import {
  type Members,
  type Shape,
  amount,
  changes,
  either,
  flag,
  hiddenText,
  list,
  input,
  named,
  needed,
  object,
  oneOrMore,
  single,
  text,
  words,
} from "../core/shape";
import { imageOrName } from "../build/given";
import { hosts } from "../host/shapes";
import type { AppArgs, ContainerSettings, RoleArgs } from "./args";
import type { CanaryArgs } from "./canary-args";
import { oneProxy, routeShape } from "./route-shape";
import type { ScheduleArgs } from "./schedule-args";

type Part<Args, Name extends keyof Args> = NonNullable<Args[Name]>;

const settings: Members<ContainerSettings> = {
  env: named(input, '{ RAILS_ENV: "production" }'),
  secrets: named(hiddenText, '{ TOKEN: config.requireSecret("token") }'),
  volumes: named(single, '{ uploads: "/rails/storage" }'),
  resources: object<Part<ContainerSettings, "resources">>(
    { memory: single, cpus: single },
    '{ memory: "512m" }',
  ),
  assetPath: text,
  stopTimeout: single,
  readyTimeout: single,
  labels: named(text, '{ team: "shop" }'),
  logging: object<Part<ContainerSettings, "logging">>(
    { driver: needed(text, 'name it, such as "journald"'), options: named(text, '{ "max-size": "50m" }') },
    '{ driver: "journald" }',
  ),
  restart: single,
};

const schedule: Shape<ScheduleArgs> = object<ScheduleArgs>(
  {
    cron: needed(text, 'give cron\'s five fields, such as "15 3 * * *"'),
    timeZone: text,
    timeout: single,
  },
  '"15 3 * * *", or { cron: "15 3 * * *", timeZone: "Europe/Berlin" }',
  { timezone: 'write timeZone: "Europe/Berlin"', tz: 'write timeZone: "Europe/Berlin"' },
);

const canary: Shape<CanaryArgs> = object<CanaryArgs>(
  {
    image: imageOrName,
    version: input,
    command: words,
    env: settings.env,
    secrets: settings.secrets,
    percent: amount,
    visitors: list(text, '["team"]'),
  },
  '{ version: "v2", percent: 10 }',
  { servers: "leave it out: a canary runs on the hosts of its role" },
);

const role: Shape<RoleArgs> = object<RoleArgs>(
  {
    ...settings,
    servers: needed(hosts, "give the servers that it runs on, [web]"),
    image: imageOrName,
    version: input,
    replicas: amount,
    command: words,
    route: oneOrMore(routeShape),
    canary,
    reads: text,
    schedule: either(schedule, (value) => typeof value === "object", text),
    strategy: single,
    ready: words,
    readyDelay: single,
  },
  "{ servers: [web] }",
  { hosts: "write servers", cmd: 'write command: ["bin/jobs"]', proxy: "write route, and proxy at the app" },
);

export const appShape: Shape<AppArgs> = object<AppArgs>(
  {
    ...settings,
    image: needed(imageOrName, "name the image's repository, or give an Image"),
    version: input,
    proxy: oneProxy,
    route: oneOrMore(routeShape),
    roles: needed(
      named(
        needed(role, "give the servers that it runs on, { servers: [web] }, or leave it out"),
        "{ web: { servers: [web] } }",
      ),
      "give at least one role: { web: { servers: [web] } }",
    ),
    takeOver: object<Part<AppArgs, "takeOver">>(
      {
        service: needed(text, 'give Kamal\'s service, such as "shop"'),
        destination: text,
        roles: named(text, '{ "web-eu": "web" }'),
      },
      '{ service: "shop" }',
    ),
    allowEmptyRoles: flag,
    release: words,
    releaseTimeout: single,
    hooks: object<Part<AppArgs, "hooks">>(
      {
        ...{ beforeRelease: text, beforeBatch: text, afterBatch: text, afterRelease: text },
        afterFailure: text,
        output: either(
          text,
          (value) => typeof value !== "object",
          object<Extract<Part<Part<AppArgs, "hooks">, "output">, object>>(
            {
              beforeRelease: text,
              beforeBatch: text,
              afterBatch: text,
              afterRelease: text,
              afterFailure: text,
            },
            '"quiet", or { beforeRelease: "quiet" }',
          ),
        ),
      },
      '{ afterRelease: "bin/notify $KAMAL_VERSION" }',
    ),
    commands: named(words, '{ console: ["bin/console"] }'),
    rollout: object<Part<AppArgs, "rollout">>(
      { batch: single, wait: single },
      '{ batch: 2 } or { batch: "25%" }',
    ),
    retainImages: amount,
    errorPages: text,
    data: single,
    inspectImage: single,
    transform: changes<Part<AppArgs, "transform">>({
      image: true,
      volume: true,
      assets: true,
      container: true,
      release: true,
      ready: true,
      switch: true,
      canary: true,
      schedule: true,
      hook: true,
      wait: true,
      cleanUp: true,
    }),
  },
  '{ image: "registry.example.com/shop", version: "v1", roles: { web: { servers: [web] } } }',
  {
    servers: "give them to a role: roles: { web: { servers: [web] } }",
    accessories: "make each of them a component: new Postgres(…), new Redis(…), new Accessory(…)",
    registry: "give a Registry to the servers: registries: [registry]",
    builder: 'build it by new Image("shop", …), and give that as image',
    healthcheck: "write route.health",
    boot: "write rollout: { batch: 2 }",
    hooks_path: 'write hooks: { afterRelease: ".kamal/hooks/post-deploy" }',
    aliases: 'write commands: { console: ["bin/rails", "console"] }',
  },
);
