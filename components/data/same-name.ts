/** Two components of a program that would have one Docker volume, or one container: found at preview, by the names on each host. */
import type { Problem } from "../core/problem";
import { useOf } from "../host/host-use";
import type { Host } from "../host/host";
import type { Check } from "../core/check";

export const sameVolumeCheck: Check = {
  id: "same-volume",
  title: "Two components with one volume",
  effect: "refused",
  why: "The name of a Docker volume is made of project, stack, component and volume, joined by hyphens, so that a volume `db-data` of an app `shop` and a volume `data` of an accessory `shop-db` have the same one: the app would write into the database's files.",
  says: [
    'Accessory "shop-db": volumes.data is "/data", but App "shop" has the Docker volume shop-test-shop-db-data of web-1; give one of them another name (npx sextant docs checks#same-volume).',
  ],
};

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
    return [{ argument, value, rule, cure: "give one of them another name", check: sameVolumeCheck }];
  });
}

/** Takes the names. */
export function takeNames(owner: string, all: readonly Wanted[]): void {
  for (const { host, kind, name } of all) useOf(host).names.set(`${kind} ${name}`, owner);
}
