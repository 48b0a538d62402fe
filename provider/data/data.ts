/**
 * What the resource of a component's data does: it keeps the name and the owner that were there first, through each rename of
 * component, stack and project, and refuses at preview what would leave data behind. What an image keeps in volumes that the program
 * does not name is kept or deleted with it.
 */
import { isPath } from "./host-path";
import type { ResourceProvider } from "../resource-provider";
import { changed } from "../changes";
import { send } from "../docker/api";
import { first, isGone, isReplaced } from "../gone";
import { ownerLabel } from "../docker/container-body";
import { isThere, volumeProvider } from "../docker/volume";
import { quote } from "../host/scripts";
import { say } from "../say";
import type { TakenMount } from "../kamal/accessory";
import { runOverSsh } from "../ssh/run";
import { kamalsData, type KamalsAccessory } from "./kamals-data";
import { keptPathSentence, keptSentence } from "./no-more";
import { allowed, goingWith, leftBehind, lossSentence, type DataPlace } from "./left-behind";
import { withoutWay, type Place } from "./place";
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
  /**
   * The same for the roles of an app, with `<role>-image` as the volume: `<name>-<role>-image-<path>`. Others are no change, so that
   * scaling an app is none of its data.
   */
  ofImages?: DataPlace[];
  /** Kamal's accessory whose data this is, where it lies. */
  kamal?: KamalsAccessory;
  /** Where its volumes lie, as it was found first; that stays. */
  taken?: Record<string, TakenMount>;
}

/** What is read of a volume. */
interface Listed {
  Name: string;
  Labels?: Record<string, string> | null;
}

/** Where volumes may be for the paths that only an image names: `<name>-<volume>-<path>`. */
function imagePlaces({ unnamed, ofImages = [] }: Partial<DataInputs>): DataPlace[] {
  return [...(unnamed === undefined ? [] : [{ ...unnamed, volume: "image" }]), ...ofImages];
}

/** The volumes for what only images name, on the hosts where containers are; none where nobody answers. */
async function foundAt(
  { name = "", owner = "" }: Partial<DataInputs>,
  places: readonly DataPlace[],
): Promise<DataPlace[]> {
  const found = places.map(async (place): Promise<DataPlace[]> => {
    if (isGone(place.shell) || isReplaced(place.shell)) return [];
    const start = `${name}-${place.volume}-`;
    const filters = encodeURIComponent(JSON.stringify({ name: [start] }));
    const request = { method: "GET", path: `/volumes?filters=${filters}` } as const;
    const answer = await send(place.shell, request).catch(() => undefined);
    if (answer === undefined || answer.status >= 300) return [];
    const { Volumes } = answer.body as { Volumes: Listed[] | null };
    return (Volumes ?? [])
      .filter(({ Name, Labels }) => {
        const label = Labels?.[ownerLabel];
        // One that an older version has made says nothing.
        return Name.startsWith(start) && (label === undefined || label.startsWith(`${owner}/`));
      })
      .map(({ Name }) => ({ ...place, volume: Name.slice(name.length + 1) }));
  });
  return (await Promise.all(found)).flat();
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
  const now = [...news.places, ...imagePlaces(news)];
  const named = goingWith(olds.places ?? [], now).filter(({ shell }) => !isGone(shell));
  // One that does not answer is lost, and holds nobody up.
  const found = named.map(async (place) => ((await holdsData(name, place)) === true ? [place] : []));
  const there = (await Promise.all([...found, foundAt(news, goingWith(imagePlaces(olds), now))])).flat();
  if (there.length === 0) return undefined;
  const subject = { label, argument, movable: false };
  return lossSentence(subject, "replaced", there.map(calledBy(name)), there.map(hostOf));
}

/** Whether a volume is there, or a path with something in it; undefined where nobody answers. */
async function holdsData(name: string, place: DataPlace): Promise<boolean | undefined> {
  const { shell, volume } = place;
  if (!isPath(volume)) return isThere(shell, calledBy(name)(place));
  const line = `find ${quote(volume)} \\( ! -type d -o ! -empty \\) -prune -print 2>/dev/null | head -n 1`;
  const ran = await runOverSsh(shell, line, { timeout: 60, what: `looking into ${volume}` }).catch(
    () => undefined,
  );
  return ran === undefined ? undefined : ran.stdout.trim() !== "";
}

/** Of what is on hosts that an app or an accessory leaves. */
async function refusalElsewhere(olds: Partial<DataInputs>, news: DataInputs): Promise<string | undefined> {
  const { label, argument, name, data } = news;
  const isApp = news.unnamed === undefined;
  const kamals = news.kamal !== undefined;
  const others = allowed(data, "moved") ? [] : leftBehind(olds.places ?? [], news.places);
  // What an app has on a host that is gone is given up by that word.
  const left = others.filter(({ shell }) => !isApp || !isGone(shell));
  if (left.length > 0) {
    const subject = { label, argument, movable: !isApp, kamals };
    return lossSentence(subject, "moved", left.map(calledBy(name)), left.map(hostOf));
  }
  // At another address a component is known by its volumes that have names.
  const volumes = await foundAt(news, leftBehind(imagePlaces(olds), imagePlaces(news)));
  // A move takes along what has a resource of its own.
  const refused = data === "move" || !allowed(data, "moved");
  if (refused && volumes.length > 0) {
    const subject = { label, argument, movable: false, kamals };
    return lossSentence(subject, "moved", volumes.map(calledBy(name)), volumes.map(hostOf));
  }
  const outOf = imagePlaces(olds).filter(
    (old) => !imagePlaces(news).some(({ volume }) => volume === old.volume),
  );
  for (const place of [...volumes, ...(await foundAt(news, outOf))]) sayKept(news, place);
  return undefined;
}

/** Says of a volume that only an image names that it stays where it is. */
function sayKept(data: Pick<DataInputs, "name" | "owner">, { shell, volume, machine }: DataPlace): void {
  const name = `${data.name}-${volume}`;
  const owner = `${data.owner}/${volume}`;
  const sentence = keptSentence({ shell, name, owner, ...(machine === undefined ? {} : { machine }) });
  if (first(sentence)) say(sentence);
}

/** What of Kamal's it is; at preview also where nothing is known of the machine yet. */
function kamalsOf(olds: Partial<DataInputs>, news: DataInputs): ReturnType<typeof kamalsData> {
  const { unnamed } = news;
  const shell = typeof unnamed === "object" ? unnamed.shell : undefined;
  return kamalsData(olds, { ...news, ...(shell === undefined ? {} : { shell }) });
}

/** With the names that Kamal's volumes have, where they are known. */
function withPlaces(inputs: DataInputs, taken: DataInputs["taken"]): DataInputs {
  if (taken === undefined) return inputs;
  const places = inputs.places.map((place) => {
    const called = typeof taken === "object" ? taken[place.volume]?.source : undefined;
    return called === undefined ? place : { ...place, called };
  });
  return { ...inputs, places, taken };
}

/** Inputs whose places are as the state has them; in a preview each may be a text without meaning. */
function known({ places, ofImages, unnamed, ...rest }: DataInputs): DataInputs {
  return {
    ...rest,
    places: Array.isArray(places) ? places.map(withoutWay) : places,
    ...(ofImages === undefined
      ? {}
      : { ofImages: Array.isArray(ofImages) ? ofImages.map(withoutWay) : ofImages }),
    ...(unnamed === undefined ? {} : { unnamed: withoutWay(unnamed) }),
  };
}

export const dataProvider: ResourceProvider<DataInputs, DataInputs> = {
  check: async (olds: Partial<DataInputs>, given) => {
    const named = { ...known(given), name: olds.name ?? given.name, owner: olds.owner ?? given.owner };
    // In a preview they may be a text without meaning, where they are known only later; the update asks again.
    const listed = Array.isArray(named.places) && Array.isArray(named.ofImages ?? []);
    const found = await kamalsOf(olds, named);
    if ("refused" in found) return { inputs: named, failures: [{ property: "", reason: found.refused }] };
    const inputs = listed ? withPlaces(named, found.taken) : { ...named, ...found };
    const reason = listed ? await refusal(olds, inputs) : undefined;
    return { inputs, failures: reason === undefined ? [] : [{ property: "", reason }] };
  },

  create: (inputs) => Promise.resolve({ id: inputs.name, outs: inputs }),

  diff: (_id, olds, news) => {
    const names = ["label", "argument", "name", "owner", "data", "places", "unnamed"] as const;
    return Promise.resolve({ changes: changed(names, olds, news).length > 0 });
  },

  update: (_id, _olds, news) => Promise.resolve({ outs: news }),

  /** The volumes that the program names have resources of their own; a path of a host is never deleted. */
  async delete(_id, state, inputs = state) {
    for (const place of (state.places ?? []).filter(({ volume }) => isPath(volume))) {
      const { shell, volume } = place;
      const sentence = keptPathSentence(place, volume);
      if (!isGone(shell) && !isReplaced(shell) && first(sentence)) say(sentence);
    }
    for (const { shell, volume } of await foundAt(state, imagePlaces({ ...state, ...inputs }))) {
      const name = `${state.name}-${volume}`;
      const owner = `${state.owner}/${volume}`;
      await volumeProvider.delete?.(name, { shell, name, owner, data: state.data });
    }
  },
};
