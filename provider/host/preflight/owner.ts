/** Who has a port of a machine. */
import { containersOf, isOurs } from "./containers";
import type { Container, Listener, Machine } from "./machine";

export interface Owner {
  readonly container?: Container;
  /** Who listens, where it is no container that publishes the port. */
  readonly listener?: Listener;
}

/** The owner of a TCP port, if it has one. */
export function ownerOf(machine: Machine, port: number): Owner | undefined {
  const containers = containersOf(machine);
  const publisher = containers.find(({ published }) =>
    published.some(({ first, last, protocol }) => protocol === "tcp" && first <= port && port <= last),
  );
  if (publisher !== undefined) return { container: publisher };
  const listener = machine.listeners.find((each) => each.port === port);
  if (listener === undefined) return undefined;
  // By the control group of its process, a container on the machine's own network.
  const container = containers.find(({ id }) => id.length >= 12 && listener.group?.includes(id));
  return { ...(container === undefined ? {} : { container }), listener };
}

/** Whether it is called as ours are; one that Kamal made has a finding of its own. */
export function isProxy({ name }: Container): boolean {
  return name === "kamal-proxy" || name === "kamal-proxy-bridge";
}

/** Our proxy on a port. */
export function ourProxyOn(machine: Machine, port: number): Container | undefined {
  const container = ownerOf(machine, port)?.container;
  return container !== undefined && isProxy(container) && isOurs(container) ? container : undefined;
}
