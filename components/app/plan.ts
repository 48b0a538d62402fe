/** The plan of a rollout, as plain values: which role runs where with which routes, and in which batches. */
import { posix } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host/host";
import { canaryName } from "../../provider/release/canary-part";
import type { AppArgs, RoleArgs } from "./args";
import type { CanaryArgs } from "./canary-args";
import type { RouteArgs } from "./route";

/** A route of a role, with its name in the proxy. */
export interface NamedRoute {
  readonly service: string;
  readonly route: RouteArgs;
}

/** What a release is of: a repository, whoever builds it. */
export interface Released {
  /** The repository. */
  readonly image: string;
  readonly version: pulumi.Input<string>;
  /** What the release is by its content, where the program builds it. */
  readonly digest?: pulumi.Output<string>;
}

/** That a role has no route of its own and gets requests of another role's, on the same hosts. */
export interface Beside {
  /** `"canary"`: those of a part of the visitors; `"reader"`: those that only read. */
  readonly kind: "canary" | "reader";
  /** The other role. */
  readonly of: string;
  readonly routes: readonly NamedRoute[];
  /** What its containers are of. @default the app's release */
  readonly released?: Released;
}

/** A role with what it inherits from the app. */
export interface Role extends RoleArgs {
  readonly name: string;
  readonly routes: readonly NamedRoute[];
  readonly beside?: Beside;
}

/** The routes by which requests come to a role: its own, or those of the role that it is beside. */
export const routesTo = ({ routes, beside }: Pick<Role, "routes" | "beside">): readonly NamedRoute[] =>
  beside?.routes ?? routes;

/** Whether a role is the canary of another one. */
export const isCanary = ({ beside }: Pick<Role, "beside">): boolean => beside?.kind === "canary";

/** The roles that are of the app's release. */
export const notCanaries = (roles: readonly Role[]): Role[] => roles.filter((role) => !isCanary(role));

/** Whether a role gets the reads of another one. */
export const isReader = ({ beside }: Pick<Role, "beside">): boolean => beside?.kind === "reader";

/** The arguments of an app that names its image, whoever builds it. */
export interface NamedArgs extends AppArgs, Released {
  image: string;
  version: pulumi.Input<string>;
}

/** Takes an image that the program builds apart. Another release than that of the build is known by its tag alone. */
export function namedArgs(args: AppArgs): NamedArgs {
  const { image } = args;
  const released = releasedBy(image, args.version);
  // From here nobody reaches a registry on a server.
  const inspected =
    typeof image === "string" || image.own === undefined ? {} : { inspectImage: false as const };
  return { ...args, ...inspected, ...released };
}

/** What an image and a version name. A version that is missing is refused by the checks. */
function releasedBy(image: AppArgs["image"], version: AppArgs["version"]): Released {
  if (typeof image === "string") return { image, version: version as pulumi.Input<string> };
  const { repository, digest } = image;
  return version === undefined || version === image.version
    ? { image: repository, version: image.version, digest }
    : { image: repository, version };
}

/** What a canary is of, where it is not the app's release. */
function releasedAsCanary(args: AppArgs, { image, version }: CanaryArgs): Pick<Beside, "released"> {
  if (image === undefined && version === undefined) return {};
  const own = image ?? (typeof args.image === "string" ? args.image : args.image.repository);
  return { released: releasedBy(own, typeof own === "string" ? (version ?? args.version) : version) };
}

/** A role on one of its hosts. */
export interface Placement {
  readonly role: Role;
  readonly host: Host;
}

/** Which containers of a role a host has: their numbers, from 1 on. */
export function replicasOf({ replicas = 1 }: Pick<Role, "replicas">): number[] {
  return Array.from({ length: replicas }, (_, at) => at + 1);
}

/** What a container is called to Pulumi. The first one's name is that of a role with one alone, so that another number of them replaces none. */
export function containerName(app: string, role: string, host: string, replica = 1): string {
  return [app, role, host, ...(replica === 1 ? [] : [replica])].join("-");
}

/**
 * The roles in the order in which they were written; the first one is the primary one and has the app's own route. Each canary is a role as well,
 * behind all others.
 */
export function rolesOf(app: string, args: AppArgs): Role[] {
  const written = writtenRoles(app, args);
  const of = (name: string | undefined): readonly NamedRoute[] =>
    written.find((role) => role.name === name)?.routes ?? [];
  const roles = written.map((role): Role => {
    if (role.reads === undefined) return role;
    return { ...role, beside: { kind: "reader", of: role.reads, routes: of(role.reads) } };
  });
  return [
    ...roles,
    ...roles.flatMap((role) => (role.canary === undefined ? [] : [canaryOf(args, role, role.canary)])),
  ];
}

/** One container a host with all that the role has, but for what the canary says otherwise. Of assets it has those of its image. */
function canaryOf(args: AppArgs, role: Role, canary: CanaryArgs): Role {
  const { replicas: _, assetPath: __, canary: ___, route: ____, ...rest } = role;
  return {
    ...rest,
    name: canaryName(role.name),
    command: canary.command ?? role.command,
    env: { ...role.env, ...canary.env },
    secrets: { ...role.secrets, ...canary.secrets },
    canary,
    routes: [],
    beside: { kind: "canary", of: role.name, routes: role.routes, ...releasedAsCanary(args, canary) },
  };
}

function writtenRoles(app: string, args: AppArgs): Role[] {
  const roles = Object.entries(args.roles).map(([name, role], at) => {
    const routes = listOf(role.route ?? (at === 0 ? args.route : undefined));
    return {
      ...pickSettings(args),
      ...dropUndefined(role),
      name,
      // Once over all hosts: the others are for the day on which it is taken out.
      servers: role.schedule === undefined ? role.servers : role.servers.slice(0, 1),
      env: { ...args.env, ...role.env },
      secrets: { ...args.secrets, ...role.secrets },
      volumes: { ...args.volumes, ...role.volumes },
      labels: { ...args.labels, ...role.labels },
      routes: routes.map((route) => ({ service: serviceName(app, name, route.name), route })),
    };
  });
  // The first one has the app's own route also where it has no server: no other role gets it instead.
  return args.allowEmptyRoles === true ? roles.filter(({ servers }) => servers.length > 0) : roles;
}

/** How a program writes a route of a role: the app's own is that of its first role. */
export function routeArgument(args: AppArgs, role: Role, at: number): string {
  const own = args.roles[role.name]?.route;
  const base = own === undefined ? "route" : `roles.${role.name}.route`;
  return at === 0 ? base : `${base}[${at}]`;
}

/** The name of a route in the proxy. */
export function serviceName(app: string, role: string, route?: string): string {
  return [app, role, ...(route === undefined ? [] : [route])].join("-");
}

/**
 * The placements in batches of hosts. All roles of a host are in one batch, hosts keep the order in which the roles
 * name them, and no batch is empty.
 */
export function batches(roles: readonly Role[], batch?: number | `${number}%`): Placement[][] {
  const hosts = [...new Set(roles.flatMap((role) => role.servers))];
  const size = batchSize(hosts.length, batch);
  return Array.from({ length: Math.ceil(hosts.length / size) }, (_, at) => {
    const group = new Set(hosts.slice(at * size, (at + 1) * size));
    return roles.flatMap((role) =>
      role.servers.filter((host) => group.has(host)).map((host) => ({ role, host })),
    );
  });
}

/** How many hosts a batch has; a share is rounded up, and it is never less than one. */
export function batchSize(hosts: number, batch?: number | `${number}%`): number {
  if (batch === undefined) return Math.max(hosts, 1);
  const size = typeof batch === "number" ? batch : Math.ceil((hosts * Number(batch.slice(0, -1))) / 100);
  return Math.max(1, Math.min(size, Math.max(hosts, 1)));
}

/** The full reference of an image; by a digest beside its tag, Docker takes the digest, and a reader has the tag. */
export function imageReference(image: string, version: string, digest?: string): string {
  if (digest !== undefined) return `${image}:${version}@${digest}`;
  return version.startsWith("sha256:") ? `${image}@${version}` : `${image}:${version}`;
}

/** A path without steps that lead nowhere, and without a slash at its end. */
export const plainPath = (path: string): string => posix.normalize(path).replace(/(.)\/$/, "$1");

/** Where the assets of a role are in the image, which its hosts share between releases; undefined for a role that gets no requests. */
export function assetPathOf({ assetPath, routes, beside }: Role): string | undefined {
  return routesTo({ routes, beside }).length === 0 || assetPath === undefined
    ? undefined
    : plainPath(assetPath);
}

function pickSettings(args: AppArgs): Partial<RoleArgs> {
  const { assetPath, resources, stopTimeout, readyTimeout, logging, restart } = args;
  return { assetPath, resources, stopTimeout, readyTimeout, logging, restart };
}

/** An argument that is given as undefined does not hide the app's. */
function dropUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}

function listOf<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
