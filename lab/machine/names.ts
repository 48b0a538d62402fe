/** Names and numbers of the lab's parts in Docker and in the kernel. */
import { createHash } from "node:crypto";

/** The network in which everything has its public address. */
export const publicNetwork = {
  name: "sextant-lab",
  bridge: "sextant-lab",
  ipv4: { subnet: "10.213.0.0/16", gateway: "10.213.0.1", automatic: "10.213.250.0/24" },
  ipv6: { subnet: "fd00:5e7a::/64", gateway: "fd00:5e7a::1", automatic: "fd00:5e7a::ffff:0/112" },
};

/** Hetzner's private networks carry their own header within 1500 bytes. */
export const privateMtu = 1450;

/** Everything of the lab carries this label; its value says what it is. */
export const label = "sextant.lab";

export interface Names {
  machine(id: string): string;
  /** The machine's Docker volume. */
  disk(id: string): string;
  balancer(id: string): string;
  fabric: string;
  volumes: string;
  /** nftables table of the cloud firewalls. */
  table: string;
  /** Bridge of a private network, inside the fabric. */
  bridge(network: string): string;
  /** The fabric's end of a machine's cable. */
  cable(container: string, network: string): string;
}

const short = (...parts: string[]): string =>
  createHash("sha256").update(parts.join("/")).digest("hex").slice(0, 12);

/** The names within one lab; two labs on a machine share nothing but the public network. */
export function namesOf(lab: string): Names {
  const prefix = lab === "" ? "sextant" : `sextant-${lab}`;
  return {
    machine: (id) => `${prefix}-machine-${id}`,
    disk: (id) => `${prefix}-disk-${id}`,
    balancer: (id) => `${prefix}-balancer-${id}`,
    fabric: `${prefix}-fabric`,
    volumes: `${prefix}-volumes`,
    table: prefix.replace(/\W/g, "_"),
    bridge: (network) => `b${short(network)}`,
    cable: (container, network) => `c${short(container, network)}`,
  };
}
