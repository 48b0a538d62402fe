/** The arguments of an accessory, and what can be wrong with them. */
import { Output } from "@pulumi/pulumi";
import type * as pulumi from "@pulumi/pulumi";
import type { BuiltImage } from "../build/built";
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
import type { AccessoryReadyArgs, DirectoriesArgs, SwitchArgs } from "../host/step";
import type { RouteArgs } from "../app/route";
import type { ExistingProxy } from "../proxy/existing";
import type { Proxy } from "../proxy/proxy";
import { isMutableTag, mutableTagCheck } from "../image/reference";
import { checkOwnRegistry } from "./image";
import {
  checkFiles,
  checkMode,
  checkMounts,
  checkOwner,
  dataPaths,
  volumeNames,
  type HostDirectory,
} from "./mounts";
import { checkPorts, checkPublish, type AccessoryPort, type Publish } from "./ports";
import { checkRouted } from "./routed";
import { checkTakeOver } from "./take-over";

/** A file in a container, and what it is to be like. */
export interface AccessoryFile {
  /** What is in it. */
  content: pulumi.Input<string>;
  /** Its permissions, in octal. @default "0644" @example "0600" */
  mode?: string;
  /** Its user and its group in the container, by their numbers. @default "0:0" @example "999:999" */
  owner?: string;
}

/** Arguments of `Accessory`. */
export interface AccessoryArgs {
  /**
   * The host that it runs on.
   *
   * @edit refused at preview while volumes hold its data, unless `data` says what becomes of it: `"move"` stops it, copies the volumes to
   * the new host and starts it there; `"leave"` starts it there with empty ones. The old volumes stay
   */
  server: Host;
  /**
   * The image, with its tag; or an `Image`, which `pulumi up` builds before. It is known by its digest, so that a build with the same content
   * leaves the container as it is; what it is built from may be edited as any argument, and its data stays. The default `version` of an `Image` is the
   * commit: with each commit it is built anew, and a preview, which builds nothing, shows the container as replaced. A `version` of its own, such as
   * `"1"`, has it built where its context or its arguments are others.
   *
   * @edit replaces the container
   * @example "getmeili/meilisearch:v1.11"
   */
  image: string | BuiltImage;
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
  /**
   * How requests from outside come to it through the proxy of its server: a dashboard, a search engine that browsers ask, an admin page.
   * It has the arguments of an App's route, but for `name`; `port` is the accessory's own where the route names no other one. The route is
   * there once the accessory is ready and its health path, `/up` unless the route names another one, has answered the proxy. Nothing is
   * published for it.
   *
   * An accessory is one container, which is stopped before its next one starts: while it is replaced, the proxy answers its requests with
   * 502. What has to be released without a gap is an `App`.
   *
   * @default none: only containers reach it, and whom `publish` names
   * @edit the proxy takes it in place, without a lost request; the container is not touched, but for a first route on a server of Kamal's,
   * where it comes into the Docker network of Kamal's proxy by a new container. Taken out, the proxy forgets it; with another `server`, the
   * proxy of the former one does
   * @example { hosts: ["grafana.example.com"], health: { path: "/api/health" }, tls: letsEncrypt() }
   */
  route?: RouteArgs;
  /** The proxy of its server, for `route`. @default none @edit the route goes over to the other one */
  proxy?: Proxy | ExistingProxy;
  /** The port on the host, when it is published. @default the same as `port` @edit replaces the container */
  hostPort?: number;
  /**
   * Further ports that are published, for TCP or UDP. What is only for containers on the same host need not be named.
   *
   * @default none
   * @edit replaces the container
   * @example [{ port: 8125, protocol: "udp", publish: "private" }]
   */
  ports?: AccessoryPort[];
  /**
   * The name of its container, which is the host name by which the containers of its server reach it. Its data keeps its own name, so that
   * another one here finds the same volumes.
   *
   * @default `<project>-<stack>-<name>`
   * @edit replaces the container, and `host` with it
   * @example "shop-db"
   */
  service?: string;
  /**
   * Docker networks of its host that it is in besides the one of all containers there. Somebody else makes them, as by `docker network
   * create`: without one of them the container does not start.
   *
   * @default none
   * @edit replaces the container
   * @example ["monitoring"]
   */
  networks?: string[];
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
   * Data that outlives the container: the name of a Docker volume, or an absolute path of the host, and where it is mounted, with Docker's
   * options behind a colon. A path is not guarded as a volume is, which the preview says; it is not made, see `directories`.
   *
   * @default none
   * @edit replaces the container; a name that is taken out is left on the host with its data, and is used again when it is back
   * @example { data: "/meili_data", "/etc/ssl/certs": "/etc/ssl/certs:ro" }
   */
  volumes?: Record<string, string>;
  /**
   * Directories of the host, by absolute path, which are made where they are not there yet, with a mode and an owner, and where each is
   * mounted. What is in them stays as it is. As a rule `volumes` serves better: the preview says that a path is not guarded as a volume is.
   *
   * @default none
   * @edit mode and owner in place, of the directory alone; else replaces the container, and a directory that is taken out stays on the host
   * @example { "/srv/search": { path: "/meili_data", mode: "0750", owner: "1000:1000" } }
   */
  directories?: Record<string, string | HostDirectory>;
  /**
   * Files inside the container, by absolute path. Each container has its own, so that what a program in there writes to one goes with it. A
   * template is a text of the program, with variables in it, or `pulumi.interpolate` where they are known only later.
   *
   * @default none
   * @edit replaces the container
   * @example { "/etc/app.conf": `level = ${level}`, "/etc/app.key": { content: key, mode: "0400", owner: "999:999" } }
   */
  files?: Record<string, pulumi.Input<string> | AccessoryFile>;
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
   * host; `volumes` has the paths in its container. Of `data` it has `"keep"` alone. The preview says where its data lies, and what is otherwise in the program: all of
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
    /** What makes directories of the host. */
    directories?: Transform<DirectoriesArgs>;
    /** Each data volume. */
    volume?: Transform<VolumeArgs>;
    /** The container. */
    container?: Transform<ContainerArgs>;
    /** What waits until it is ready. */
    ready?: Transform<AccessoryReadyArgs>;
    /** What gives it its route. */
    switch?: Transform<SwitchArgs>;
  };
}

/** What is wrong with the arguments of an accessory. */
export function checkAccessory(name: string, args: AccessoryArgs): Problem[] {
  const published = args.publish !== undefined;
  return [
    ...check.dnsLabel("name", name),
    ...(typeof args.image === "string"
      ? [...check.notEmpty("image", args.image, "name an image with its tag"), ...checkTag(args.image)]
      : checkOwnRegistry(args)),
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
    ...checkRouted(args),
    ...checkPublish("publish", args.publish),
    ...checkPorts(args),
    ...check.dnsLabel("service", args.service, 63),
    ...(args.networks ?? []).flatMap((network, at) => checkNetwork(`networks[${at}]`, network)),
    ...checkEnvironment(args.env, args.secrets, "", anyName),
    ...checkMounts(args),
    ...checkFiles(args.files ?? {}, args),
    ...checkData("accessory", args.data),
    ...checkMove(args),
    ...checkTakeOver(args),
    ...Object.entries(args.files ?? {}).flatMap(([path, file]) => [
      ...check.absolutePath("files", path),
      ...checkMode(`files.${path}.mode`, fileOf(file).mode),
      ...checkOwner(`files.${path}.owner`, fileOf(file).owner),
    ]),
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

/** A file with what it is to be like, however the program gives it. */
export function fileOf(file: pulumi.Input<string> | AccessoryFile): AccessoryFile {
  const whole = typeof file === "object" && !(file instanceof Promise) && !Output.isInstance(file);
  return whole ? file : { content: file };
}

/** The name of a Docker network, and none that is there already. */
function checkNetwork(argument: string, network: string): Problem[] {
  const own = ["bridge", "host", "none", "sextant"].includes(network);
  if (!own && /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(network)) return [];
  const rule = own
    ? "that is no network which a container can be in besides its own"
    : "such a name has letters, digits, dots, hyphens and underscores";
  return [
    { argument, value: network, rule, cure: "give the name of a network that docker network create made" },
  ];
}

/** Each volume is copied by itself: of two, one could be moved and the other not. A path of the host is not copied at all. */
function checkMove(args: AccessoryArgs): Problem[] {
  const { data } = args;
  if (data !== "move") return [];
  const wrong = { argument: "data", value: data, check: dataKeptCheck };
  const cure = 'copy them by hand while it is stopped, then write "leave"';
  const [path] = dataPaths(args);
  if (path !== undefined)
    return [{ ...wrong, rule: `it takes a Docker volume along, and ${path} is a path of the host`, cure }];
  if (volumeNames(args).length < 2) return [];
  return [{ ...wrong, rule: "it takes one volume along, and this accessory has more", cure }];
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
