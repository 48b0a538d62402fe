/** An app against its hosts and its proxy: other apps' routes, firewalls, certificates and memory. */
import type { Findings, Problem } from "../../core/problem";
import { mebibytes, sizeBytes } from "../../../provider/core/units";
import { letsIn, firewallShutCheck, shutMeans } from "../../firewall/audit";
import type { Host } from "../../host/host";
import { memoryProblems, useOf, type MemoryUse } from "../../host/host-use";
import type { ProxyConfig } from "../../proxy/args";
import { publishesToAll } from "../../proxy/checks/check-servers";
import type { AppArgs } from "../args";
import { checkCertificate } from "./check-certificate";
import { routeArgument, type Role } from "../plan";
import { checkBehind, type RouteArgs, letsEncryptCheck } from "../route";
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
    ...routes.map(({ route, argument }) => ({
      refused: checkBehind(argument, route, args.proxy?.config.behind),
      warned: endsSoon(argument, route),
    })),
    ...routes.flatMap(({ role, route, argument }) =>
      role.servers.map((host) => checkFirewalls(argument, host, route, args)),
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

/** A host that cannot reach the registry of the app's image. */
export function checkOwnRegistry(image: AppArgs["image"], roles: readonly Role[]): Problem[] {
  const own = typeof image === "object" ? image.own : undefined;
  if (own === undefined) return [];
  return roles.flatMap(({ name, servers }) =>
    servers.flatMap((host, at) =>
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
    ),
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

/** A certificate of one's own that has to be renewed; one that is wrong is refused with the route. */
function endsSoon(argument: string, { tls, hosts = [] }: RouteArgs): readonly Problem[] {
  return tls?.kind === "certificate"
    ? checkCertificate(`${argument}.tls`, tls.certificate, hosts, Date.now()).warned
    : [];
}

/** What is shut in front of a host that a route needs open. */
function checkFirewalls(argument: string, host: Host, route: RouteArgs, { proxy }: AppArgs): Findings {
  const nothing: Findings = { refused: [], warned: [] };
  const means = shutMeans(host);
  if (proxy === undefined || !publishesToAll(proxy.config) || means === "nothing") return nothing;
  // A load balancer has a way of its own there.
  if (means === "warned" && proxy.config.behind === "loadBalancer") return nothing;
  const { refused, warned } = shutBy(argument, host, route, proxy.config);
  return means === "refused" ? { refused, warned } : { refused: [], warned: [...refused, ...warned] };
}

/** What of it nobody could reach, and what works in part. */
function shutBy(
  argument: string,
  host: Host,
  route: RouteArgs,
  { httpPort, httpsPort }: Pick<ProxyConfig, "httpPort" | "httpsPort">,
): Findings {
  const nothing: Findings = { refused: [], warned: [] };
  const http = letsIn(host, "tcp", httpPort);
  const https = letsIn(host, "tcp", httpsPort);
  const firewalls = `the firewalls of ${host.hostName} let nobody in`;
  const needsHttp = `needs tcp port ${httpPort}, and ${firewalls} there`;
  const open = (port: number, usual: string): Pick<Problem, "cure" | "check"> => ({
    cure: `add ${port === 80 || port === 443 ? usual : `tcp(${port})`} to the firewall`,
    check: firewallShutCheck,
  });
  if (route.tls === undefined) {
    return http === "nobody"
      ? { ...nothing, refused: [{ argument, fault: needsHttp, ...open(httpPort, "http") }] }
      : nothing;
  }
  const tls = { argument: `${argument}.tls`, value: route.tls.kind };
  if (https === "nobody") {
    const rule = `${firewalls} on tcp port ${httpsPort}`;
    return { ...nothing, refused: [{ ...tls, rule, ...open(httpsPort, "https") }] };
  }
  if (route.tls.kind === "letsEncrypt" && http !== "everybody" && https !== "everybody") {
    const problem: Problem = {
      ...tls,
      rule: `the firewalls of ${host.hostName} let Let's Encrypt in on neither port ${httpPort} nor ${httpsPort}`,
      cure: "let everybody in with http or https, or bring a certificate with ownCertificate()",
      check: letsEncryptCheck,
    };
    return { ...nothing, refused: [problem] };
  }
  return http === "nobody" && route.redirectToHttps !== false
    ? {
        ...nothing,
        warned: [{ argument: `${argument}.redirectToHttps`, fault: needsHttp, ...open(httpPort, "http") }],
      }
    : nothing;
}
