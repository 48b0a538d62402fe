/** The arguments of an accessory, and what can be wrong with them. */
import type * as pulumi from "@pulumi/pulumi";
import * as check from "../core/checks";
import { anyName, checkEnvironment } from "../core/environment";
import type { Transform } from "../core/component";
import type { Problem } from "../core/problem";
import type { Duration, Size } from "../../provider/core/units";
import type { Data } from "../../provider/data/word";
import { checkData, dataKeptCheck } from "../data/check-word";
import type { ContainerArgs } from "../docker/container";
import type { PullArgs } from "../image/pull";
import type { VolumeArgs } from "../docker/volume";
import type { Host } from "../host/host";
import type { AccessoryReadyArgs } from "../host/step";
import { isMutableTag, mutableTagCheck } from "../image/reference";
import { checkTakeOver } from "./take-over";
import type { Check } from "../core/check";

export const publicPortCheck: Check = {
  id: "public-port",
  title: "Public accessory port",
  effect: "refused or warned",
  why: "Docker publishes a port past the host's own firewall: `ufw deny 5432` does not shut it. So an accessory is published to nobody by default, and to everybody only with a reason that a reviewer reads, never without a password. A Redis without one in the private network is only said: every server there can read and write it.",
  says: [
    'Accessory "search": publish.reason is "", but it must not be empty; say why the whole internet may reach it (npx sextant docs checks#public-port).',
    'Redis "cache": password is missing, and everybody can reach the port; set it with pulumi config set --secret, or leave publish out (npx sextant docs checks#public-port).',
    'Redis "cache": password is missing, and every server of the private network can reach the port; set it with pulumi config set --secret, or leave publish out (npx sextant docs checks#public-port).',
  ],
};

/**
 * Who can reach an accessory's port beside the containers on its own host, which always can:
 * - `"loopback"`: processes on the host itself, for a person with an SSH tunnel;
 * - `"private"`: other servers in the private network;
 * - `{ public, reason }`: everybody. Docker publishes past the host's own firewall (UFW); the reason is for the reviewer.
 */
export type Publish = "loopback" | "private" | { public: true; reason: string };

/** Arguments of `Accessory`. */
export interface AccessoryArgs {
  /**
   * The host that it runs on.
   *
   * @edit refused at preview while volumes hold its data, unless `data` says what becomes of it: `"move"` stops it, copies the volumes to
   * the new host and starts it there; `"leave"` starts it there with empty ones. The old volumes stay
   */
  server: Host;
  /** The image, with its tag. @edit replaces the container @example "getmeili/meilisearch:v1.11" */
  image: string;
  /**
   * The port that it listens on inside its container.
   *
   * @default none
   * @edit replaces the container when the port is published; else only what clients are told changes
   * @example 7700
   */
  port?: number;
  /**
   * Who can reach the port from outside the Docker network of its host.
   *
   * @default nobody
   * @edit replaces the container
   */
  publish?: Publish;
  /** The port on the host, when it is published. @default the same as `port` @edit replaces the container */
  hostPort?: number;
  /** Environment that anyone may read. @default none @edit replaces the container */
  env?: Record<string, pulumi.Input<string>>;
  /**
   * Environment that is secret: encrypted in the state, never in a diff, a log or an argument list.
   *
   * @default none
   * @edit replaces the container
   */
  secrets?: Record<string, pulumi.Input<string>>;
  /**
   * Data that outlives the container: the name of a Docker volume and where it is mounted.
   *
   * @default none
   * @edit replaces the container; a name that is taken out is left on the host with its data, and is used again when it is back
   * @example { data: "/meili_data" }
   */
  volumes?: Record<string, string>;
  /** Files inside the container, by absolute path. @default none @edit replaces the container */
  files?: Record<string, pulumi.Input<string>>;
  /** The command. @default the image's own @edit replaces the container */
  command?: string[];
  /**
   * How it is known to be ready; dependants wait for it.
   *
   * @default the container runs
   * @edit asks again, in place; the container is not touched
   */
  ready?: {
    /** A command that succeeds inside the container when it is ready. @example ["pg_isready"] */
    command: string[];
    /** How long it may take. @default "120s" */
    timeout?: Duration;
  };
  /** Limits. @default none @edit memory in place; cores replace the container */
  resources?: {
    /** Memory; over it, the kernel ends the process. @default no limit @example "512m" */
    memory?: Size;
    /** Processor cores. @default no limit @example 1.5 */
    cpus?: number;
  };
  /**
   * The size of /dev/shm, where databases share memory between processes. What is used of it counts to the memory limit.
   *
   * @default Docker's own 64 MB
   * @edit replaces the container
   * @example "256m"
   */
  shm?: Size;
  /** How long it may take to stop before it is killed. @default "60s" @edit in place */
  stopTimeout?: Duration;
  /** Labels on the container. @default none @edit replaces the container */
  labels?: Record<string, string>;
  /**
   * Kamal's accessory that this one is, on a server with `takeOver: "kamal"`: what its container is called there, `SERVICE-NAME`. It is
   * taken up as it is, without a restart, by the name that apps know, with its data where it lies, in Docker volumes or directories of the
   * host; `volumes` has the paths in its container. The preview says where its data lies, and what is otherwise in the program: all of
   * that comes with the first edit that replaces the container. Taken out of the program before such an edit, it runs on as Kamal's.
   *
   * @default none
   * @edit refused: the data lies there
   * @example "shop-db"
   */
  takeOver?: string;
  /**
   * What becomes of the data volumes when the accessory is removed, moved or destroyed: `"keep"` keeps them, and refuses to move without
   * them; `"move"` takes a copy along; `"leave"` keeps them, and moves without them; `"discard"` deletes them, once that has been deployed.
   *
   * @default "keep"
   * @edit in the state only: nothing on the host changes
   */
  data?: Data;
  /**
   * How long a preview may ask the registry for what the image is made for, and for the paths that it keeps data at, to say which of them
   * `volumes` does not name; `false` asks for nothing.
   *
   * @default "3s"
   * @edit nothing on the host changes
   */
  inspectImage?: Duration | false;
  /** Changes a child before it is made. @default none @edit what the changed argument of the child does */
  transform?: {
    /** The image on the host. */
    image?: Transform<PullArgs>;
    /** Each data volume. */
    volume?: Transform<VolumeArgs>;
    /** The container. */
    container?: Transform<ContainerArgs>;
    /** What waits until it is ready. */
    ready?: Transform<AccessoryReadyArgs>;
  };
}

/** What is wrong with the arguments of an accessory. */
export function checkAccessory(name: string, args: AccessoryArgs): Problem[] {
  const published = args.publish !== undefined;
  return [
    ...check.dnsLabel("name", name),
    ...check.notEmpty("image", args.image, "name an image with its tag"),
    ...checkTag(args.image),
    ...check.port("port", args.port),
    ...check.port("hostPort", args.hostPort),
    ...(published && args.port === undefined
      ? [
          {
            argument: "publish",
            value: args.publish,
            rule: "there is no port to publish",
            cure: "give the port that the accessory listens on",
          },
        ]
      : []),
    ...(!published && args.hostPort !== undefined
      ? [
          {
            argument: "hostPort",
            value: args.hostPort,
            rule: "a host port needs publish",
            cure: 'add publish: "loopback" or "private", or leave hostPort out',
          },
        ]
      : []),
    ...(typeof args.publish === "string"
      ? check.oneOf("publish", args.publish, ["loopback", "private"]).map((problem) => ({
          ...problem,
          cure: 'choose one of these, or { public: true, reason: "..." } for everybody',
          check: publicPortCheck,
        }))
      : []),
    ...(typeof args.publish === "object"
      ? check
          .notEmpty("publish.reason", args.publish.reason ?? "", "say why the whole internet may reach it")
          .map((problem) => ({ ...problem, check: publicPortCheck }))
      : []),
    ...checkEnvironment(args.env, args.secrets, "", anyName),
    ...Object.entries(args.volumes ?? {}).flatMap(([volume, path]) => [
      ...check.dnsLabel(`volumes.${volume}`, volume),
      ...check.absolutePath(`volumes.${volume}`, path),
    ]),
    ...checkData("accessory", args.data),
    ...checkMove(args),
    ...checkTakeOver(args),
    ...Object.keys(args.files ?? {}).flatMap((path) => check.absolutePath("files", path)),
    ...(args.ready === undefined
      ? []
      : [
          ...check.notEmpty("ready.command", args.ready.command, "give the command as a list of words"),
          ...check.duration("ready.timeout", args.ready.timeout, 1000, 3_600_000),
        ]),
    ...check.size("resources.memory", args.resources?.memory),
    ...check.size("shm", args.shm, 1024 ** 2),
    ...(args.inspectImage === false ? [] : check.duration("inspectImage", args.inspectImage, 100, 60_000)),
    ...check.cores("resources.cpus", args.resources?.cpus),
    ...check.duration("stopTimeout", args.stopTimeout, 0, 3_600_000),
  ];
}

/** Each volume is copied by itself: of two, one could be moved and the other not. */
function checkMove({ data, volumes = {} }: AccessoryArgs): Problem[] {
  if (data !== "move" || Object.keys(volumes).length < 2) return [];
  return [
    {
      argument: "data",
      value: data,
      rule: "it takes one volume along, and this accessory has more",
      cure: 'copy them by hand while it is stopped, then write "leave"',
      check: dataKeptCheck,
    },
  ];
}

function checkTag(image: string): Problem[] {
  const last = image.slice(image.lastIndexOf("/") + 1);
  const tag = /:([^:@]+)$/.exec(last)?.[1];
  const named = last.includes("@sha256:") || (tag !== undefined && !isMutableTag(tag));
  return named || image === ""
    ? []
    : [
        {
          argument: "image",
          value: image,
          rule: "without a tag of its own, a pull can bring another release of your data's server",
          cure: "add the version as its tag",
          check: mutableTagCheck,
        },
      ];
}
