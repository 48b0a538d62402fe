/** The route of an accessory: what is asked of its server's proxy, and what can be wrong with it. */
import type * as pulumi from "@pulumi/pulumi";
import { askForCertificates, certificatePlaces } from "../app/certificates";
import { checkRouteOnHosts } from "../app/checks/check-route-hosts";
import { certificateAtKamals } from "../app/checks/at-kamals";
import {
  claimedByOthers,
  claimsOf,
  pairs,
  registerRoutes,
  routeConflicts,
  type NewClaim,
} from "../app/checks/route-claims";
import { awaited, onceAllAreMade, putCertificate, settled, type RoutingProxy } from "../app/routing";
import { checkRoute, routeBehind, switchedRoute, type RouteArgs } from "../app/route";
import type { Component, Transform } from "../core/component";
import { ownerOf } from "../core/names";
import type { Findings, Problem } from "../core/problem";
import type { Container } from "../docker/container";
import type { Host } from "../host/host";
import { Step, type SwitchArgs } from "../host/step";
import { inSeconds, seconds, type Duration } from "../../provider/core/units";

/** What is said of it in the arguments of an accessory. */
interface Routed {
  route?: RouteArgs;
  proxy?: RoutingProxy;
  server: Host;
  port?: number;
  takeOver?: string;
  ready?: { timeout?: Duration };
  stopTimeout?: Duration;
  transform?: { switch?: Transform<SwitchArgs> };
}

/** Its route, on the port that it listens on where it says no other one. */
function routeOf({ route, port }: Routed): RouteArgs | undefined {
  return route === undefined ? undefined : { ...route, port: route.port ?? port };
}

/** What is wrong with the route by itself. */
export function checkRouted(args: Routed): Problem[] {
  const { proxy, server, takeOver } = args;
  const route = routeOf(args);
  if (route === undefined)
    return proxy === undefined
      ? []
      : [
          {
            argument: "proxy",
            fault: "sends it nothing without a route",
            cure: "give the route, or leave proxy out",
          },
        ];
  const problems = checkRoute("route", route);
  if (route.port === undefined)
    problems.push({
      argument: "port",
      fault: "is missing, and it has a route",
      cure: "give the port that the accessory listens on",
    });
  if (route.name !== undefined)
    problems.push({
      argument: "route.name",
      value: route.name,
      rule: "it tells several routes apart, and an accessory has one, named after itself",
      cure: "leave it out",
    });
  if (proxy === undefined)
    problems.push({
      argument: "proxy",
      fault: "is missing, and it has a route",
      cure: "give the Proxy of its server",
    });
  else if (!proxy.on.has(server.hostName))
    problems.push({
      argument: "server",
      value: server.hostName,
      rule: "it has a route and the proxy does not run on that host",
      cure: "add the host to the servers of the Proxy",
    });
  if (server.takeOver === "kamal" && route.tls?.kind === "certificate")
    problems.push({ argument: "route.tls", ...certificateAtKamals(server) });
  if (takeOver !== undefined)
    problems.push({
      argument: "route",
      fault:
        "is for a container of the program's own, and the one that is taken up is Kamal's, with Kamal's route, which leads to it as before",
      cure: "leave route out as long as takeOver is there",
    });
  return problems;
}

/** What is wrong with the route on the accessory's server, beside the routes that are there by now. */
export function checkRouteOnServer(owner: string, name: string, args: Routed): Findings {
  const route = routeOf(args);
  if (route === undefined || args.proxy === undefined) return { refused: [], warned: [] };
  const { refused, warned } = checkRouteOnHosts("route", route, [args.server], args.proxy);
  return {
    refused: [...routeConflicts(claims(owner, name, args, route), claimsOf(args.proxy)), ...refused],
    warned,
  };
}

/** Takes the hosts and paths of the route. */
export function registerRouted(owner: string, name: string, args: Routed): void {
  const route = routeOf(args);
  if (route !== undefined && args.proxy !== undefined)
    registerRoutes(args.proxy, claims(owner, name, args, route));
}

function claims(owner: string, service: string, { server }: Routed, route: RouteArgs): NewClaim[] {
  return pairs(route).map((pair) => ({
    ...{ host: server.hostName, service, pair, owner, argument: "route" },
    named: {
      ...{ argument: "name", value: service },
      ...{ rule: "its route would be named", cure: "rename the accessory" },
    },
  }));
}

/**
 * Has the proxy send it the requests, once it is ready. The proxy knows it by its container's name, so that a container that takes the place
 * of another one has them without a further step.
 */
export function routeTo(
  accessory: Component,
  args: Routed,
  container: Container,
  done: pulumi.Resource,
): Step<"Switch"> | undefined {
  const { proxy, server, transform } = args;
  const route = routeOf(args);
  if (route === undefined || proxy === undefined) return undefined;
  const service = accessory.componentName;
  const certificate = putCertificate({ app: accessory, args }, service, route, server);
  const deployTimeout = inSeconds(args.ready?.timeout ?? "60s");
  const behind = routeBehind(route, proxy.config.behind);
  const drain = seconds(route.drainTimeout ?? "30s");
  const step = new Step(
    "Switch",
    // On another server it is another step: the route comes there, and the former server's goes.
    `${service}-${server.hostName}-route`,
    server,
    {
      role: ownerOf("accessory", service),
      container: container.name,
      route: switchedRoute(service, behind, deployTimeout, { certificate: certificate?.directory }),
      ...awaited(args),
      services: [service],
      claimed: onceAllAreMade(container.name, () => claimedByOthers(proxy, server.hostName, [service])),
      stopTimeout: inSeconds(args.stopTimeout ?? "60s"),
      timeout: `${seconds(deployTimeout) + drain}s`,
    },
    {
      parent: accessory,
      dependsOn: [
        done,
        ...settled({ proxy }, server),
        ...(certificate === undefined ? [] : [certificate.step]),
      ],
    },
    transform?.switch,
  );
  askForCertificates(accessory, certificatePlaces(server, route), { dependsOn: [step] });
  return step;
}
