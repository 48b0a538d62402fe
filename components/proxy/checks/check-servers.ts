/** A proxy against the servers that it is put on: what else is there, and what their firewalls let in. */
import type { Findings, Problem } from "../../core/problem";
import { letsIn, firewallShutCheck, shutMeans } from "../../firewall/audit";
import type { Host } from "../../host/host";
import { taken, useOf, type PortUse, samePortCheck } from "../../host/host-use";
import { frontName, type ProxyConfig, behindCheck } from "../args";
import { proxyPorts } from "../container";

/** What is wrong with a proxy on its servers. */
export function checkOnServers(owner: string, servers: readonly Host[], config: ProxyConfig): Findings {
  const hosts = [...new Set(servers)];
  const shutOn = (means: "refused" | "warned"): Problem[] =>
    hosts.filter((host) => shutMeans(host) === means).flatMap((host) => checkFirewalls(host, config));
  return {
    refused: [
      ...hosts.flatMap((host) => [...checkPorts(owner, host, config), ...checkHttp3(host, config)]),
      ...shutOn("refused"),
    ],
    // A load balancer has a way of its own in a private network.
    warned: config.behind === "loadBalancer" ? [] : shutOn("warned"),
  };
}

/** Takes the ports of the proxy on each of its servers. */
export function registerProxy(owner: string, servers: readonly Host[], config: ProxyConfig): void {
  for (const host of servers) useOf(host).ports.push(...portUse(owner, config), ...frontUse(owner, config));
}

/** Whether the proxy listens on public addresses as a whole, so that the cloud's firewall is what decides. */
export function publishesToAll({ publish }: Pick<ProxyConfig, "publish">): boolean {
  return publish !== false && publish.some((address) => address === "0.0.0.0" || address === "::");
}

/** A web server in front on the same host has the ports that the proxy leaves to it. */
function frontUse(owner: string, { behind }: ProxyConfig): PortUse[] {
  if (behind !== "nginx") return [];
  return [80, 443].map((port) => ({ owner: `nginx of ${owner}`, protocol: "tcp", port, address: "*" }));
}

/**
 * Who is let in to a proxy that believes what it is told of the client: everybody who reaches it without the front can claim
 * any address and scheme. A CDN's addresses change, so that the firewall often lets all in; that is said as well.
 */
export function checkFront(servers: readonly Host[], config: ProxyConfig): Problem[] {
  const { behind, httpPort } = config;
  if (behind === undefined || behind === "nginx" || !publishesToAll(config)) return [];
  return [...new Set(servers)]
    .filter(
      (host) => (host.exposure?.firewalls ?? []).length > 0 && letsIn(host, "tcp", httpPort) === "everybody",
    )
    .map(({ hostName }) => ({
      argument: "behind",
      value: behind,
      rule: `the firewalls of ${hostName} let everybody in on tcp port ${httpPort}, where each can claim any address and scheme`,
      cure: `name those of ${frontName(behind)} with ${httpPort === 80 ? "http" : `tcp(${httpPort})`}.from(...)`,
      check: behindCheck,
    }));
}

function portUse(owner: string, config: ProxyConfig): PortUse[] {
  return proxyPorts(config).map(({ protocol, external, ip }) => ({
    owner,
    protocol,
    port: external,
    address: ip,
  }));
}

function checkPorts(owner: string, host: Host, config: ProxyConfig): Problem[] {
  return taken(useOf(host), portUse(owner, config)).map(({ port, protocol, by }) => ({
    argument: port === config.httpPort ? "httpPort" : "httpsPort",
    value: port,
    rule: `${by} has ${protocol} port ${port} of ${host.hostName}`,
    cure: /^(Existing)?Proxy /.test(by) ? "give both their hosts by one Proxy" : "choose another port",
    check: samePortCheck,
  }));
}

/** Kamal's proxy has the name of ours. @param servers those of a `Proxy` that the program makes */
export function checkKamal(servers: readonly Host[]): Problem[] {
  return [...new Set(servers)]
    .filter(({ takeOver }) => takeOver === "kamal")
    .map(({ hostName }) => ({
      argument: "servers",
      value: hostName,
      rule: 'Kamal\'s proxy stays there, as takeOver: "kamal" says',
      cure: "route through it: new ExistingProxy() in place of new Proxy()",
    }));
}

function checkFirewalls(host: Host, config: ProxyConfig): Problem[] {
  const { behind, httpPort, httpsPort } = config;
  if (!publishesToAll(config)) return [];
  const shut = (port: number): boolean => letsIn(host, "tcp", port) === "nobody";
  const found = { argument: "servers", value: host.hostName, check: firewallShutCheck };
  if (behind !== undefined) {
    if (!shut(httpPort)) return [];
    const rule = `its firewalls let nobody in on tcp port ${httpPort}, where ${frontName(behind)} comes`;
    const cure = `add ${httpPort === 80 ? "http" : `tcp(${httpPort})`}.from(...) to the firewall`;
    return [{ ...found, rule, cure }];
  }
  if (!shut(httpPort) || !shut(httpsPort)) return [];
  const rule = `its firewalls let nobody in on tcp ports ${httpPort} and ${httpsPort}`;
  const cure =
    httpPort === 80 && httpsPort === 443
      ? "add http and https to the firewall"
      : `add tcp(${httpPort}) and tcp(${httpsPort}) to the firewall`;
  return [{ ...found, rule, cure }];
}

function checkHttp3(host: Host, config: ProxyConfig): Problem[] {
  const { httpsPort, http3 } = config;
  if (!publishesToAll(config) || !http3 || letsIn(host, "udp", httpsPort) !== "nobody") return [];
  return [
    {
      argument: "http3",
      value: true,
      rule: `the firewalls of ${host.hostName} let nobody in on udp port ${httpsPort}`,
      cure: `add ${httpsPort === 443 ? "http3" : `udp(${httpsPort})`} to the firewall`,
      check: firewallShutCheck,
    },
  ];
}
