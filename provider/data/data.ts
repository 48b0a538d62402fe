/**
 * What the resource of a component's data does: it keeps the name and the owner that were there first, through each rename of
 * component, stack and project, and refuses at preview what would leave data behind. What an image keeps in volumes that the program
 * does not name is kept or deleted with it.
 */
import type { ResourceProvider } from "../resource-provider";
import { changed } from "../changes";
import { send } from "../docker/api";
import { isGone, isReplaced } from "../gone";
import { isThere, volumeProvider } from "../docker/volume";
import { allowed, goingWith, leftBehind, lossSentence, type DataPlace } from "./left-behind";
import { relation, type Place } from "./place";
import type { Data } from "./word";

export interface DataInputs {
  /** How errors name the component. */
  label: string;
  /** The argument that says where it is. */
  argument: string;
  /** What it is called on its hosts; the first one stays. */
  name: string;
  /** Whose its volumes are, as their label says it; the first one stays. */
  owner: string;
  data: Data;
  /** Where the volumes that the program names are. */
  places: DataPlace[];
  /** Where the container of an accessory may have volumes for the paths that only its image names: `<name>-image-<path>`. */
  unnamed?: Place;
}

/** The volumes for what only the image names, on the host that the container is on; none where nobody answers. */
async function unnamedAt({ unnamed, name = "" }: Partial<DataInputs>): Promise<DataPlace[]> {
  if (unnamed === undefined || isGone(unnamed.shell) || isReplaced(unnamed.shell)) return [];
  const filters = encodeURIComponent(JSON.stringify({ name: [`${name}-image-`] }));
  const request = { method: "GET", path: `/volumes?filters=${filters}` } as const;
  const answer = await send(unnamed.shell, request).catch(() => undefined);
  if (answer === undefined || answer.status >= 300) return [];
  const { Volumes } = answer.body as { Volumes: { Name: string }[] | null };
  return (Volumes ?? [])
    .filter((volume) => volume.Name.startsWith(`${name}-image-`))
    .map((volume) => ({ ...unnamed, volume: volume.Name.slice(name.length + 1) }));
}

const hostOf = ({ host, shell }: DataPlace): string => host ?? shell.name;
const calledBy =
  (name: string) =>
  ({ called, volume }: DataPlace): string =>
    called ?? `${name}-${volume}`;

/** Why the edit is refused. */
async function refusal(olds: Partial<DataInputs>, news: DataInputs): Promise<string | undefined> {
  return (await refusalWithServer(olds, news)) ?? refusalElsewhere(olds, news);
}

/**
 * Of what is on servers that are to be replaced. It is asked here, since a volume's own resource is deleted before a server that goes before
 * the new one comes: Pulumi has nothing of before for it when it is registered again.
 */
async function refusalWithServer(olds: Partial<DataInputs>, news: DataInputs): Promise<string | undefined> {
  const { label, argument, name, data } = news;
  if (allowed(data, "replaced")) return undefined;
  const now = [...news.places, ...(news.unnamed === undefined ? [] : [news.unnamed])];
  const named = goingWith(olds.places ?? [], now).filter(({ shell }) => !isGone(shell));
  // One that does not answer is lost, and holds nobody up.
  const found = named.map(async (place) =>
    (await isThere(place.shell, calledBy(name)(place))) === true ? [place] : [],
  );
  const unnamed = goingWith(olds.unnamed === undefined ? [] : [olds.unnamed], now);
  const there = (
    await Promise.all([...found, ...(unnamed.length === 0 ? [] : [unnamedAt({ ...olds, name })])])
  ).flat();
  if (there.length === 0) return undefined;
  const subject = { label, argument, movable: false };
  return lossSentence(subject, "replaced", there.map(calledBy(name)), there.map(hostOf));
}

/** Of what is on hosts that an app or an accessory leaves. */
async function refusalElsewhere(olds: Partial<DataInputs>, news: DataInputs): Promise<string | undefined> {
  const { label, argument, name, data } = news;
  const isApp = news.unnamed === undefined;
  const others = allowed(data, "moved") ? [] : leftBehind(olds.places ?? [], news.places);
  // What an app has on a host that is gone is given up by that word.
  const left = others.filter(({ shell }) => !isApp || !isGone(shell));
  if (left.length > 0) {
    const subject = { label, argument, movable: !isApp };
    return lossSentence(subject, "moved", left.map(calledBy(name)), left.map(hostOf));
  }
  if (olds.unnamed === undefined || news.unnamed === undefined) return undefined;
  // At another address the accessory is known by its volumes that have names.
  if (relation(olds.unnamed, news.unnamed) !== "moved") return undefined;
  // A move takes along what has a resource of its own.
  if (data !== "move" && allowed(data, "moved")) return undefined;
  const volumes = await unnamedAt(olds);
  if (volumes.length === 0) return undefined;
  const subject = { label, argument, movable: false };
  return lossSentence(subject, "moved", volumes.map(calledBy(name)), volumes.map(hostOf));
}

export const dataProvider: ResourceProvider<DataInputs, DataInputs> = {
  check: async (olds: Partial<DataInputs>, given) => {
    const inputs = { ...given, name: olds.name ?? given.name, owner: olds.owner ?? given.owner };
    // In a preview it may be a text without meaning, where it is known only later; the update asks again.
    const reason = Array.isArray(inputs.places) ? await refusal(olds, inputs) : undefined;
    return { inputs, failures: reason === undefined ? [] : [{ property: "", reason }] };
  },

  create: (inputs) => Promise.resolve({ id: inputs.name, outs: inputs }),

  diff: (_id, olds, news) => {
    const names = ["label", "argument", "name", "owner", "data", "places", "unnamed"] as const;
    return Promise.resolve({ changes: changed(names, olds, news).length > 0 });
  },

  update: (_id, _olds, news) => Promise.resolve({ outs: news }),

  /** The volumes that the program names have resources of their own. */
  async delete(_id, state) {
    for (const { shell, volume } of await unnamedAt(state)) {
      const name = `${state.name}-${volume}`;
      await volumeProvider.delete?.(name, { shell, name, data: state.data });
    }
  },
};
