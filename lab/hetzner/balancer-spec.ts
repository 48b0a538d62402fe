/** What a load balancer does, as the machine side needs it: everything resolved to addresses and certificates. */
import type { LoadBalancerService, LoadBalancerSpec } from "../machine/machines";
import { selects } from "./labels";
import type { LoadBalancerRecord, ServerRecord, ServiceRecord, TargetRecord } from "./records";
import type { Store } from "./store";

/** The servers behind a target. */
export function serversOf(store: Store, target: TargetRecord): ServerRecord[] {
  if (target.type === "server")
    return store.all("servers").filter((server) => server.id === target.server?.id);
  const selector = target.label_selector?.selector;
  return selector === undefined
    ? []
    : store.all("servers").filter((server) => selects(selector, server.labels));
}

/** The address by which the balancer reaches a server; undefined when there is none. */
export function addressOf(
  store: Store,
  balancer: LoadBalancerRecord,
  server: ServerRecord,
  usePrivateIp: boolean,
): string | undefined {
  if (!usePrivateIp)
    return server.primary_ipv4 === null ? undefined : store.find("primary_ips", server.primary_ipv4)?.ip;
  return server.private_net.find((net) => balancer.private_net.some((own) => own.network === net.network))
    ?.ip;
}

/** The addresses behind a target. */
export function addressesOf(store: Store, balancer: LoadBalancerRecord, target: TargetRecord): string[] {
  if (target.ip) return [target.ip.ip];
  return serversOf(store, target)
    .map((server) => addressOf(store, balancer, server, target.use_private_ip))
    .filter((ip) => ip !== undefined);
}

/** The balancer as the machine side should carry it out. */
export function balancerSpec(store: Store, balancer: LoadBalancerRecord): LoadBalancerSpec {
  const { enabled, ipv4, ipv6 } = balancer.public_net;
  return {
    name: balancer.name,
    ...(enabled ? { ipv4: ipv4.ip, ipv6: ipv6.ip } : {}),
    networks: balancer.private_net.map((net) => ({ id: String(net.network), ip: net.ip })),
    algorithm: balancer.algorithm.type,
    services: balancer.services.map((service) => serviceSpec(store, service)),
    targets: [...new Set(balancer.targets.flatMap((target) => addressesOf(store, balancer, target)))],
  };
}

function serviceSpec(store: Store, service: ServiceRecord): LoadBalancerService {
  const { http, ...check } = service.health_check;
  return {
    protocol: service.protocol,
    listenPort: service.listen_port,
    destinationPort: service.destination_port,
    proxyProtocol: service.proxyprotocol,
    redirectHttp: service.http?.redirect_http ?? false,
    certificates: (service.http?.certificates ?? []).map((id) => {
      const { certificate, private_key } = store.get("certificates", id);
      return `${certificate ?? ""}\n${private_key ?? ""}`;
    }),
    healthCheck: {
      protocol: http?.tls ? "https" : check.protocol,
      port: check.port,
      intervalSeconds: check.interval,
      timeoutSeconds: check.timeout,
      retries: check.retries,
      ...(http
        ? {
            http: {
              domain: http.domain,
              path: http.path,
              statusCodes: http.status_codes,
              response: http.response,
            },
          }
        : {}),
    },
  };
}
