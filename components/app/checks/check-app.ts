/** What can be wrong with the arguments of an app. */
import { isPath } from "../../../provider/data/host-path";
import * as check from "../../core/checks";
import { checkEnvironment, envAndSecretCheck } from "../../core/environment";
import { checkOptions, mountedTwice, mountsOf } from "../../accessory/mounts";
import type { Problem } from "../../core/problem";
import type { ContainerArgs } from "../../docker/container";
import { checkData } from "../../data/check-word";
import { checkRelease, checkRepository } from "../../image/check-reference";
import type { AppArgs, ContainerSettings, RoleArgs } from "../args";
import { checkAssets } from "../assets";
import { checkErrorPages } from "../error-pages";
import { checkHooks } from "../hooks";
import { checkSchedules, runningAlways } from "../schedule";
import { notCanaries, rolesOf, routeArgument, type Role } from "../plan";
import type { NamedArgs } from "../released";
import { checkBesides } from "./check-besides";
import { checkCommands } from "./check-commands";
import { checkTakeOver } from "./check-take-over";
import { checkTimeouts } from "./check-timeouts";
import { checkRoute } from "../route";

export function checkApp(name: string, args: NamedArgs): Problem[] {
  const names = Object.keys(args.roles);
  const problems = [
    ...check.dnsLabel("name", name),
    ...checkRepository("image", args.image),
    ...checkVersion(args.version),
    ...checkUnused(args),
    ...check.notEmpty("roles", args.roles, "give at least one role with its servers"),
    ...checkSettings("", args),
    ...list(args.route).flatMap((route, at) => checkRoute(at === 0 ? "route" : `route[${at}]`, route)),
    ...Object.entries(args.roles).flatMap(([role, roleArgs]) =>
      checkRole(role, roleArgs, args.allowEmptyRoles === true),
    ),
    ...(args.allowEmptyRoles !== true ||
    Object.keys(args.roles).length === 0 ||
    Object.values(args.roles).some(({ servers }) => servers.length > 0)
      ? []
      : [
          {
            argument: "roles",
            fault: "are all without a server, and an App runs somewhere",
            cure: "give one of them a server, or take the App out of the program",
          },
        ]),
    ...(args.release === undefined
      ? []
      : check.notEmpty("release", args.release, "give the command as a list of words")),
    ...checkCommands(args.commands),
    ...checkErrorPages(args.errorPages),
    ...checkHooks(args.hooks),
    ...check.duration("releaseTimeout", args.releaseTimeout, 1000),
    ...(args.inspectImage === false ? [] : check.duration("inspectImage", args.inspectImage, 100, 60_000)),
    ...checkBatch(args.rollout?.batch),
    ...checkWait(args.rollout),
    ...checkData("app", args.data),
    ...check.whole("retainImages", args.retainImages, 1, 100),
  ];
  const firstRole = names[0];
  if (args.route !== undefined && firstRole !== undefined && args.roles[firstRole]?.route !== undefined) {
    problems.push({
      argument: `roles.${firstRole}.route`,
      fault: "is one of two: the app's own route is that of its first role",
      cure: "keep one of them",
    });
  }
  const roles = rolesOf(name, args);
  return [
    ...problems,
    ...checkInherited(args, roles),
    ...checkTimeouts(args, runningAlways(roles)).refused,
    ...checkSchedules(args, roles),
    ...checkRoutesTogether(args, roles),
    ...checkReplicas(args, roles),
    ...checkBesides(args),
    ...checkServices(args, roles),
    ...checkAssets(args, roles),
    ...checkMounted(args, roles),
    ...checkTakeOver(args, roles),
  ];
}

function checkVersion(version: unknown): Problem[] {
  if (!check.isPlain(version)) {
    return version === undefined
      ? [
          {
            argument: "version",
            fault: "has no value",
            cure: "set it, for example with pulumi config set version v1",
          },
        ]
      : [];
  }
  return checkRelease("version", version, true);
}

/** An image that no role has. */
function checkUnused({ image, roles, release }: NamedArgs): Problem[] {
  const own = Object.values(roles).filter((role) => role.image !== undefined);
  const [first] = Object.keys(roles);
  if (first === undefined || own.length < Object.keys(roles).length || release !== undefined) return [];
  return [
    {
      argument: "image",
      value: image,
      rule: "each role has an image of its own, so that nothing would run it",
      cure: `give the app the image of ${first}, and leave roles.${first}.image out`,
    },
  ];
}

function checkSettings(prefix: string, settings: ContainerSettings): Problem[] {
  return [
    ...checkEnvironment(settings.env, settings.secrets, prefix),
    ...mountsOf({ volumes: settings.volumes }).flatMap((mounted) => {
      const argument = `${prefix}${mounted.argument}`;
      const { source, containerPath, target } = mounted;
      return [
        ...(isPath(source) ? check.absolutePath(argument, source) : check.dnsLabel(argument, source)),
        ...check.absolutePath(argument, containerPath).map((problem) => ({ ...problem, value: target })),
        ...checkOptions({ ...mounted, argument }),
      ];
    }),
    ...check.size(`${prefix}resources.memory`, settings.resources?.memory),
    ...check.cores(`${prefix}resources.cpus`, settings.resources?.cpus),
    ...check.duration(`${prefix}stopTimeout`, settings.stopTimeout, 0, 3_600_000),
    ...check.duration(`${prefix}readyTimeout`, settings.readyTimeout, 1000, 3_600_000),
    ...Object.keys(settings.labels ?? {})
      .filter((label) => label.startsWith("sextant."))
      .map((label) => ({
        argument: `${prefix}labels.${label}`,
        fault: "has a name that starts with sextant., as those labels do which say whose a container is",
        cure: "choose another name",
      })),
    ...check.oneOf(`${prefix}restart`, settings.restart, ["no", "on-failure", "always", "unless-stopped"]),
  ];
}

/** The most containers of a role on a host: each has a check of its own, and the proxy asks each of them all the time. */
const mostReplicas = 50;

function checkRole(name: string, role: RoleArgs, mayBeEmpty: boolean): Problem[] {
  const at = `roles.${name}`;
  const hosts = role.servers.map((host) => host.hostName);
  const twice = hosts.find((host, index) => hosts.indexOf(host) !== index);
  return [
    ...check.dnsLabel(at, name, 20),
    ...(mayBeEmpty
      ? []
      : check.notEmpty(`${at}.servers`, role.servers, "give at least one server, or remove the role")),
    ...(twice === undefined
      ? []
      : [
          {
            argument: `${at}.servers`,
            value: twice,
            rule: "a role runs once on a host",
            cure: "name each host once",
          },
        ]),
    ...(typeof role.image === "string" ? checkRepository(`${at}.image`, role.image) : []),
    ...(role.version !== undefined && check.isPlain(role.version)
      ? checkRelease(`${at}.version`, role.version, true)
      : []),
    ...check.whole(`${at}.replicas`, role.replicas, 1, mostReplicas),
    ...(role.command === undefined
      ? []
      : check.notEmpty(`${at}.command`, role.command, "leave it out for the image's own")),
    ...(role.ready === undefined
      ? []
      : check.notEmpty(`${at}.ready`, role.ready, "give the command as a list of words")),
    ...check.duration(`${at}.readyDelay`, role.readyDelay, 0, 600_000),
    ...check.oneOf(`${at}.strategy`, role.strategy, ["start-first", "stop-first"]),
    ...checkSettings(`${at}.`, role),
    ...list(role.route).flatMap((route, index) =>
      checkRoute(index === 0 ? `${at}.route` : `${at}.route[${index}]`, route),
    ),
  ];
}

/** A name that the app has in one of env and secrets, and a role in the other. */
function checkInherited(args: AppArgs, roles: readonly Role[]): Problem[] {
  return roles.flatMap((role) => {
    const own = args.roles[role.name];
    const across = { env: { ...args.env, ...own?.env }, secrets: { ...args.secrets, ...own?.secrets } };
    const said = new Set([args, own].flatMap((level) => sharedNames(level?.env, level?.secrets)));
    return sharedNames(across.env, across.secrets)
      .filter((name) => !said.has(name))
      .map((name) => ({
        argument: `roles.${role.name}.${name in (own?.env ?? {}) ? "env" : "secrets"}.${name}`,
        fault: `is in the ${name in (own?.env ?? {}) ? "secrets" : "env"} of the app, too, and one of the two would be lost`,
        cure: "rename one of them",
        check: envAndSecretCheck,
      }));
  });
}

function sharedNames(env: object = {}, secrets: object = {}): string[] {
  return Object.keys(env).filter((name) => name in secrets);
}

function checkRoutesTogether(args: AppArgs, roles: readonly Role[]): Problem[] {
  const problems: Problem[] = [];
  for (const role of roles) {
    const at = `roles.${role.name}`;
    if (role.routes.length > 0 && role.strategy === "stop-first") {
      problems.push({
        argument: `${at}.strategy`,
        value: "stop-first",
        rule: "a role with a route would lose requests between the two containers",
        cure: "leave strategy out, or the route",
      });
    }
    if (role.routes.length > 0 && role.ready !== undefined) {
      problems.push({
        argument: `${at}.ready`,
        fault: "is for roles without a route; this one is ready when its health path answers",
        cure: "set route.health instead",
      });
    }
    if (role.routes.length > 0 && args.proxy === undefined) {
      problems.push({
        argument: "proxy",
        fault: `is missing, and role ${role.name} has a route`,
        cure: "give the Proxy of its servers",
      });
    }
    for (const host of role.routes.length > 0 ? role.servers : []) {
      if (args.proxy !== undefined && !args.proxy.on.has(host.hostName)) {
        problems.push({
          argument: `${at}.servers`,
          value: host.hostName,
          rule: "it has a route and the proxy does not run on that host",
          cure: "add the host to the servers of the Proxy",
        });
      }
    }
  }
  return problems;
}

/** What only one container of a host can be, or have. A transform that is a function can tell the containers apart by their names. */
function checkReplicas(args: AppArgs, roles: readonly Role[]): Problem[] {
  const changed = typeof args.transform?.container === "object" ? args.transform.container : {};
  return roles
    .filter(({ replicas = 1 }) => replicas > 1)
    .flatMap(({ name, replicas = 1, strategy }) => {
      const argument = `roles.${name}.replicas`;
      const one = (what: string, cure: string): Problem => ({
        argument,
        value: replicas,
        rule: `transform.container gives each of them ${what}, which one container of a host can have`,
        cure,
      });
      return [
        ...(strategy === "stop-first"
          ? [
              {
                argument,
                value: replicas,
                rule: 'strategy: "stop-first" is for what must not run twice, and these would run at once',
                cure: "leave replicas out, or strategy",
              },
            ]
          : []),
        ...(publishes(changed)
          ? [one("the same port of the host", "take the port out of it, or leave replicas out")]
          : []),
        ...(changed.name === undefined
          ? []
          : [one("the same name", "take name out of it, or leave replicas out")]),
      ];
    });
}

function publishes({ ports, body }: Partial<ContainerArgs>): boolean {
  const bindings: unknown = objectIn(objectIn(body, "HostConfig"), "PortBindings");
  const some = (value: unknown): boolean =>
    typeof value === "object" && value !== null && Object.keys(value).length > 0;
  return (check.isPlain(ports) && some(ports)) || some(bindings);
}

function objectIn(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Two volumes of a role at one path: its own, and those of the app that it has. What is the app's is said once. */
function checkMounted(args: AppArgs, roles: readonly Role[]): Problem[] {
  const all = notCanaries(roles).flatMap(({ name, volumes }) => {
    const own = args.roles[name]?.volumes ?? {};
    return mountedTwice(
      mountsOf({ volumes }).map((each) =>
        each.source in own ? { ...each, argument: `roles.${name}.${each.argument}` } : each,
      ),
    );
  });
  return [...new Map(all.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** The proxy tells routes apart by the names of app, role and route, and so does Pulumi. */
function checkServices(args: AppArgs, roles: readonly Role[]): Problem[] {
  const taken = new Map<string, string>();
  const problems: Problem[] = [];
  for (const role of roles) {
    for (const [at, { service, route }] of role.routes.entries()) {
      const argument = routeArgument(args, role, at);
      const other = taken.get(service);
      if (other === undefined) taken.set(service, argument);
      else {
        problems.push({
          argument: `${argument}.name`,
          ...(route.name === undefined
            ? { fault: `is missing, and ${other} is named ${service} in the proxy already` }
            : { value: route.name, rule: `${other} is named ${service} in the proxy, too` }),
          cure: 'give each route a name of its own, such as "admin"',
        });
      }
    }
  }
  return problems;
}

function checkBatch(batch: unknown): Problem[] {
  if (batch === undefined) return [];
  if (typeof batch === "number") return check.whole("rollout.batch", batch, 1, 1000);
  const share = typeof batch === "string" ? /^(\d+(?:\.\d+)?)%$/.exec(batch) : null;
  const percent = Number(share?.[1] ?? 0);
  return percent > 0 && percent <= 100
    ? []
    : [
        {
          argument: "rollout.batch",
          value: batch,
          rule: "a batch is a number of hosts or a share from over 0% to 100%",
          cure: 'write it like 2 or "25%"',
        },
      ];
}

function checkWait({ batch, wait }: NonNullable<AppArgs["rollout"]> = {}): Problem[] {
  if (wait === undefined || batch !== undefined) return check.duration("rollout.wait", wait, 0, 3_600_000);
  return [
    {
      argument: "rollout.wait",
      fault: "is between batches, and without rollout.batch all hosts are one",
      cure: "say how many hosts a batch has, such as batch: 1, or remove it",
    },
  ];
}

function list<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
