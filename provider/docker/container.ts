/**
 * What a container's resource does: makes it, changes its limits in place, stops and removes it. A create that is tried again
 * after a cut connection finds its own container by a label, and takes no other's; that of a run that was killed is another one.
 */
import { randomBytes } from "node:crypto";
import type { ResourceProvider } from "../resource-provider";
import { createTar, type TarFileInput } from "nanotar";
import { cut } from "../core/cut";
import { pageCommand } from "../core/page";
import { diagnose } from "../diagnosis/diagnose";
import { report } from "../diagnosis/report";
import { first, isGone } from "../gone";
import { say } from "../say";
import { stand, stands } from "../standing";
import { addressOf, type SshAddress } from "../ssh/address";
import { runOverSsh } from "../ssh/run";
import { quote } from "../host/scripts";
import {
  configured,
  containerBody,
  differs,
  holdsData,
  limits,
  limitsNow,
  ownProxy,
  ownerLabel,
  replacing,
  roleLabel,
  updated,
  volumeAt,
  type ContainerInputs,
  type ImageVolumes,
  type Upload,
} from "./container-body";
import { bring } from "./bring";
import { freshlyMade } from "./fresh";
import { withImageVolumes } from "./image-volumes";
import { join } from "./join";
import {
  isAccessoryOf,
  keptAsItIs,
  leftAsItIs,
  otherwise,
  replacedOnce,
  type SeenContainer,
} from "../kamal/accessory";
import { unknownValue } from "../data/place";
import { send, messageOf, sendOk, type Answer } from "./api";

/** As a program gives them: without a name, one is made from this prefix. */
type Given = Omit<ContainerInputs, "name"> & { name?: string; namePrefix?: string };

/** The inputs as they were last set, and whether a refresh found a container stopped that should run. */
export interface ContainerState extends ContainerInputs {
  stopped: boolean;
  /** Whether it is Kamal's own container still, as it was taken up. */
  kamals?: true;
  /** What was otherwise in the program then, in words. */
  otherwise?: string[];
}

/** What is read of `GET /containers/{id}/json`. */
interface Inspected extends Omit<SeenContainer, "Config" | "HostConfig" | "Mounts"> {
  Id: string;
  State: { Running: boolean };
  NetworkSettings?: { Networks?: Record<string, { NetworkID?: string }> | null };
  HostConfig: Parameters<typeof limitsNow>[1] & SeenContainer["HostConfig"];
  Config: SeenContainer["Config"];
  Mounts?: NonNullable<SeenContainer["Mounts"]>;
}

/** By this label a create that is tried again knows what it made. */
const creation = "sextant.creation";
/**
 * With the end that makes it unique a name has 63 characters at most: the proxy finds a container by its name, and resolvers refuse
 * labels that are longer (moby/moby#37971).
 */
const mostPrefix = 55;
/** Seconds over a container's own time to stop. */
const grace = 60;
/** Seconds: what an image has at the place of a new volume is copied into it. */
const createSeconds = 300;

/** A container that was made, or one of a run that was cut off which serves already. */
interface Created {
  id: string;
  serves: boolean;
}

/**
 * @param again whether it is tried once more when what has the name makes room
 * @param fetch whether an image that is gone is pulled: `docker system prune --all` takes one that no container uses yet
 */
async function create(inputs: ContainerInputs, again = true, fetch = true): Promise<Created> {
  const { shell, name } = inputs;
  const mark = randomBytes(8).toString("hex");
  const labels = { ...inputs.labels, [creation]: mark };
  const path = `/containers/create?name=${encodeURIComponent(name)}`;
  const volumes = await withImageVolumes({
    ...inputs,
    ...(holdsData(inputs) && { imageVolumes: kept(inputs) }),
  });
  const body = containerBody({ ...inputs, labels, volumes });
  const answer = await send(shell, { method: "POST", path, body, timeout: createSeconds });
  if (answer.status === 201) return { id: (answer.body as { Id: string }).Id, serves: false };
  if (answer.status === 404 && fetch && imageIsGone(answer)) {
    await bring(shell, inputs.image, inputs.__auth);
    return create(inputs, again, false);
  }
  if (answer.status !== 409) throw new Error(await notMade(inputs, messageOf(answer)));

  const there = await inspect(shell, name);
  if (there?.Config.Labels?.[creation] === mark) return { id: there.Id, serves: false };
  if (there !== undefined && isWanted(there, inputs)) {
    stand(shell, there.Id);
    return { id: there.Id, serves: there.State.Running };
  }
  if (!again || (there !== undefined && !isOwn(there, inputs))) {
    if (holdsData(inputs))
      throw new Error(`${shell.name}: ${takenSentence(name, there?.Config.Labels?.[ownerLabel])}`);
    throw new Error(`${shell.name}: ${taken(inputs, there)}`);
  }
  if (there !== undefined) await end(there.Id, inputs);
  return create(inputs, false, fetch);
}

/** Why Docker does not make it: a cause that is known, with the room on the disk where that is it; else Docker's own words. */
async function notMade({ shell, name, image }: ContainerInputs, error: string): Promise<string> {
  const evidence = { stage: "start", ending: "create-failed", container: name, image, error } as const;
  const full = diagnose(evidence).causes.some(({ id }) => id === "disk-full");
  if (!full) return `${shell.name}: Docker does not make the container ${name}: ${error}`;
  const look = `df -Pk "$(docker info --format '{{.DockerRootDir}}')" | tail -n 1`;
  const ran = await runOverSsh(shell, look, { timeout: grace, what: "the room on the disk" });
  const [, total = "", , free = "", , ...path] = ran.stdout.trim().split(/\s+/);
  const known = /^\d+$/.test(total) && /^\d+$/.test(free);
  const disk = known && { path: path.join(" "), total: megabytes(total), free: megabytes(free) };
  const seen = { ...evidence, ...(disk && { host: { disk } }) };
  return `${shell.name}: ${report(diagnose(seen), seen)}`;
}

const megabytes = (kilobytes: string): number => Math.floor(Number(kilobytes) / 1024);

/**
 * Whether it is the image that is not there, and not a network or a volume (`No such image: shop:v1`; moby v20.10 to v29
 * daemon/create.go).
 */
export function imageIsGone(answer: Answer): boolean {
  return /no such image/i.test(messageOf(answer));
}

/** The volumes of a container whose data is kept, also where it was made before they had owners. */
const kept = ({ imageVolumes }: Pick<ContainerInputs, "imageVolumes">): ImageVolumes =>
  imageVolumes ?? { volume: "image" };

/** Why the name of a container that holds data is not to be had; what has it may hold data, too. */
function takenSentence(name: string, owner: string | undefined): string {
  const whose = owner === undefined ? "and nothing says that it is this stack's" : `and belongs to ${owner}`;
  return `a container named ${name} is there already, ${whose}; give this one another name, or stop that one and rename it by docker rename, which loses nothing (${pageCommand("data")}).`;
}

/** Whether a run of this stack has left it, which was cut off before Pulumi knew of it. */
function isOwn({ Config }: Inspected, { ownedBy, labels }: ContainerInputs): boolean {
  if (ownedBy === undefined) return false;
  const value = labels?.[ownedBy];
  return value !== undefined && Config.Labels?.[ownedBy] === value;
}

/** Whether it is what a run of this stack would make now, so that nothing has to end for it: that of one that was cut off, or of a lost state. */
function isWanted(there: Inspected, inputs: ContainerInputs): boolean {
  const wanted = inputs.labels?.[configured];
  const { name, id } = inputs.network;
  const network = there.NetworkSettings?.Networks?.[name];
  return (
    isOwn(there, inputs) &&
    wanted !== undefined &&
    there.Config.Labels?.[configured] === wanted &&
    network !== undefined &&
    // One that has not been started yet has none.
    [undefined, "", id].includes(network.NetworkID)
  );
}

/** That the name belongs to somebody else. No cure takes away what may serve or hold data. */
function taken({ name, ownedBy }: ContainerInputs, there: Inspected | undefined): string {
  const owner = ownedBy === undefined ? undefined : there?.Config.Labels?.[ownedBy];
  const whose = owner === undefined ? "is not this stack's" : `belongs to ${owner}`;
  const cure =
    ownedBy === ownProxy
      ? "route through it with new ExistingProxy() in place of new Proxy()"
      : "rename the component, or stop and rename that container if nothing needs it (docker rename)";
  return `a container named ${name} is there already and ${whose}; ${cure}.`;
}

/** Brings it into its further networks, writes the files and starts it; what could not be completed is taken away again, so that the next run begins anew. */
async function complete({ id, serves }: Created, inputs: ContainerInputs): Promise<void> {
  const { shell, name, uploads = [], start = true } = inputs;
  try {
    await join(shell, id, inputs.network.also);
    if (uploads.length > 0) {
      const archive = createTar(filesOf(uploads), { attrs: { mode: "644", user: "root", group: "root" } });
      // Without it a directory goes for a file at its path, with all that is in it, in a volume, too (moby/go-archive v0.2.0 archive.go, `Unpack`).
      const path = `/containers/${id}/archive?path=/&noOverwriteDirNonDir=true`;
      const request = { method: "PUT", path, body: archive } as const;
      await sendOk(shell, request, `writing files into the container ${name}`);
    }
    if (start) await startIt(shell, id, name);
  } catch (error) {
    // What went wrong is said, and not that the removal did as well: what is left is known by its owner.
    if (!serves) await remove(id, inputs, !holdsData(inputs)).catch(() => undefined);
    throw error;
  }
}

/** As an archive has them. Docker gives a file to the numbers of its owner, and looks no name up (moby pkg/archive, `createTarFile`). */
function filesOf(uploads: readonly Upload[]): TarFileInput[] {
  return uploads.map(({ file, content, mode, owner }) => {
    const [uid = 0, gid = uid] = (owner ?? "0").split(":").map(Number);
    const attrs = { ...(mode === undefined ? {} : { mode }), uid, gid };
    return { name: file.replace(/^\/+/, ""), data: content, attrs };
  });
}

async function startIt(shell: SshAddress, id: string, name: string): Promise<void> {
  const request = { method: "POST", path: `/containers/${id}/start` } as const;
  await sendOk(shell, request, `starting the container ${name}`, [304]);
}

export async function inspect(shell: SshAddress, container: string): Promise<Inspected | undefined> {
  const path = `/containers/${encodeURIComponent(container)}/json`;
  const answer = await sendOk(
    shell,
    { method: "GET", path },
    `looking for the container ${container}`,
    [404],
  );
  return answer.status === 404 ? undefined : (answer.body as Inspected);
}

/** Stops it in its own time, and removes it. One that has stopped already, as the old one of a release has, takes one question. */
async function end(id: string, inputs: ContainerInputs): Promise<void> {
  const { shell, name, destroyGraceSeconds = 10 } = inputs;
  const data = holdsData(inputs);
  const unnamed = isBeforeNames(inputs) ? await unnamedOf(id, inputs) : [];
  // Docker knows a volume that Kamal's container has had made as without a name, also where the next one names it.
  const goes = unnamed.length === 0 && inputs.kamal === undefined;
  for (const { Name = "", Destination } of unnamed) {
    const sentence = `${shell.name}: the container ${name} goes, and what it kept at ${Destination} stays in the volume ${Name}, which nothing uses any more; copy what is needed to where the next one keeps it, or delete it by docker volume rm ${Name} (${pageCommand("data")}).`;
    if (first(sentence)) say(sentence);
  }
  if (!data) {
    const path = `/containers/${id}?v=${String(goes)}`;
    const gone = { method: "DELETE", path, timeout: grace } as const;
    const { status } = await sendOk(shell, gone, `removing the container ${name}`, [404, 409]);
    if (status !== 409) return;
  }
  const path = `/containers/${id}/stop?t=${destroyGraceSeconds}`;
  const timeout = destroyGraceSeconds + grace;
  await sendOk(shell, { method: "POST", path, timeout }, `stopping the container ${name}`, [304, 404]);
  if (data) await nameVolumes(id, inputs);
  await remove(id, inputs, goes);
}

/** Whether an older version of this library made it for an app, and let Docker make volumes without names for what only the image names. */
const isBeforeNames = ({ labels, imageVolumes }: ContainerInputs): boolean =>
  labels?.[roleLabel] !== undefined && imageVolumes === undefined;

/** The volumes without a name that a container has. */
async function unnamedOf(
  id: string,
  { shell, volumes = [] }: ContainerInputs,
): Promise<NonNullable<Inspected["Mounts"]>> {
  const { Mounts = [] } = (await inspect(shell, id)) ?? {};
  const used = new Set(volumes.map(({ volumeName }) => volumeName));
  return Mounts.filter(
    ({ Type, Name = "" }) => Type === "volume" && /^[0-9a-f]{64}$/.test(Name) && !used.has(Name),
  );
}

/** @param volumes whether its volumes without a name go with it */
async function remove(id: string, { shell, name }: ContainerInputs, volumes: boolean): Promise<void> {
  const path = `/containers/${id}?force=true&v=${String(volumes)}`;
  // 409: it is being removed already.
  await sendOk(
    shell,
    { method: "DELETE", path, timeout: grace },
    `removing the container ${name}`,
    [404, 409],
  );
}

/**
 * Moves what a stopped container has in volumes without a name to where the next one of this name finds it: an older version of this
 * library let Docker make such volumes. A run that was cut off goes on where it was.
 */
async function nameVolumes(id: string, inputs: ContainerInputs): Promise<void> {
  const { shell, name } = inputs;
  for (const { Source, Destination } of await unnamedOf(id, inputs)) {
    const to = `${name}-${volumeAt(kept({}).volume, Destination)}`;
    const script = `set -e; to=$(docker volume inspect --format '{{.Mountpoint}}' "$(docker volume create "$2")"); chown --reference="$1" "$to"; chmod --reference="$1" "$to"; find "$1" -mindepth 1 -maxdepth 1 -exec mv -t "$to" {} +`;
    const words = [script, "name-volume", Source, to].map(quote);
    const what = `moving the data of ${name} at ${Destination} to the volume ${to}`;
    const ran = await runOverSsh(shell, `sh -c ${words.join(" ")}`, { timeout: createSeconds, what });
    if (ran.code !== 0) throw new Error(`${shell.name}: ${what} failed: ${ran.stderr.trim().slice(-300)}`);
  }
}

/**
 * Those of Kamal's that an edit of this run replaces, by host and name, each with the networks of the next one: Pulumi does not tell whoever
 * deletes a resource why, and its plugin is one process for all resources of a run. By its name, since Kamal may have made another one
 * meanwhile.
 */
const edited = new Map<string, ContainerInputs["network"]>();
const editOf = ({ shell, name }: ContainerInputs): string => `${addressOf(shell)}/${name}`;

/** Kamal's container that an accessory is, where it is there. */
async function kamalsOf({ shell, kamal }: ContainerInputs): Promise<Inspected | undefined> {
  if (kamal === undefined) return undefined;
  const there = await inspect(shell, kamal);
  return there !== undefined && isAccessoryOf(kamal, there) ? there : undefined;
}

/**
 * Ends Kamal's container for the next one. Kamal's is in a network of Kamal's own, so that nothing holds this library's where no other
 * container is in it, and `docker network prune` takes it.
 *
 * @param network that of the next one
 * @throws Error before anything is stopped, where the next one could not start in its networks
 */
async function endKamals(
  id: string,
  inputs: ContainerInputs,
  network: ContainerInputs["network"],
): Promise<void> {
  const { shell, name } = inputs;
  for (const one of [network.name, ...(network.also ?? [])]) {
    const request = { method: "GET", path: `/networks/${encodeURIComponent(one)}` } as const;
    const { status } = await sendOk(shell, request, `looking for the network ${one}`, [404]);
    if (status !== 404) continue;
    const cure =
      one === network.name
        ? "pulumi up --refresh makes it anew"
        : `make it there by docker network create ${one}, and run pulumi up again`;
    throw new Error(
      `${shell.name}: the Docker network ${one} is not there, and ${name} could not start without it, so that Kamal's container runs on; ${cure}.`,
    );
  }
  await end(id, inputs);
}

/** Says at preview and at the update what becomes of Kamal's container. */
async function announce(olds: Partial<ContainerState>, news: ContainerInputs): Promise<void> {
  const { shell, kamal, name } = news;
  // In a preview of a first deploy the way to the machine may be a text without meaning.
  if (olds.name !== undefined || kamal === undefined || typeof shell !== "object") return;
  if (shell.destination === unknownValue || isGone(shell)) return;
  // For a replacement the engine asks once more, without what was.
  if (edited.has(editOf(news))) return;
  // A machine that does not answer says so where something is done there.
  const there = await kamalsOf(news).catch(() => undefined);
  if (there === undefined) return;
  const sentence = `${shell.name}: ${keptAsItIs(name, there, news)}`;
  if (first(sentence)) say(sentence);
}

/** Kamal's container is not in the network of this library, and another one of that name is no reason to replace it. */
function inThatNetwork(olds: ContainerState, { network }: ContainerInputs): ContainerState {
  // At preview it may be known only later, and is a text then.
  if (olds.kamals !== true || typeof network !== "object") return olds;
  return { ...olds, network: { ...olds.network, id: network.id } };
}

export const containerProvider: ResourceProvider<Given, ContainerState> = {
  check: async (olds, news) => {
    const kept = olds.namePrefix === news.namePrefix ? olds.name : undefined;
    const name =
      news.name ??
      kept ??
      `${cut(news.namePrefix ?? "", mostPrefix)}-${randomBytes(4).toString("hex").slice(0, 7)}`;
    const inputs = { ...news, name };
    await announce(olds, inputs);
    return { inputs };
  },

  async create(given) {
    const inputs = given as ContainerInputs;
    const kamals = await kamalsOf(inputs);
    if (kamals !== undefined && edited.has(editOf(inputs)))
      await endKamals(kamals.Id, inputs, inputs.network);
    else if (kamals !== undefined) {
      stand(inputs.shell, kamals.Id);
      return {
        id: kamals.Id,
        outs: { ...inputs, stopped: false, kamals: true, otherwise: otherwise(kamals, inputs) },
      };
    }
    const created = await create(inputs);
    await complete(created, inputs);
    freshlyMade(inputs.name);
    return { id: created.id, outs: { ...inputs, stopped: false } };
  },

  diff: (_id, olds, given) => {
    const news = given as ContainerInputs;
    const replaces = replacing(inThatNetwork(olds, news), news);
    if (olds.kamals === true && replaces.length > 0) {
      edited.set(editOf(olds), news.network);
      const sentence = `${olds.shell.name}: ${replacedOnce(olds.name, news, olds.otherwise)}`;
      if (first(sentence)) say(sentence);
    }
    return Promise.resolve({ changes: olds.stopped || differs(olds, news), replaces });
  },

  async update(id, olds, given) {
    const news = given as ContainerInputs;
    const { shell, name } = news;
    if (updated(olds, news).length > 0) {
      const request = { method: "POST", path: `/containers/${id}/update`, body: limits(news) } as const;
      await sendOk(shell, request, `changing the limits of the container ${name}`);
    }
    if (olds.stopped) await startIt(shell, id, name);
    // What it was made with, and not what the next one would be.
    const { imageVolumes, kamals, otherwise: differed } = olds;
    const still = kamals === true ? { kamals, otherwise: differed } : {};
    return { outs: { ...news, imageVolumes, stopped: false, ...still } };
  },

  async delete(id, state) {
    // A resource of another name has taken it in this run, as it serves.
    if (stands(state.shell, id)) return;
    if (state.kamals !== true) {
      await end(id, state);
      return;
    }
    const network = edited.get(editOf(state));
    if (network !== undefined) {
      await endKamals(id, state, network);
      return;
    }
    if ((await inspect(state.shell, id)) !== undefined) say(`${state.shell.name}: ${leftAsItIs(state.name)}`);
  },

  async read(id, state) {
    if (state === undefined) throw new Error("a container cannot be imported");
    const there = await inspect(state.shell, id);
    if (there === undefined) return { id: "", props: state };
    const stopped = (state.start ?? true) && !there.State.Running;
    // Its limits are those that Kamal gave it, until the program says others.
    if (state.kamals === true) return { id, props: { ...state, stopped } };
    return { id, props: { ...state, ...limitsNow(state, there.HostConfig), stopped } };
  },
};
