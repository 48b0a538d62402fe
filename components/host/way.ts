/**
 * Where a host is reached, as far as the program says it. Without a `hostKey` all that comes after the first check is held to the key
 * that answered, so that at the preview of a first run nothing of how it is reached is known; by the address a machine is still told from
 * another one.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Way } from "../../provider/data/place";
import type { Host } from "./host";
import type { HostReady } from "./host-ready";

const ways = new WeakMap<Host["ssh"], pulumi.Output<Way>>();

/** Where the program pins no host key, all that comes after the check is held to the one that the check saw. */
export function heldToSeen(shell: Host["ssh"], { seenHostKey }: HostReady): Host["ssh"] {
  const held = pulumi
    .all([shell, seenHostKey])
    .apply(([reached, hostKey]) => (hostKey === undefined ? reached : { ...reached, hostKey }));
  ways.set(
    held,
    shell.apply(({ destination, port }) => ({ destination, port })),
  );
  return held;
}

/** The same as an input of what has to know the machine; nothing where how it is reached says it. */
export function wayOf({ ssh }: Pick<Host, "ssh">): { way?: pulumi.Output<Way> } {
  const way = ways.get(ssh);
  return way === undefined ? {} : { way };
}
