/** What becomes of the volumes that a program has no more, and the sentences that say so. Pure. */
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
  const by = owner === undefined ? "" : `, owner: "${owner}"`;
  return `${shell.name}: the volume ${name} is kept, with its data${until}; the component that had it uses it again when it is back, any other one by transform: { volume: { name: "${name}"${by} } }. docker volume rm ${name} there deletes it for good, and refuses while a container uses it ${page}.`;
}

/** What is left on a host that is gone. */
export function leftSentence({ name }: Pick<Place["shell"], "name">, what: string): string {
  return `${name} is gone: ${what} is left there, if the machine comes back.`;
}

/** What of a volume is left there. */
export const leftVolume = (name: string): string => `the volume ${name}, with its data,`;

/**
 * A sentence for each volume of before that is not on its machine any more as far as the program goes.
 * @param gone whether the program says so of a host
 */
export function noMore(
  olds: VolumeListInputs,
  news: VolumeListInputs,
  gone: (shell: Place["shell"]) => boolean,
): string[] {
  return olds.volumes.flatMap((old) => {
    const same = news.volumes.filter(({ name }) => name === old.name);
    if (same.some((now) => relation(old, now) !== "moved")) return [];
    if (gone(old.shell)) return [leftSentence(old.shell, leftVolume(old.name))];
    if (old.machine !== undefined && news.hosts.every((host) => relation(old, host) === "moved"))
      return [`${old.shell.name}: the volume ${old.name} goes with the server, and all its data ${page}.`];
    if (old.data === "discard")
      return [
        `${old.shell.name}: the volume ${old.name} is deleted with all its data, as its component was deployed with data: "discard" ${page}.`,
      ];
    const to = same.find(({ data }) => data === "move");
    if (to !== undefined)
      return [
        `${to.host ?? to.shell.name}: the volume ${old.name} gets a copy of the data of ${old.shell.name}, where the old volume is kept ${page}.`,
      ];
    return [keptSentence(old)];
  });
}
