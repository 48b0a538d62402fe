/** The arguments of an app. */
import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { Image } from "../build/image";
import type { Transform } from "../core/component";
import type { Duration, Size } from "../../provider/core/units";
import type { Data } from "../../provider/data/word";
import type { ContainerArgs } from "../docker/container";
import type { PullArgs } from "../image/pull";
import type { VolumeArgs } from "../docker/volume";
import type { Host } from "../host/host";
import type {
  AssetsArgs,
  CanaryStepArgs,
  ReadyArgs,
  ReleaseArgs,
  ScheduleStepArgs,
  SwitchArgs,
} from "../host/step";
import type { ExistingProxy } from "../proxy/existing";
import type { Proxy } from "../proxy/proxy";
import type { CanaryArgs } from "./canary-args";
import type { CleanUpArgs } from "./clean-up";
import type { Hooks } from "./hooks";
import type { RouteArgs } from "./route";
import type { ScheduleArgs } from "./schedule-args";
import type { TakeOver } from "./take-over";
import type { WaitArgs } from "./wait";

/** What a container of a role is run with; given for the app, each role may say otherwise. */
export interface ContainerSettings {
  /**
   * Environment that anyone may read; a role's own is laid over the app's. KAMAL_VERSION, KAMAL_HOST, KAMAL_CONTAINER_NAME and
   * KAMAL_DESTINATION (the stack) are there by themselves.
   *
   * @default none
   * @edit rolling replace; the release command runs again
   * @example { RAILS_ENV: "production" }
   */
  env?: Record<string, pulumi.Input<string>>;
  /**
   * Environment that is secret: encrypted in the state, never in a diff, a log or an argument list.
   *
   * @default none
   * @edit rolling replace; the release command runs again
   * @example { DATABASE_URL: db.url, RAILS_MASTER_KEY: config.requireSecret("railsMasterKey") }
   */
  secrets?: Record<string, pulumi.Input<string>>;
  /**
   * Volumes: the name of a Docker volume, or an absolute path of the host, and where it is mounted, with Docker's options behind a colon, such as
   * `ro`, or `z` under SELinux. What the image keeps elsewhere, by VOLUME
   * in its Dockerfile, is kept in a volume that is named after role and path, which a preview says.
   *
   * @default none
   * @edit rolling replace; a name that is taken out is left on its hosts with its data, and is used again when it is back
   * @example { uploads: "/rails/storage" }
   */
  volumes?: Record<string, string>;
  /**
   * The directory of the image with its built assets, whose names hold a hash of what is in them. While a release goes on and after it, each
   * container of a role with a route serves those of the releases around it too, on every host: what a page asks for that was loaded before
   * the release, and what a page of the new release asks of a host that still has the old one. They are read-only in the containers; of files
   * of one name each release has its own, and names that begin with a dot, such as manifests, stay with their release. Those of as many
   * releases are kept as `retainImages` says, and two at least.
   *
   * An image that has no such directory fails the release before anything of it starts.
   *
   * @default none: a container has the assets of its own image alone
   * @edit rolling replace; containers that were made without it find no other release's assets
   * @example "/rails/public/assets"
   */
  assetPath?: string;
  /** Limits of one container. @default none @edit memory in place; cores are a rolling replace */
  resources?: {
    /** Memory; over it, the kernel ends the process. @default no limit @example "512m" */
    memory?: Size;
    /** Processor cores. @default no limit @example 1.5 */
    cpus?: number;
  };
  /** How long a container may take to stop before it is killed. @default "30s" @edit in place */
  stopTimeout?: Duration;
  /**
   * How long a new container may take to become ready.
   *
   * @default "60s"
   * @edit in place: gate and switch run again
   */
  readyTimeout?: Duration;
  /** Labels on the containers. @default none @edit rolling replace */
  labels?: Record<string, string>;
  /** Docker's log driver and its options. @default json-file, three files of 10 MB @edit rolling replace */
  logging?: {
    /** The driver. @example "journald" */
    driver: string;
    /** The driver's options. @default none @example { "max-size": "50m" } */
    options?: Record<string, string>;
  };
  /** When Docker starts a container again by itself. @default "unless-stopped" @edit in place */
  restart?: "no" | "on-failure" | "always" | "unless-stopped";
}

/** A role: the app's image with a command of its own, or an image of its own, on its own servers. */
export interface RoleArgs extends ContainerSettings {
  /**
   * The hosts that it runs on.
   *
   * @edit starts a container on a host that is added, stops it on one that is taken out; refused at preview where a volume with data
   * would be left behind, see `data`
   */
  servers: Host[];
  /**
   * An image of its own, without its tag; or an `Image`, which `pulumi up` builds before. It is pulled on the hosts of the role alone, before any
   * container starts, and has all that the app's image has: it is asked for at preview, its assets are those of the role, and `retainImages` of it
   * stay on each host.
   *
   * The app's image names the release. The release command runs in it, and hooks, `App.version` and `npx sextant rollback` have its version;
   * KAMAL_VERSION in a container is the version of its own image. An app's image that no role has is refused, where there is no release command.
   *
   * @default the app's
   * @edit rolling replace of the role's containers; those of other roles stay as they are, and the release command does not run
   * @example "registry.example.com/shop-jobs"
   */
  image?: string | Image;
  /**
   * The release of the role, where it is another than the app's: a tag, or a digest. A role that has it is released apart from the others, and no hook
   * runs for it. Where the app's image is an `Image`, and its `version` says another release than that builds, as where one goes back, it counts for an
   * `Image` of the role, too, that is of the same commit or has the same `version`. An `Image` with releases of its own stays at what it builds.
   *
   * @default the app's; of an `Image` what it builds
   * @edit as for `image`
   * @example "v7"
   */
  version?: pulumi.Input<string>;
  /**
   * How many containers of it run on each of its hosts, from 1 to 50. With a route the proxy gives each request to the next of them, also that of
   * a visitor whom another one had before, so that a session has to be in a cookie or a database. Each has its own check before the one switch
   * of the host, and the old ones drain and stop together: a release has twice as many for a while. From two on the proxy goes on asking each of
   * them for its health, every `route.health.interval`, and sends nothing to one that does not answer well; where none does, it answers with 503.
   * They share the volumes, each has `resources` for itself, and from the second on the number is in its host name, as in `web-1-2`. Refused with
   * `strategy: "stop-first"`, and where `transform.container` gives all of them one port of the host, or one name.
   *
   * @default 1
   * @edit starts the further containers beside those that serve, or stops those that are too many once they have drained; the others go on, with
   * their requests, and without their WebSockets, which the proxy closes at each switch
   * @example 3
   */
  replicas?: number;
  /** The command. @default the image's own @edit rolling replace */
  command?: string[];
  /**
   * Its route or routes; the app's `route` is that of the first role.
   *
   * @default none: a worker
   * @edit the switch runs again, in place; one that is taken off goes from the proxy
   */
  route?: RouteArgs | RouteArgs[];
  /**
   * A second version of a role with a route beside it, for a part of its visitors: one container on each of the role's hosts, which has the
   * role's volumes, environment and limits. It is a role to the commands, named `<role>-canary`. `release` does not run for it: what it needs in a
   * database has to be there, and has to suit both versions.
   *
   * It comes after the last switch of the app, so that one that fails its check keeps no release from going out. A release of the app leaves it and its
   * visitors as they are. Taken out, its visitors get the role, what is under way ends within `route.drainTimeout`, and then it stops. Its version as the
   * app's and the canary taken out, in one `pulumi up`, is its promotion: it serves its visitors until the role has the version.
   *
   * @default none
   * @edit starts or stops its container; see its arguments
   * @example { version: "v2", percent: 10 }
   */
  canary?: CanaryArgs;
  /**
   * The role whose reads it gets, on the same hosts: the proxy sends GET and HEAD there, but those of a visitor who has just written, and all else to
   * that role; see `route.readers`. Where none of its containers answers well, that role gets all. It is checked by the health path of that role's first
   * route, and both get a new release in the same step. A canary of that role has no readers: its visitors read from it.
   *
   * @default none
   * @edit starts its containers beside those that serve, or stops them once they have drained; the route is switched
   * @example "web"
   */
  reads?: string;
  /**
   * When its command runs, where it is not to run all the time: cron's five fields in UTC, or with a time zone and a time limit. Each run has
   * a new container of the release's image, with all that a container of the role has, but KAMAL_CONTAINER_NAME, assets and `restart`.
   *
   * It runs once over all hosts: on the first of `servers`. While that host is down it does not run, and nothing is made up for; `pulumi up`
   * with another host in front moves it, once it has been taken off the first one, or that one is said to be gone (`SEXTANT_GONE`).
   * Never do two runs go on at a time: what falls due while one is under way is left out. A release makes the next run its own from
   * its last switch on, and lets one end that is under way.
   *
   * systemd starts it, so that the host needs that. `npx sextant jobs` says when it ran last, how long and how it ended; `sextant logs` has what the last
   * run said, and `sextant doctor` why one failed. A run that ends with another code than 0, or not in time, has failed, and is not tried again.
   *
   * @default none: it runs all the time
   * @edit in place: another schedule counts at once, another command or variable from the next run on
   * @example "15 3 * * *"
   * @example { cron: "15 3 * * *", timeZone: "Europe/Berlin", timeout: "20m" }
   */
  schedule?: string | ScheduleArgs;
  /**
   * `"start-first"`: the new container starts beside the old one, which stops once the new one is ready.
   * `"stop-first"`: for what must not run twice; there is a gap. Only for roles without a route.
   *
   * @default "start-first"
   * @edit counts from the next release
   */
  strategy?: "start-first" | "stop-first";
  /**
   * For a role without a route: a command that succeeds inside the container when it is ready.
   *
   * @default it keeps running
   * @edit the gate runs again, in place
   */
  ready?: string[];
  /**
   * How long a role without a route has to keep running to count as ready.
   *
   * @default "3s"
   * @edit the gate runs again, in place
   */
  readyDelay?: Duration;
}

/** Arguments of `App`. */
export interface AppArgs extends ContainerSettings {
  /**
   * The image, without its tag; or an `Image`, which `pulumi up` builds before. A role may have one of its own, see `roles.*.image`.
   *
   * @edit rolling replace; the release command runs
   * @example "registry.example.com/shop"
   */
  image: string | Image;
  /**
   * The release: a tag, or a digest (`sha256:...`).
   *
   * @default what `image` builds, by its digest; needed where it is a text
   * @edit a release: the release command runs, then a rolling replace
   */
  version?: pulumi.Input<string>;
  /**
   * The proxy that routes to the app, of this program or, as an `ExistingProxy`, of another one. Needed when there is a route.
   *
   * @default none: an app of workers
   * @edit nothing by itself; its routes say where requests go
   */
  proxy?: Proxy | ExistingProxy;
  /**
   * The route or routes of the first role.
   *
   * @default none: the first role is a worker
   * @edit the switch runs again, in place; containers are not touched
   * @example { hosts: ["shop.example.com"], port: 3000, tls: letsEncrypt() }
   */
  route?: RouteArgs | RouteArgs[];
  /**
   * The roles, by name; the first is the primary one.
   *
   * @edit starts the containers of a role that is added, stops those of one that is taken out; renaming one does both, and its route goes over in one step
   * @example { web: { servers: [web1] } }
   */
  roles: Record<string, RoleArgs>;
  /**
   * Whether a role may have no servers, `servers: []`, as where a stack has no workers, or a list of servers is made by the program: it is then
   * as if it were not there. The app's own `route` stays with the first role that is written.
   *
   * @default false: such a role is refused, as an empty list is a mistake more often than not
   * @edit nothing by itself
   */
  allowEmptyRoles?: boolean;
  /**
   * Kamal's app whose place this one takes, on servers with `takeOver: "kamal"`. The first release starts beside Kamal's containers; at its switch each
   * role takes the requests of Kamal's role by one `kamal-proxy deploy` of Kamal's own route, which keeps its name, and then stops Kamal's containers of
   * that role. These are not deleted: `kamal rollback VERSION` starts the app again and has the route back. Where Kamal has deployed since,
   * a refresh says so, and the next release takes over again. A route of Kamal's with a host and path that the program gives to nobody is refused at
   * the switch, with Kamal's serving on.
   *
   * @default none: Kamal's apps go on beside it
   * @edit the switches run again, in place
   * @example { service: "shop", destination: "production" }
   */
  takeOver?: TakeOver;
  /**
   * A command that is run once a release, on the first server of the primary role, before any container starts: migrations. It has the
   * environment and the volumes of that role. Where the connection is cut it goes on, and the next `pulumi up` waits for it and has its
   * result; what has succeeded is not run again within an hour for the same image, command and environment.
   *
   * @default none
   * @edit the new command runs at once, in place
   * @example ["bin/rails", "db:prepare"]
   */
  release?: string[];
  /**
   * Lines for a shell on the machine that runs Pulumi, where the project's file is: once for each release, or where one fails. They have the variables of Kamal's
   * hooks: KAMAL_VERSION, KAMAL_SERVICE, KAMAL_SERVICE_VERSION, KAMAL_HOSTS, KAMAL_ROLES, KAMAL_DESTINATION (the stack), KAMAL_COMMAND,
   * KAMAL_PERFORMER (git's user.email, or who runs it), KAMAL_RECORDED_AT, KAMAL_LOCK, which is `true`, as Pulumi has the lock of the stack, and
   * in `afterRelease` and `afterFailure` KAMAL_RUNTIME, the seconds since the run began; and all of the environment that Pulumi was started in. On Windows the
   * line is for its own shell, without the last four.
   *
   * `SEXTANT_SKIP_HOOKS=1 pulumi up` leaves them out of one run, which its preview says; they are not made up for.
   *
   * @default none
   * @edit a new line runs at once
   * @example { afterRelease: "bin/notify deployed $KAMAL_VERSION" }
   */
  hooks?: Hooks;
  /** How long the release command may take. @default "10m" @edit the release command runs again, in place */
  releaseTimeout?: Duration;
  /**
   * Commands of its own that `npx sextant NAME` runs in a container of the first role, on a terminal. Without any there are `console`
   * (`bin/rails console`), `dbconsole` (`bin/rails dbconsole --include-password`) and `shell`, of which each may say otherwise here.
   *
   * @default none
   * @edit in the state only: nothing on the hosts changes
   * @example { console: ["bin/rails", "console", "--sandbox"], queues: ["bin/rails", "runner", "puts SolidQueue::Job.count"] }
   */
  commands?: Record<string, string[]>;
  /**
   * How the release goes over the hosts.
   *
   * @default all hosts at a time
   * @edit counts from the next release
   * @example { batch: "25%", wait: "30s" }
   */
  rollout?: {
    /**
     * How many hosts at a time, as a number or a share; every batch is ready and switched before the next starts.
     *
     * @default all
     */
    batch?: number | `${number}%`;
    /**
     * How long a release waits after each batch but the last, before the next one starts: time to see how the new release does while the others
     * still have the old one. Ctrl-C ends it, and the batches after it keep the old release. A batch of which no container is new is not waited for.
     *
     * @default none: the next batch starts at once
     * @example "30s"
     */
    wait?: Duration;
  };
  /**
   * How many images of each repository of the app a host keeps, the running one among them: those that it got last, whenever they were
   * built. One that a container uses stays, and one that another release is about to use.
   *
   * @default 3
   * @edit the clean-up runs again, in place
   */
  retainImages?: number;
  /**
   * A directory of the project with pages that the proxy answers errors with, its own and no container's: `503.html` while the app is in
   * maintenance, `502.html`, `504.html` and others by their status. Each is a template of Go's: `{{ .Message }}` is the sentence of
   * `npx sextant maintenance on --message`. Read when the program runs; other files of the directory are left alone.
   *
   * @default the proxy's own pages
   * @edit the switch runs again, in place; no connection is refused
   * @example "public"
   */
  errorPages?: string;
  /**
   * What becomes of the volumes when the app or one of its hosts is removed: `"keep"` keeps them, and refuses to take a role off a host
   * that has its data; `"leave"` keeps them, and takes it off; `"discard"` deletes them, once that has been deployed.
   *
   * @default "keep"
   * @edit in the state only: nothing on the hosts changes
   */
  data?: Exclude<Data, "move">;
  /**
   * How long a preview may take to read the image's platform, command and ports from its registry, with the credentials
   * of the servers' `Registry`; `false` asks nothing. A registry that does not answer is a warning.
   *
   * @default "3s"
   * @edit nothing: it counts in previews only
   * @example false
   */
  inspectImage?: Duration | false;
  /** Changes a child before it is made. @default none @edit what the changed argument of the child does */
  transform?: {
    /** The pull of each image on its hosts. */
    image?: Transform<PullArgs>;
    /** Each data volume. */
    volume?: Transform<VolumeArgs>;
    /** The step that puts assets on each host. */
    assets?: Transform<AssetsArgs>;
    /** Each container of a role. */
    container?: Transform<ContainerArgs>;
    /** The release command. */
    release?: Transform<ReleaseArgs>;
    /** The gate of each container. */
    ready?: Transform<ReadyArgs>;
    /** The switch of each role on each host. */
    switch?: Transform<SwitchArgs>;
    /** What gives each canary on each host its visitors. */
    canary?: Transform<CanaryStepArgs>;
    /** What puts each role with a schedule on its host. */
    schedule?: Transform<ScheduleStepArgs>;
    /** The wait after each batch but the last. */
    wait?: Transform<WaitArgs>;
    /** Each hook. */
    hook?: Transform<command.local.CommandArgs>;
    /** The clean-up on all hosts. */
    cleanUp?: Transform<CleanUpArgs>;
  };
}
