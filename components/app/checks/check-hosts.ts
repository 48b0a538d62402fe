/** An app against its hosts and its proxy: other apps' routes, firewalls, certificates and memory. */
import type { Findings, Problem } from "../../core/problem";
import { mebibytes, sizeBytes } from "../../../provider/core/units";
import type { Host } from "../../host/host";
import { memoryProblems, useOf, type MemoryUse } from "../../host/host-use";
import type { AppArgs } from "../args";
import { isCanary, routeArgument, type Role } from "../plan";
import { type RouteArgs, letsEncryptCheck } from "../route";
import { checkRouteOnHosts } from "./check-route-hosts";
import { registerRoutes, claimsBy, claimsOf, routeConflicts } from "./route-claims";

/** What is wrong with an app on its hosts, with all that is there by now. */
export function checkHosts(owner: string, args: AppArgs, roles: readonly Role[]): Findings {
  const routes = roles.flatMap((role) =>
    role.routes.map(({ route }, at) => ({ role, route, argument: routeArgument(args, role, at) })),
  );
  const found: Findings[] = [
    {
      refused: args.proxy === undefined ? [] : routeConflicts(claimsBy(owner, roles), claimsOf(args.proxy)),
      warned: [],
    },
    ...routes.map(({ role, route, argument }) => checkChallenge(argument, role, route)),
    ...routes.map(({ role, route, argument }) =>
      checkRouteOnHosts(argument, route, role.servers, args.proxy),
    ),
    ...memoryByHost(owner, roles).map(({ host, wanted }) =>
      memoryProblems("resources.memory", host, useOf(host), wanted),
    ),
  ];
  return {
    refused: found.flatMap(({ refused }) => refused),
    warned: found.flatMap(({ warned }) => warned),
  };
}

/** A host that cannot reach the registry of its role's image. */
export function checkOwnRegistry(given: AppArgs, roles: readonly Role[]): Problem[] {
  return roles.flatMap((role) => {
    const { name, beside, canary } = role;
    const of = given.roles[isCanary(role) ? (beside?.of ?? "") : name];
    return checkClients((isCanary(role) ? canary?.image : undefined) ?? of?.image ?? given.image, role);
  });
}

function checkClients(image: AppArgs["image"], { name, servers }: Role): Problem[] {
  const own = typeof image === "object" ? image.own : undefined;
  if (own === undefined) return [];
  return servers.flatMap((host, at) =>
    own.hosts.includes(host)
      ? []
      : [
          {
            argument: `roles.${name}.servers[${at}]`,
            value: host.hostName,
            rule: `it is no client of ${own.label}, which has the image`,
            cure: "add it to the registry's clients",
          },
        ],
  );
}

/** Takes the routes and the memory of an app. */
export function registerApp(owner: string, args: AppArgs, roles: readonly Role[]): void {
  if (args.proxy !== undefined) registerRoutes(args.proxy, claimsBy(owner, roles));
  for (const { host, wanted } of memoryByHost(owner, roles)) useOf(host).memory.push(...wanted);
}

function memoryByHost(owner: string, roles: readonly Role[]): { host: Host; wanted: MemoryUse[] }[] {
  const hosts = [...new Set(roles.flatMap((role) => role.servers))];
  return hosts.map((host) => ({
    host,
    wanted: roles
      .filter((role) => role.servers.includes(host))
      .flatMap(({ resources, strategy, schedule, replicas = 1 }): MemoryUse[] => {
        const { memory } = resources ?? {};
        if (memory === undefined || sizeBytes(memory) === undefined) return [];
        const copies = strategy === "stop-first" || schedule !== undefined ? 1 : 2;
        return [{ owner, limit: mebibytes(memory) * replicas, copies }];
      }),
  }));
}

function checkChallenge(argument: string, role: Role, route: RouteArgs): Findings {
  const names = [...new Set(role.servers.map(({ hostName }) => hostName))];
  if (route.tls?.kind !== "letsEncrypt" || names.length < 2) return { refused: [], warned: [] };
  const all = `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
  const problem: Problem = {
    argument: `${argument}.tls`,
    value: "letsEncrypt",
    rule: `${all} would each answer for the other's challenge`,
    cure: "bring a certificate with ownCertificate(), or end TLS at a load balancer and leave tls out",
    check: letsEncryptCheck,
  };
  return { refused: [problem], warned: [] };
}
