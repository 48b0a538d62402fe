/** The settings of the Docker daemon where this library installs it. Pure. */

/** The MTU of Hetzner's private networks; a larger one loses packets there. */
export const mtu = 1450;

/** Of a whole range, parts as small as a network of containers needs. */
const pools = [{ base: "172.16.0.0/12", size: 24 }];

/** What stands in daemon.json: ours, and over it the program's. */
export function daemonSettings(daemon: Record<string, unknown>): Record<string, unknown> {
  return {
    "live-restore": true,
    "log-driver": "json-file",
    "log-opts": { "max-size": "10m", "max-file": "3" },
    mtu,
    "default-address-pools": pools,
    ...daemon,
  };
}
