/** The arguments of an app. */
import type * as pulumi from "@pulumi/pulumi";
import type * as docker from "@pulumi/docker";
import type * as command from "@pulumi/command";
import type { Transform } from "../core/component";
import type { Duration, Size } from "../core/units";
import type { Host } from "../host/host";
import type { Proxy } from "../proxy/proxy";
import type { RouteArgs } from "./route";

/** What a container of a role is run with; given for the app, each role may say otherwise. */
export interface ContainerSettings {
  /** Environment that anyone may read; a role's own is laid over the app's. */
  env?: Record<string, pulumi.Input<string>>;
  /** Environment that is secret: encrypted in the state, never in a diff, a log or an argument list. */
  secrets?: Record<string, pulumi.Input<string>>;
  /** Volumes: the name of a Docker volume, or an absolute path of the host, and where it is mounted. @example { uploads: "/rails/storage" } */
  volumes?: Record<string, string>;
  /** Limits of one container. @default none */
  resources?: {
    /** Memory; over it, the kernel ends the process. @example "512m" */
    memory?: Size;
    /** Processor cores. @example 1.5 */
    cpus?: number;
  };
  /** How long a container may take to stop before it is killed. @default "30s" */
  stopTimeout?: Duration;
  /** How long a new container may take to become ready. @default "60s" */
  readyTimeout?: Duration;
  /** Labels on the containers. */
  labels?: Record<string, string>;
  /** Docker's log driver and its options. @default json-file, three files of 10 MB */
  logging?: { driver: string; options?: Record<string, string> };
  /** When Docker starts a container again by itself. @default "unless-stopped" */
  restart?: "no" | "on-failure" | "always" | "unless-stopped";
}

/** A role: the same image with its own command, on its own servers. */
export interface RoleArgs extends ContainerSettings {
  /** The hosts that it runs on. */
  servers: Host[];
  /** The command. @default the image's own */
  command?: string[];
  /** Its route or routes; the app's `route` is that of the first role. @default none: a worker */
  route?: RouteArgs | RouteArgs[];
  /**
   * `"start-first"`: the new container starts beside the old one, which stops once the new one is ready.
   * `"stop-first"`: for what must not run twice; there is a gap. Only for roles without a route. @default "start-first"
   */
  strategy?: "start-first" | "stop-first";
  /** For a role without a route: a command that succeeds inside the container when it is ready. @default it keeps running */
  ready?: string[];
  /** How long a role without a route has to keep running to count as ready. @default "3s" */
  readyDelay?: Duration;
}

/** Arguments of `App`. */
export interface AppArgs extends ContainerSettings {
  /** The image, without its tag. @example "registry.example.com/shop" */
  image: string;
  /** The release: a tag, or a digest (`sha256:...`). */
  version: pulumi.Input<string>;
  /** The proxy that routes to the app. Needed when there is a route. */
  proxy?: Proxy;
  /** The route or routes of the first role. */
  route?: RouteArgs | RouteArgs[];
  /** The roles, by name; the first is the primary one. @example { web: { servers: [web1] } } */
  roles: Record<string, RoleArgs>;
  /** A command that is run once a release, on the first server of the primary role, before any container starts: migrations. */
  release?: string[];
  /** How long the release command may take. @default "10m" */
  releaseTimeout?: Duration;
  /** How the release goes over the hosts. */
  rollout?: {
    /** How many hosts at a time, as a number or a share; every batch is ready and switched before the next starts. @default all */
    batch?: number | `${number}%`;
  };
  /** How many images of the app a host keeps, the running one among them. @default 3 */
  retainImages?: number;
  /** Changes a child before it is made. */
  transform?: {
    image?: Transform<docker.RemoteImageArgs>;
    volume?: Transform<docker.VolumeArgs>;
    container?: Transform<docker.ContainerArgs>;
    release?: Transform<command.remote.CommandArgs>;
    ready?: Transform<command.remote.CommandArgs>;
    switch?: Transform<command.remote.CommandArgs>;
    prune?: Transform<command.remote.CommandArgs>;
  };
}
