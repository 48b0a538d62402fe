/** Ports: what Docker publishes, from the column of `docker ps`, and who listens, from `ss -Hltnp`. */
import type { Listener, PublishedPort } from "../machine";

/** `0.0.0.0:8000-8002->80-82/tcp, [::]:53->53/udp, 9000/tcp`; what is not published is left out. */
export function readPublished(column: string): PublishedPort[] {
  return column.split(", ").flatMap((mapping) => {
    const [, address = "", first, last, protocol] =
      /^(?:(.*):)?(\d+)(?:-(\d+))?->.*\/(\w+)$/.exec(mapping) ?? [];
    if (first === undefined || protocol === undefined) return [];
    const plain = address.replaceAll(/[[\]]/g, "");
    return [{ address: plain, first: Number(first), last: Number(last ?? first), protocol }];
  });
}

/** Whether an address is reached from outside: it is neither this machine's own nor a private one. */
export function isPublic(address: string): boolean {
  return ![
    /^(127|10)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\./,
    /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./,
    /^::1$|^f[cd]|^fe80/,
  ].some((kind) => kind.test(address));
}

/** `LISTEN 0 511 *:80 *:* users:(("nginx",pid=812,fd=6),("nginx",pid=813,fd=6))`, a line for each. @param groups by process */
export function readListeners(sockets: string, groups: ReadonlyMap<number, string>): Listener[] {
  return sockets.split("\n").flatMap((line) => {
    const port = /^\S+\s+\S+\s+\S+\s+\S*:(\d+)\s/.exec(`${line} `)?.[1];
    if (port === undefined) return [];
    const [, process, id] = /users:\(\("([^"]*)"(?:,pid=(\d+))?/.exec(line) ?? [];
    const pid = id === undefined ? undefined : Number(id);
    const group = pid === undefined ? undefined : groups.get(pid);
    return [
      {
        port: Number(port),
        ...(process === undefined ? {} : { process }),
        ...(pid === undefined ? {} : { pid }),
        ...(group === undefined ? {} : { group }),
      },
    ];
  });
}
