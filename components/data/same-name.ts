/** Two components of a program that would have one Docker volume, or one container: found at preview, by the names on each host. */
import type { Problem } from "../core/problem";
import { useOf } from "../host/host-use";
import type { Host } from "../host/host";

/** A name at Docker that a component wants on a host. */
export interface Wanted {
  host: Host;
  kind: "volume" | "container";
  name: string;
  /** The argument that it comes from, with its value. */
  argument: string;
  value: string;
}

/** What is wrong where another component has such a name. */
export function sameNames(all: readonly Wanted[]): Problem[] {
  return all.flatMap(({ host, kind, name, argument, value }): Problem[] => {
    const other = useOf(host).names.get(`${kind} ${name}`);
    if (other === undefined) return [];
    const rule = `${other} has the Docker ${kind} ${name} of ${host.hostName}`;
    return [{ argument, value, rule, cure: "give one of them another name", check: "same-volume" }];
  });
}

/** Takes the names. */
export function takeNames(owner: string, all: readonly Wanted[]): void {
  for (const { host, kind, name } of all) useOf(host).names.set(`${kind} ${name}`, owner);
}
