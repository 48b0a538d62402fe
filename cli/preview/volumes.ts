/** What becomes of data: the volumes that are made, kept, copied, and deleted. Pure. */
import { compare } from "../../provider/core/compare";
import { isObject } from "../../provider/core/is-object";
import { relation, unknownValue, type Place } from "../../provider/data/place";
import { fates, type ListedVolume, type VolumeListInputs } from "../../provider/data/no-more";
import { hostOf as hostOfStep, list, secretText, textOf, type Step, type Values } from "./digest";

/**
 * - `new`: it begins empty, on a server that is made;
 * - `taken`: where it is on its host already, it is taken with its data, else it begins empty: a preview asks no host;
 * - `kept`: nothing uses it any more, and nothing deletes it;
 * - `copied`: its data is taken to another host;
 * - `left`: it is on a host that is gone;
 * - `discarded`: it is deleted, as the program says;
 * - `lost`: it goes with its server.
 */
export type VolumeFate = "new" | "taken" | "kept" | "copied" | "left" | "discarded" | "lost";

/** A volume whose data is not simply used on. */
export interface VolumeChange {
  readonly host: string;
  readonly volume: string;
  readonly fate: VolumeFate;
  /** The host that gets a copy. */
  readonly to?: string;
}

/** Those of a preview. */
export function volumesOf(steps: readonly Step[]): VolumeChange[] {
  const found = [...fromTheList(steps), ...fromVolumes(steps)];
  // The list of the program knows more than each volume by itself.
  const first = new Map(found.toReversed().map((each) => [`${each.host} ${each.volume}`, each]));
  return [...first.values()].sort((a, b) => compare(`${a.host} ${a.volume}`, `${b.host} ${b.volume}`));
}

/** By the resource that has all volumes of a program. */
function fromTheList(steps: readonly Step[]): VolumeChange[] {
  const step = steps.find(({ type }) => type === "sextant:index:Volumes");
  if (step?.olds === undefined) return [];
  const gone = new Set(
    steps
      .filter(({ type, news }) => type === "sextant:index:Gone" && news !== undefined)
      .map(({ news }) => textOf(news?.["host"])),
  );
  const removed = new Set(
    steps
      .filter(({ type, operation }) => type === serverType && operation === "delete")
      .map(({ name }) => name),
  );
  const before = listed(step.olds);
  // How hosts are reached may be a secret, and all of them with it: those that have volumes are there, unless their server goes.
  const still = before.volumes.filter((volume) => !removed.has(hostOf(volume)));
  const [olds, news] = [before, listed(step.news ?? {}, still)];
  const replaced = olds.volumes.flatMap((volume): VolumeChange[] =>
    news.volumes.some((now) => now.name === volume.name && relation(volume, now) === "replaced")
      ? [{ host: hostOf(volume), volume: volume.name, fate: "lost" }]
      : [],
  );
  const others = fates(olds, news, ({ name }) => gone.has(name)).map(({ volume, fate, to }) => ({
    host: hostOf(volume),
    volume: volume.name,
    fate,
    ...(to === undefined ? {} : { to }),
  }));
  return [...replaced, ...others];
}

/** @param hidden the hosts, where a preview does not show them */
function listed(inputs: Values, hidden: readonly Place[] = []): VolumeListInputs {
  return {
    hosts: inputs["hosts"] === secretText ? [...hidden] : list(inputs["hosts"]).filter(isPlace),
    volumes: list(inputs["volumes"]).filter(isVolume),
  };
}

/** By the volumes' own resources: what is made, and what goes where the list is not in the preview. */
function fromVolumes(steps: readonly Step[]): VolumeChange[] {
  const volumes = steps.filter(({ type }) => type === "sextant:index:Volume");
  const taken = new Set(volumes.flatMap(({ news }) => keyOf(news)));
  const had = new Set(volumes.flatMap(({ olds }) => keyOf(olds)));
  const made = new Set(
    steps
      .filter(({ type, operation }) => type === serverType && ["create", "replace"].includes(operation))
      .map(({ name }) => name),
  );
  return volumes.flatMap((step) => {
    const { operation, olds, news } = step;
    const [before, after] = [keyOf(olds), keyOf(news)];
    const lost = operation === "delete" && !before.some((key) => taken.has(key)) && olds !== undefined;
    const begins = (operation === "create" || operation === "replace") && !after.some((key) => had.has(key));
    const begun = made.has(nameOfHost(step)) ? ("new" as const) : ("taken" as const);
    return [
      ...(lost
        ? [changeOf(step, olds, olds["data"] === "discard" ? ("discarded" as const) : ("kept" as const))]
        : []),
      ...(begins && news !== undefined ? [changeOf(step, news, begun)] : []),
    ];
  });
}

const serverType = "hcloud:index/server:Server";

/** The host of a volume's own resource. */
function nameOfHost(step: Step): string {
  const named = [step.news, step.olds].map((inputs) => textOf(inputs?.["host"]));
  return named.find((host) => host !== "" && host !== unknownValue) ?? hostOfStep(step);
}

function changeOf(step: Step, inputs: Values, fate: VolumeFate): VolumeChange {
  const name = textOf(inputs["name"]);
  return {
    host: nameOfHost(step),
    volume: name === unknownValue || name === "" ? "a volume" : name,
    fate,
  };
}

/** A volume by its host and its name: another resource of the program may have it from now on. */
function keyOf(inputs: Values | undefined): string[] {
  return inputs === undefined ? [] : [`${hostOf(inputs)} ${textOf(inputs["name"])}`];
}

function hostOf({ host, shell }: Values | ListedVolume): string {
  if (typeof host === "string" && host !== unknownValue) return host;
  const name = isObject(shell) ? textOf(shell["name"]) : "";
  return name === "" || name === unknownValue ? "a host" : name;
}

function isPlace(value: unknown): value is Place {
  return isObject(value) && "shell" in value;
}

function isVolume(value: unknown): value is ListedVolume {
  return isPlace(value) && "name" in value && typeof value.name === "string";
}
