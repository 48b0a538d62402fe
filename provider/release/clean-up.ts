/** What the clean-up after a release does: runs its verb on each host, where something of it is another than at the release before. */
import { changed } from "../changes";
import { seconds, type Duration } from "../core/units";
import { isGone, isReplaced } from "../gone";
import type { ResourceProvider } from "../resource-provider";
import { eachHost } from "../ssh/each-host";
import type { SshAddress } from "../ssh/address";
import { runCall, type Call } from "./step";

/** A role on a host. */
export interface CleanUpPlace {
  shell: SshAddress;
  /** `project/stack/app/role` */
  role: string;
  /** The container that serves: all others of the role go. */
  container: string;
  /** Those that serve beside it. @default none */
  replicas?: string[];
  /** How long what is old may take to drain and to stop, before anything is removed. */
  wait: Duration;
  /** The directory with the release's assets; those of others go that are too old. @default none: the role keeps no assets */
  assets?: string;
  /** The images of this repository are removed here. @default that of the app */
  repository?: string;
  /** `project/stack/app/role`: what it was about to use counts no more, where the role is of another release than the app's. @default that of the app */
  owner?: string;
  /**
   * No container goes: the role has a schedule, and those that it had before are Pulumi's to stop; or nothing runs there but the release command.
   * @default all others of the role go
   */
  imagesOnly?: true;
  /** What the host has by the release, where the container's name does not tell it from the one before. @default the container's name does */
  image?: string;
}

/** What is left on the hosts of an app after a release. */
export interface CleanUpInputs {
  places: CleanUpPlace[];
  /** The images of this repository are removed. */
  repository: string;
  /** So many of them stay on each host, those that it got last. */
  retainImages: number;
  /** `project/stack/app`: what its release was about to use counts no more. */
  owner: string;
}

/** Seconds for removing containers and images, over the wait. */
const removing = 120;
/** Seconds for a look in a refresh. */
const looking = 60;

/** The verb for a place. */
export function cleanUpCall(
  { retainImages, ...app }: Omit<CleanUpInputs, "places">,
  place: CleanUpPlace,
): Call {
  const { role, container, replicas = [], wait, assets, imagesOnly } = place;
  const { repository = app.repository, owner = app.owner } = place;
  return {
    verb: "prune",
    words: [
      `role=${role}`,
      `wait=${seconds(wait)}`,
      `keep=${retainImages}`,
      `for=${owner}`,
      `repository=${repository}`,
      ...[container, ...replicas].map((name) => `container=${name}`),
      ...(assets === undefined ? [] : [`assets=${assets}`]),
      ...(imagesOnly === true ? ["images"] : []),
    ],
  };
}

async function cleanUp(inputs: CleanUpInputs, places: readonly CleanUpPlace[]): Promise<void> {
  const longest = Math.max(0, ...inputs.places.map(({ wait }) => seconds(wait)));
  await eachHost(places, (place) =>
    runCall(place.shell, cleanUpCall(inputs, place), longest + removing, place.container),
  );
}

/** The places for which something was not done there. */
export function uncleaned(olds: CleanUpInputs, news: CleanUpInputs): CleanUpPlace[] {
  const key = (inputs: CleanUpInputs, place: CleanUpPlace): string =>
    [place.shell.name, ...cleanUpCall(inputs, place).words, place.image ?? ""].join(" ");
  const done = new Set(olds.places.map((place) => key(olds, place)));
  return news.places.filter((place) => !done.has(key(news, place)));
}

/** Whether other containers of the role are there, as a run that was cut off leaves one which no state knows; none where nobody answers. */
async function isLeft(state: CleanUpInputs, place: CleanUpPlace): Promise<boolean> {
  if (isGone(place.shell) || isReplaced(place.shell)) return false;
  const { verb, words } = cleanUpCall(state, place);
  const look = { verb, words: [...words, "left"] };
  // A host that is down is named by what is on it.
  const printed = await runCall(place.shell, look, looking, place.container).catch(() => "");
  return printed.includes("container ");
}

const counting = ["places", "repository", "retainImages", "owner"] as const;

export const cleanUpProvider: ResourceProvider<CleanUpInputs, CleanUpInputs> = {
  async create(inputs) {
    await cleanUp(inputs, inputs.places);
    return { id: "clean-up", outs: inputs };
  },

  diff: (_id, olds, news) => Promise.resolve({ changes: changed(counting, olds, news).length > 0 }),

  async update(_id, olds, news) {
    await cleanUp(news, uncleaned(olds, news));
    return { outs: news };
  },

  /** A place where something is left is none that was cleaned up: the next `pulumi up` does it again there. */
  async read(id, state) {
    if (state === undefined) throw new Error("a clean-up cannot be imported");
    const left = await Promise.all(state.places.map((place) => isLeft(state, place)));
    return { id, props: { ...state, places: state.places.filter((_place, at) => left[at] !== true) } };
  },
};
