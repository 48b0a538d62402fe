/** The proxy's container as plain values: what it runs, and what it publishes. */
import type { ProxyConfig } from "./args";

/** The volume with routes, maintenance state and ACME certificates; it outlives every container. */
export const proxyVolume = "kamal-proxy-config";
/** Where that volume is mounted. */
export const proxySettings = "/home/kamal-proxy/.config/kamal-proxy";
/** The directory on the host that is mounted read-only under the same path: certificates. */
export const proxyFiles = "/var/lib/sextant/proxy";

/** The command line of the container. */
export function proxyCommand(config: ProxyConfig): string[] {
  return [
    "kamal-proxy",
    "run",
    ...(config.http3 ? ["--http3"] : []),
    ...(config.metricsPort === undefined ? [] : [`--metrics-port=${config.metricsPort}`]),
    ...(config.debug ? ["--debug"] : []),
  ];
}

/** The ports that are published on the host. */
export function proxyPorts(
  config: ProxyConfig,
): { internal: number; external: number; protocol: "tcp" | "udp"; ip: string }[] {
  if (config.publish === false) return [];
  // Each address by itself: the provider takes a port without one for IPv4 alone.
  return config.publish.flatMap((ip) => [
    { internal: 80, external: config.httpPort, protocol: "tcp" as const, ip },
    ...(config.behind === undefined
      ? [{ internal: 443, external: config.httpsPort, protocol: "tcp" as const, ip }]
      : []),
    ...(config.http3 ? [{ internal: 443, external: config.httpsPort, protocol: "udp" as const, ip }] : []),
  ]);
}
