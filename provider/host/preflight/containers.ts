/** What several findings ask of the containers on a machine. */
import type { Container, Engine, Machine, PublishedPort } from "./machine";
import { isPublic } from "./read/ports";

/** The engine, where it answers. */
export function engineOf({ docker }: Machine): Engine | undefined {
  return docker?.is === "engine" ? docker.engine : undefined;
}

export function containersOf(machine: Machine): readonly Container[] {
  return engineOf(machine)?.containers ?? [];
}

/** Whether a program of this library has made it. */
export function isOurs({ labels }: Container): boolean {
  return ["config", "bridge", "app", "accessory"].some((kind) => (labels[`sextant.${kind}`] ?? "") !== "");
}

/** A port that Docker publishes for a container. */
export interface Exposed extends PublishedPort {
  readonly container: string;
}

/** What Docker publishes on addresses that are reached from outside, of containers that are not ours. */
export function exposed(machine: Machine): Exposed[] {
  return containersOf(machine)
    .filter((container) => !isOurs(container))
    .flatMap(({ name, published }) =>
      published.filter(({ address }) => isPublic(address)).map((port) => ({ ...port, container: name })),
    );
}

/** The same in words: `5432/tcp (db), 8000-8010/tcp (files)`. */
export function exposedWords(machine: Machine): string {
  const words = exposed(machine).map(
    ({ first, last, protocol, container }) =>
      `${first === last ? first : `${first}-${last}`}/${protocol} (${container})`,
  );
  return [...new Set(words)].join(", ");
}

/** Whether Docker lets in what it publishes: nobody has told it or its chain otherwise. */
export function dockerLetsIn(machine: Machine): boolean {
  return engineOf(machine)?.leavesIptables !== true && !machine.dockerUserDrops;
}
