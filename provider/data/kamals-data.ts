/** The data of an accessory of Kamal's that a program takes up: where it lies is looked for once, and kept from then on. */
import { sendOk } from "../docker/api";
import { ownerLabel } from "../docker/container-body";
import { isGone } from "../gone";
import {
  isAccessoryOf,
  takenFrom,
  type SeenContainer,
  type TakenMount,
  type WantedData,
} from "../kamal/accessory";
import type { SshAddress } from "../ssh/address";
import { unknownValue } from "./place";

/** Kamal's accessory, as the program has it. */
export interface KamalsAccessory extends WantedData {
  /** What its container is called, and its label `service` says. */
  service: string;
  /** The owner that a container of the program's own says, which has taken its place by now. */
  ownedBy: string;
}

/** As much of a component's data as counts here. */
interface Known {
  label: string;
  name?: string;
  kamal?: KamalsAccessory;
  taken?: Record<string, TakenMount>;
  shell?: SshAddress;
}

/** Where its volumes lie; undefined where it takes nothing up. At preview it may be known only later. */
export type Found = { taken?: Record<string, TakenMount> } | { refused: string };

/** Why an edit of the word itself is refused: the data would be out of sight. */
export function wordRefusal(olds: Partial<Known>, { label, kamal }: Known): string | undefined {
  const had = olds.kamal?.service;
  if (olds.name === undefined || had === kamal?.service) return undefined;
  if (had === undefined)
    return `${label}: takeOver is "${kamal?.service ?? ""}", but it has data of its own already; give Kamal's accessory another component.`;
  const now = kamal === undefined ? "is left out" : `changes to "${kamal.service}"`;
  return `${label}: takeOver ${now}, but its data lies where Kamal's ${had} has put it, and it would begin without; leave it at "${had}".`;
}

/** Looks for it, where nothing is known yet. */
export async function kamalsData(olds: Partial<Known>, news: Known): Promise<Found> {
  const { kamal, shell, label } = news;
  // In a preview each part may be a text without meaning.
  if (kamal !== undefined && typeof kamal !== "object") return {};
  const refused = wordRefusal(olds, news);
  if (refused !== undefined) return { refused };
  if (kamal === undefined) return {};
  if (olds.taken !== undefined) return { taken: olds.taken };
  if (typeof shell === "object" && isGone(shell)) return {};
  const known = typeof shell === "object" && shell.destination !== unknownValue;
  if (!known) return { taken: unknownValue as unknown as Record<string, TakenMount> };
  const { service, ownedBy } = kamal;
  const there = await seen(shell, service);
  if (there === undefined || !(isAccessoryOf(service, there) || isOwn(there, ownedBy)))
    return {
      refused: `${label}: takeOver is "${service}", but ${shell.name} has no accessory of Kamal's with a container of that name; write its name as docker ps --all has it there, boot it by kamal accessory boot, or leave takeOver out to begin without its data.`,
    };
  const found = takenFrom(kamal, there.Mounts ?? []);
  if ("taken" in found) return found;
  return { refused: `${label}: takeOver is "${service}", but ${found.rule}; ${found.cure}.` };
}

/** Whether a container of the program's own is there in its place, with the state lost. */
const isOwn = ({ Config }: SeenContainer, owner: string): boolean => Config.Labels?.[ownerLabel] === owner;

/** A container as Docker describes it. */
export async function seen(shell: SshAddress, name: string): Promise<SeenContainer | undefined> {
  const request = { method: "GET", path: `/containers/${encodeURIComponent(name)}/json` } as const;
  const { status, body } = await sendOk(shell, request, `looking for the container ${name}`, [404]);
  return status === 404 ? undefined : (body as SeenContainer);
}
