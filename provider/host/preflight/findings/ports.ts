/** Who has the proxy's ports. */
import type { Finding } from "../finding";
import type { Listener, Machine } from "../machine";
import { isProxy, ownerOf } from "../owner";

const elsewhere =
  'or give the proxy other ports (httpPort, httpsPort; 8080 with behind: "nginx") and name them in preflight.ports';

const webServers = ["nginx", "apache2", "httpd", "caddy", "traefik", "haproxy", "lighttpd", "varnishd"];

function taken(machine: Machine, port: number): string[] {
  const { container, listener } = ownerOf(machine, port) ?? {};
  if (container !== undefined) {
    if (isProxy(container)) return [];
    const { name } = container;
    return [`Port ${port} belongs to the container ${name}. Stop it (docker stop ${name}), ${elsewhere}.`];
  }
  return listener === undefined ? [] : [`Port ${port} belongs to ${listening(listener)}.`];
}

function listening({ process, pid, group }: Listener): string {
  const unit = group?.endsWith(".service") === true ? group.split("/").at(-1) : undefined;
  const where = unit === undefined ? "" : `, unit ${unit}`;
  const who = `${process ?? "another process"}${pid === undefined ? "" : ` (process ${pid}${where})`}`;
  if (process === "systemd") {
    return `a socket of systemd. Find it (systemctl list-sockets) and disable it, ${elsewhere}`;
  }
  if (process !== undefined && webServers.includes(process)) {
    return `the web server ${who}. Stop it (systemctl disable --now ${unit ?? process}), ${elsewhere}, so that ${process} passes requests on`;
  }
  return `${who}. Stop it${unit === undefined ? "" : ` (systemctl disable --now ${unit})`}, ${elsewhere}`;
}

export const portTaken: Finding = {
  id: "port-taken",
  level: "refuses",
  match: (machine, { ports }) => ports.flatMap((port) => taken(machine, port)),
  docs: {
    chapter: "Ports",
    finds: "One of `preflight.ports` belongs to a process, a unit or a container of somebody else.",
    cure: 'Stop that, or give the proxy other ports (`httpPort`, `httpsPort`; 8080 with `behind: "nginx"`) and name these in `preflight.ports`.',
  },
};
