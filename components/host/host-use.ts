/**
 * What the components of a program put on a host, so that what does not fit together there is refused at preview:
 * ports, memory and names at Docker. Each component adds what is its own once its arguments are found to be in order.
 */
import type { Problem } from "../core/problem";
import type { Host } from "./host";
import type { Check } from "../core/check";

export const samePortCheck: Check = {
  id: "same-port",
  title: "Two things on one host port",
  effect: "refused",
  why: "The second container would be made and could not start. The proxy's ports, the published ports of accessories and sshd's own are compared, on each host, by address and protocol.",
  says: [
    'Accessory "search": hostPort is 80, but Proxy "proxy" has tcp port 80 of web-1; choose another port (npx sextant docs checks#same-port).',
  ],
};

export const memoryCheck: Check = {
  id: "memory",
  title: "Memory of both releases against the server's",
  effect: "refused or warned",
  why: "In a release the old and the new container of a role run side by side. Added up are the limits on a host: roles twice, or once with `stop-first`, each of their `replicas`, accessories once; what has no limit counts nothing. Refused is what does not fit even once, between releases. Warned is what fits once and not twice: limits are upper bounds, so it may work, and if it does not, the kernel ends a process in the middle of a release.",
  says: [
    'App "shop": resources.memory is too high: the limits on web-1 come to 6144m, and it has 4096m; lower them, or take a larger server (npx sextant docs checks#memory).',
    'App "shop": resources.memory is too high for a release: the limits on web-1 come to 5120m with both releases, and it has 4096m; lower them, or take a larger server (npx sextant docs checks#memory).',
  ],
};

/** A port of a host. */
export interface PortUse {
  /** Who has it, for errors: `Proxy "proxy"`. */
  owner: string;
  protocol: "tcp" | "udp";
  port: number;
  /** An address, `private` for the one in the private network, `*` for every address of both families. */
  address: string;
}

/** The memory limit of a container, or of all containers of a role together. */
export interface MemoryUse {
  owner: string;
  /** In MiB. */
  limit: number;
  /** How many of them run while a release goes on. */
  copies: 1 | 2;
}

/** Everything that is on a host. */
export interface HostUse {
  readonly ports: PortUse[];
  readonly memory: MemoryUse[];
  /** The names at Docker, such as `volume shop-prod-db-data`, with who has each. */
  readonly names: Map<string, string>;
}

const uses = new WeakMap<Host, HostUse>();

/** What is on a host by now; sshd is from the start. */
export function useOf(host: Host): HostUse {
  const known = uses.get(host);
  if (known !== undefined) return known;
  const sshd: PortUse = { owner: "sshd", protocol: "tcp", port: host.exposure?.sshPort ?? 22, address: "*" };
  const use: HostUse = { ports: [sshd], memory: [], names: new Map() };
  uses.set(host, use);
  return use;
}

/** The ports that are wanted and taken, each with who has it. */
export function taken(
  use: HostUse,
  wanted: readonly PortUse[],
): { port: number; protocol: string; by: string }[] {
  const found = wanted.flatMap((want) => {
    const other = use.ports.find((have) => meet(have, want));
    return other === undefined ? [] : [{ port: want.port, protocol: want.protocol, by: other.owner }];
  });
  return found.filter(
    ({ port, protocol }, at) =>
      found.findIndex((other) => other.port === port && other.protocol === protocol) === at,
  );
}

/** Whether two uses want the same socket. */
export function meet(one: PortUse, other: PortUse): boolean {
  return one.port === other.port && one.protocol === other.protocol && overlap(one.address, other.address);
}

function overlap(one: string, other: string): boolean {
  if (one === other || one === "*" || other === "*") return true;
  return [
    [one, other],
    [other, one],
  ].some(
    ([wide = "", narrow = ""]) =>
      (wide === "0.0.0.0" && !narrow.includes(":")) || (wide === "::" && narrow.includes(":")),
  );
}

/** What is refused and what is only said of the memory limits on a host, with those that are to come. */
export function memoryProblems(
  argument: string,
  host: Pick<Host, "hostName" | "memoryMb">,
  use: HostUse,
  wanted: readonly MemoryUse[],
): { refused: Problem[]; warned: Problem[] } {
  const none = { refused: [], warned: [] };
  const { hostName, memoryMb } = host;
  if (memoryMb === undefined || wanted.length === 0) return none;
  const all = [...use.memory, ...wanted];
  const once = all.reduce((sum, { limit }) => sum + limit, 0);
  const release = all.reduce((sum, { limit, copies }) => sum + limit * copies, 0);
  const cure = "lower them, or take a larger server";
  const has = `and it has ${memoryMb}m`;
  if (once > memoryMb) {
    const fault = `is too high: the limits on ${hostName} come to ${once}m, ${has}`;
    return { ...none, refused: [{ argument, fault, cure, check: memoryCheck }] };
  }
  if (release > memoryMb) {
    const fault = `is too high for a release: the limits on ${hostName} come to ${release}m with both releases, ${has}`;
    return { ...none, warned: [{ argument, fault, cure, check: memoryCheck }] };
  }
  return none;
}
