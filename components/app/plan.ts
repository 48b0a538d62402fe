/** The plan of a rollout, as plain values: which role runs where with which routes, and in which batches. */
import { posix } from "node:path";
import type { Host } from "../host/host";
import { canaryName } from "../../provider/release/canary-part";
import type { AppArgs, RoleArgs } from "./args";
import type { CanaryArgs } from "./canary-args";
import { releasedByCanary, releasedByRole, type NamedArgs, type Released } from "./released";
import type { RouteArgs } from "./route";

/** A route of a role, with its name in the proxy. */
export interface NamedRoute {
  readonly service: string;
  readonly route: RouteArgs;
}

/** That a role has no route of its own and gets requests of another role's, on the same hosts. */
export interface Beside {
  /** `"canary"`: those of a part of the visitors; `"reader"`: those that only read. */
  readonly kind: "canary" | "reader";
  /** The other role. */
  readonly of: string;
  readonly routes: readonly NamedRoute[];
}

/** A role with what it inherits from the app. */
export interface Role extends Omit<RoleArgs, "image" | "version"> {
  readonly name: string;
  /** What its containers are of. @default the app's release */
  readonly released?: Released;
  readonly routes: readonly NamedRoute[];
  readonly beside?: Beside;
}

/** The routes by which requests come to a role: its own, or those of the role that it is beside. */
export const routesTo = ({ routes, beside }: Pick<Role, "routes" | "beside">): readonly NamedRoute[] =>
  beside?.routes ?? routes;

/** Whether a role is the canary of another one. */
export const isCanary = ({ beside }: Pick<Role, "beside">): boolean => beside?.kind === "canary";

/** The roles that are released with the app. */
export const notCanaries = (roles: readonly Role[]): Role[] => roles.filter((role) => !isCanary(role));

/** Whether a role gets the reads of another one. */
export const isReader = ({ beside }: Pick<Role, "beside">): boolean => beside?.kind === "reader";

/** A role on one of its hosts. */
export interface Placement {
  readonly role: Role;
  readonly host: Host;
}

/**
 * Where the release command runs: on the first host of the primary role that the run releases to, else of the next role that it does.
 * @param has whether it releases there
 */
export function releasePlace(
  roles: readonly Role[],
  has: (placement: Placement) => boolean,
): Placement | undefined {
  const places = notCanaries(roles).flatMap((role) => role.servers.map((host) => ({ role, host })));
  return places.find(has) ?? places[0];
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
export function rolesOf(app: string, args: NamedArgs): Role[] {
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
function canaryOf(args: NamedArgs, role: Role, canary: CanaryArgs): Role {
  const { replicas: _, assetPath: __, canary: ___, route: ____, ...rest } = role;
  const released = releasedByCanary(role.released ?? args, canary);
  return {
    ...rest,
    name: canaryName(role.name),
    command: canary.command ?? role.command,
    env: { ...role.env, ...canary.env },
    secrets: { ...role.secrets, ...canary.secrets },
    canary,
    routes: [],
    beside: { kind: "canary", of: role.name, routes: role.routes },
    ...(released === undefined ? {} : { released }),
  };
}

function writtenRoles(app: string, args: NamedArgs): Role[] {
  const roles = Object.entries(args.roles).map(([name, { image, version, ...role }], at): Role => {
    const routes = listOf(role.route ?? (at === 0 ? args.route : undefined));
    const released = releasedByRole(args, { image, version });
    return {
      ...pickSettings(args),
      ...dropUndefined(role),
      ...(released === undefined ? {} : { released }),
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

/** A path without steps that lead nowhere, and without a slash at its end. */
export const plainPath = (path: string): string => posix.normalize(path).replace(/(.)\/$/, "$1");

/** Where the assets of a role are in the image, which its hosts share between releases; undefined for a role that gets no requests. */
export function assetPathOf({ assetPath, routes, beside }: Role): string | undefined {
  return routesTo({ routes, beside }).length === 0 || assetPath === undefined
    ? undefined
    : plainPath(assetPath);
}

function pickSettings(args: AppArgs): Partial<Omit<RoleArgs, "image" | "version">> {
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
