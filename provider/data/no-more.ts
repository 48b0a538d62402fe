/** What becomes of the volumes that a program has no more, and the sentences that say so. Pure. */
import { isPath } from "./host-path";
import { pageCommand } from "../core/page";
import { relation, type Place } from "./place";
import type { Data } from "./word";

/** A data volume of a program. */
export interface ListedVolume extends Place {
  /** Its name at Docker. */
  name: string;
  /** Whose it is, as its label says. */
  owner?: string;
  /** @default "keep" */
  data?: Data;
}

/** All data volumes of a program, and the hosts that it has, with volumes or without. */
export interface VolumeListInputs {
  hosts: Place[];
  volumes: ListedVolume[];
}

const page = `(${pageCommand("data")})`;

/** A volume that stays where it is. */
export function keptSentence({ shell, name, owner, machine }: Omit<ListedVolume, "data">): string {
  // What becomes of a server that the program makes is not known here.
  const until = machine === undefined ? "" : ", for as long as the server is there";
  if (isPath(name))
    return `${shell.name}: the directory ${name} is kept, with its data; an accessory has it again by transform: { volume: { name: "${name}" } } ${page}.`;
  const by = owner === undefined ? "" : `, owner: "${owner}"`;
  return `${shell.name}: the volume ${name} is kept, with its data${until}; the component that had it uses it again when it is back, any other one by transform: { volume: { name: "${name}"${by} } }. docker volume rm ${name} there deletes it for good, and refuses while a container uses it ${page}.`;
}

/** A path of a host that stays as it is. */
export function keptPathSentence({ shell, machine }: Place, path: string): string {
  const until = machine === undefined ? "" : ", for as long as the server is there";
  return `${shell.name}: ${path} is kept, with what is in it${until}; a component that mounts it again finds it as it is ${page}.`;
}

/** What is left on a host that is gone. */
export function leftSentence({ name }: Pick<Place["shell"], "name">, what: string): string {
  return `${name} is gone: ${what} is left there, if the machine comes back.`;
}

/** What of a volume is left there. */
export const leftVolume = (name: string): string => `the volume ${name}, with its data,`;

/** What becomes of a volume that a program has no more where it was. */
export interface NoMore {
  readonly volume: ListedVolume;
  /**
   * - `left`: its host is gone;
   * - `lost`: it goes with the server;
   * - `discarded`: it is deleted, as the program says;
   * - `copied`: its data is taken to another host, and it is kept as well;
   * - `kept`: it stays where it is.
   */
  readonly fate: "left" | "lost" | "discarded" | "copied" | "kept";
  /** The host that gets a copy. */
  readonly to?: string;
}

/**
 * The volumes of before that are not on their machines any more as far as the program goes.
 * @param gone whether the program says so of a host
 */
export function fates(
  olds: VolumeListInputs,
  news: VolumeListInputs,
  gone: (shell: Place["shell"]) => boolean,
): NoMore[] {
  return olds.volumes.flatMap((volume): NoMore[] => {
    const same = news.volumes.filter(({ name }) => name === volume.name);
    if (same.some((now) => relation(volume, now) !== "moved")) return [];
    if (gone(volume.shell)) return [{ volume, fate: "left" }];
    if (volume.machine !== undefined && news.hosts.every((host) => relation(volume, host) === "moved"))
      return [{ volume, fate: "lost" }];
    if (volume.data === "discard") return [{ volume, fate: "discarded" }];
    const to = same.find(({ data }) => data === "move");
    return to === undefined
      ? [{ volume, fate: "kept" }]
      : [{ volume, fate: "copied", to: to.host ?? to.shell.name }];
  });
}

/** A sentence for each of them. */
export function noMore(...lists: Parameters<typeof fates>): string[] {
  return fates(...lists).map(sentenceOf);
}

function sentenceOf({ volume, fate, to = "" }: NoMore): string {
  const { name, shell } = volume;
  switch (fate) {
    case "left":
      return leftSentence(shell, leftVolume(name));
    case "lost":
      return `${shell.name}: the volume ${name} goes with the server, and all its data ${page}.`;
    case "discarded":
      return `${shell.name}: the volume ${name} is deleted with all its data, as its component was deployed with data: "discard" ${page}.`;
    case "copied":
      return `${to}: the volume ${name} gets a copy of the data of ${shell.name}, where the old volume is kept ${page}.`;
    case "kept":
      return keptSentence(volume);
  }
}
