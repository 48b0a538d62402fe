/** `servers`: the machines, and which roles run on them. */
import { Mixed } from "../erb";
import { flat } from "../print";
import type { Node } from "../node";
import type { Reader } from "../reader";
import { isMap, type Raw } from "../yaml";
import { labelOf, type Context } from "./context";

/** A host as a role names it. */
export interface HostOf {
  readonly address: Node;
  /** The port of its sshd, where the address says it. */
  readonly port?: number;
  readonly tags: readonly string[];
}

/** A role as Kamal has it. */
export interface KamalRole {
  readonly name: string;
  readonly hosts: readonly HostOf[];
  /** Its own keys, where it has more than hosts. */
  readonly keys?: Reader;
}

/** The roles, the primary one first. */
export function rolesOf(root: Reader, { notes }: Context): KamalRole[] {
  const servers = root.value["servers"];
  const primary = root.plain("primary_role") ?? "web";
  root.take("primary_role");
  const empty = root.flag("allow_empty_roles");
  if (empty !== undefined)
    notes.add(
      "allow_empty_roles",
      "differs",
      "a role that has no servers now is left out of the program; allowEmptyRoles of the App lets one stay that has none.",
      String(empty),
    );
  if (servers === undefined || servers === null) return [];
  if (!isMap(servers)) return [{ name: "web", hosts: hostsOf(root, "servers") }];
  const all = root.map("servers");
  const roles = (all?.keys ?? []).map((name): KamalRole => {
    if (!isMap(all?.value[name])) return { name, hosts: all === undefined ? [] : hostsOf(all, name) };
    const keys = all?.map(name);
    return { name, hosts: keys === undefined ? [] : hostsOf(keys, "hosts"), keys };
  });
  for (const { name } of roles.filter(({ hosts }) => hosts.length === 0))
    notes.add(`servers.${name}`, "differs", "it has no hosts, and the program is without it.");
  const some = roles.filter(({ hosts }) => hosts.length > 0);
  return [...some.filter(({ name }) => name === primary), ...some.filter(({ name }) => name !== primary)];
}

function hostsOf(of: Reader, key: string): HostOf[] {
  return of.list(key).map((item) => {
    if (!isMap(item)) return hostOf(of.node(key, item), []);
    const [[host = "", tags = null] = []] = Object.entries(item);
    const names = Array.isArray(tags) ? (tags as Raw[]) : tags === null ? [] : [tags];
    return hostOf(
      host,
      names.map((tag) => (tag instanceof Mixed ? "" : String(tag))),
    );
  });
}

function hostOf(address: Node, tags: readonly string[]): HostOf {
  const [, name, port] = typeof address === "string" ? (/^([^:]+):(\d+)$/.exec(address) ?? []) : [];
  return name === undefined ? { address, tags } : { address: name, port: Number(port), tags };
}

/** Gives each address its machine. */
export class Machines {
  private readonly byAddress = new Map<string, { name: string; host: HostOf }>();
  private readonly names = new Set<string>();

  /** The machines of these hosts, each once; a new one is named after what first names it. */
  of(hosts: readonly HostOf[], after: string): string[] {
    const found = hosts.map((host) => {
      const address = flat(host.address) ?? "";
      const known = this.byAddress.get(address);
      if (known !== undefined) return known.name;
      const name = this.next(labelOf(after, 50));
      this.byAddress.set(address, { name, host });
      return name;
    });
    return [...new Set(found)];
  }

  get all(): readonly { name: string; host: HostOf }[] {
    return [...this.byAddress.values()];
  }

  private next(base: string): string {
    for (let at = 1; ; at += 1) {
      const name = `${base}-${at}`;
      if (this.names.has(name)) continue;
      this.names.add(name);
      return name;
    }
  }
}
