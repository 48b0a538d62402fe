/** A route against its proxy and the firewalls of the hosts that have it. */
import type { Findings, Problem } from "../../core/problem";
import { letsIn, firewallShutCheck, shutMeans } from "../../firewall/audit";
import type { Host } from "../../host/host";
import type { ProxyConfig } from "../../proxy/args";
import { publishesToAll } from "../../proxy/checks/check-servers";
import { checkBehind, letsEncryptCheck, type RouteArgs } from "../route";
import type { RoutingProxy } from "../routing";
import { checkCertificate } from "./check-certificate";

/** What is wrong with a route on its proxy, and on the hosts that have it. */
export function checkRouteOnHosts(
  argument: string,
  route: RouteArgs,
  hosts: readonly Host[],
  proxy: RoutingProxy | undefined,
): Findings {
  const shut = hosts.map((host) => checkFirewalls(argument, host, route, proxy));
  return {
    refused: [
      ...checkBehind(argument, route, proxy?.config.behind),
      ...shut.flatMap(({ refused }) => refused),
    ],
    warned: [...endsSoon(argument, route), ...shut.flatMap(({ warned }) => warned)],
  };
}

/** A certificate of one's own that has to be renewed; one that is wrong is refused with the route. */
function endsSoon(argument: string, { tls, hosts = [] }: RouteArgs): readonly Problem[] {
  return tls?.kind === "certificate"
    ? checkCertificate(`${argument}.tls`, tls.certificate, hosts, Date.now()).warned
    : [];
}

/** What is shut in front of a host that a route needs open. */
function checkFirewalls(
  argument: string,
  host: Host,
  route: RouteArgs,
  proxy: RoutingProxy | undefined,
): Findings {
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
