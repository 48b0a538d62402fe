/** One component for each of several servers. */
import { RunError } from "@pulumi/pulumi";
import type { Host } from "../host/host";

/**
 * Makes the same on each of several servers: the exporter of metrics or the collector of logs that every server has, or the accessories of
 * all servers of a role. Each is a component of its own, with its own data, and is called `<name>-<server>`: another server makes one more,
 * and a server that is taken out of the list takes its own away, and its data stays where it is.
 *
 * @param name what each name begins with
 * @param servers the servers, one at least, each once; those of a role are the list that the role has
 * @param make makes one, under the name that it is given
 * @throws RunError for no server, or one that is named twice
 *
 * @example
 * const exporters = onEachServer("exporter", web, (name, server) =>
 *   new Accessory(name, { server, image: "prom/node-exporter:v1.9.1", port: 9100, publish: "private" }));
 */
export function onEachServer<Made>(
  name: string,
  servers: readonly Host[],
  make: (name: string, server: Host) => Made,
): Made[] {
  if (servers.length === 0)
    throw new RunError(
      `onEachServer("${name}"): servers is empty, so that nothing would be made; give one server at least.`,
    );
  const twice = servers.find(
    ({ hostName }, at) => servers.findIndex((other) => other.hostName === hostName) < at,
  );
  if (twice !== undefined)
    throw new RunError(
      `onEachServer("${name}"): servers has ${twice.hostName} twice, but it makes one on each server; name it once, or make the second one by itself.`,
    );
  return servers.map((server) => make(`${name}-${server.hostName}`, server));
}
