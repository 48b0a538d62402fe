/** The settings of a server's Docker daemon, and what can be wrong with them. */
import type { Problem } from "../core/problem";
import { daemonSettings } from "../../provider/host/daemon-settings";
import { overlap } from "../network/args";
import type { ServerArgs } from "./args";

/** What Docker takes without any pools of ours (daemon/libnetwork/ipamutils of moby/moby). */
const dockersOwn = ["172.16.0.0/12", "192.168.0.0/16"];

/** Where Docker takes the addresses of its networks from. */
export function addressPools(daemon: Record<string, unknown> = {}): string[] {
  const { "default-address-pools": given, bip } = daemonSettings(daemon);
  const bases = Array.isArray(given)
    ? (given as unknown[]).flatMap((pool) =>
        typeof pool === "object" && pool !== null && "base" in pool && typeof pool.base === "string"
          ? [pool.base]
          : [],
      )
    : [];
  return [...(bases.length > 0 ? bases : dockersOwn), ...(typeof bip === "string" ? [bip] : [])];
}

export function checkDaemon(daemon: ServerArgs["daemon"], network: ServerArgs["network"]): Problem[] {
  return [...checkFirewall(daemon), ...checkPools(daemon, network)];
}

function checkFirewall(daemon: Record<string, unknown> = {}): Problem[] {
  const backend = daemon["firewall-backend"];
  return backend === undefined || backend === "iptables"
    ? []
    : [
        {
          argument: 'daemon["firewall-backend"]',
          value: backend,
          rule: "the proxy is replaced without a gap, and the metadata address shut, by rules of iptables",
          cure: "leave it out",
        },
      ];
}

/** Docker's bridge is there before the server is attached, and would take the traffic of the private network. */
function checkPools(daemon: ServerArgs["daemon"], network: ServerArgs["network"]): Problem[] {
  if (network === undefined) return [];
  const { ipRange, label } = "ip" in network ? network.network : network;
  const pool = addressPools(daemon).find((base) => overlap(base, ipRange));
  return pool === undefined
    ? []
    : [
        {
          argument: "network",
          value: ipRange,
          rule: `Docker gives its own networks on the server addresses of ${pool}`,
          cure: `give ${label} another ipRange, such as "10.0.0.0/16", or Docker another pool: daemon: { "default-address-pools": [{ base: "10.200.0.0/16", size: 24 }] }`,
        },
      ];
}
