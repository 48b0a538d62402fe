/**
 * What a volume's resource does: makes it, or takes the one of that name that is there and is nobody else's. Data is kept: whatever
 * becomes of the resource, the volume stays, unless `data: "discard"` was deployed and nothing uses it.
 */
import { isPath, isSystems } from "../data/host-path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ResourceProvider } from "../resource-provider";
import { pageCommand } from "../core/page";
import { allowed, lossSentence } from "../data/left-behind";
import { keptSentence } from "../data/no-more";
import { relation, unknownValue, withoutWay, type Place } from "../data/place";
import type { Data } from "../data/word";
import { changed } from "../changes";
import { first } from "../gone";
import { placeWord } from "../kamal/accessory";
import { isKamalsAccessory } from "../kamal/names";
import { runOverSsh } from "../ssh/run";
import { quote } from "../host/scripts";
import { stand, stands } from "../standing";
import { pace } from "../ssh/connections";
import { addressOf, type SshAddress } from "../ssh/address";
import { ownerLabel } from "./container-body";
import { send, messageOf, sendOk } from "./api";
import { unreadable, type DataFormat } from "./data-format";
import type { MysqlFormat } from "./mysql-format";
import { copyVolume } from "./volume-move";
import { say } from "../say";

export interface VolumeInputs extends Place {
  shell: SshAddress;
  /** How errors name the component. */
  label?: string;
  /** At Docker; an absolute path is a directory of the host, which is there already and is never made or deleted. */
  name: string;
  /** @default "local" */
  driver?: string;
  driverOpts?: Record<string, string>;
  labels?: Record<string, string>;
  /** Whose it is, as its label says; one that carries another owner's is not taken. @default none: it is shared by all who name it */
  owner?: string;
  /** The component that uses it, as the owner label of its containers says. */
  component?: string;
  /** What that was when the data was first there: a container of before a rename says so still. */
  formerly?: string;
  /** What becomes of it when the resource goes. @default "keep" */
  data?: Data;
  /**
   * What is to read and write its data. It is refused before anything is stopped where the data is nothing for it; another one is no change.
   * @default anything
   */
  format?: DataFormat | MysqlFormat;
  /** Kamal's accessory that is taken up with it: its container may run on it. */
  kamal?: string;
}

/** What is read of a volume, and of a container that uses it. */
interface Inspected {
  Driver: string;
  Options: Record<string, string> | null;
  Labels: Record<string, string> | null;
}
interface User {
  Names: string[];
  Mounts?: { Name?: string; Source?: string; RW?: boolean }[] | null;
  State?: string;
  Labels?: Record<string, string> | null;
}

/** A container that uses a volume, and the component whose it is. */
interface Using {
  name: string;
  owner: string | undefined;
  /** Whether it is an accessory of Kamal's that runs. */
  kamal: boolean;
  /** Whether it may write there. */
  writes: boolean;
}

/** What Docker cannot change on a volume that is there. */
const fixed = ["driver", "driverOpts", "labels"] as const;
const page = `(${pageCommand("data")})`;
/** How often a volume is asked to go whose last container is just going. */
const tries = 10;

/** What a volume that was made or taken in this run is by, so that a resource of before does not take it away again. */
const standingFor = (name: string): string => `the volume ${name}`;

async function inspect(shell: SshAddress, name: string): Promise<Inspected | undefined> {
  if (isPath(name)) return inspectDirectory(shell, name);
  const path = `/volumes/${encodeURIComponent(name)}`;
  const { status, body } = await sendOk(
    shell,
    { method: "GET", path },
    `looking for the volume ${name}`,
    [404],
  );
  return status === 404 ? undefined : (body as Inspected);
}

/** A directory or a file of the host, as a volume that Docker knows nothing of. */
async function inspectDirectory(shell: SshAddress, path: string): Promise<Inspected | undefined> {
  const what = `looking for ${path}`;
  const ran = await runOverSsh(shell, `[ ! -e ${quote(path)} ] || echo there`, { timeout: 60, what });
  if (ran.code !== 0) throw new Error(`${shell.name}: ${what} failed: ${ran.stderr.trim().slice(-300)}`);
  return ran.stdout.trim() === "there" ? { Driver: "local", Options: null, Labels: null } : undefined;
}

/** The containers that use a volume, also stopped ones; none that is going. */
async function usersOf(shell: SshAddress, name: string): Promise<Using[]> {
  // Docker's filter knows volumes and paths in containers, and no directories of the host (moby daemon/list.go `includeContainerInList`).
  const filters = isPath(name) ? {} : { volume: [name] };
  const path = `/containers/json?all=true&filters=${encodeURIComponent(JSON.stringify(filters))}`;
  const { body } = await sendOk(shell, { method: "GET", path }, `looking who uses ${placeWord(name)}`);
  return (body as User[])
    .filter(({ Mounts }) => !isPath(name) || (Mounts ?? []).some(({ Source }) => Source === name))
    .filter(({ State }) => State !== "removing" && State !== "dead")
    .map(({ Names, Labels, State, Mounts }) => ({
      name: (Names[0] ?? "").replace(/^\//, ""),
      owner: Labels?.[ownerLabel],
      kamal: State === "running" && isKamalsAccessory(Labels ?? {}),
      writes: mayWrite((Mounts ?? []).filter(({ Name, Source }) => [Name, Source].includes(name))),
    }));
}

/** Whether one of the mounts is for writing, or none says. */
const mayWrite = (mounts: readonly { RW?: boolean }[]): boolean =>
  mounts.length === 0 || mounts.some(({ RW = true }) => RW);

/** The first of them that is another component's. */
function strangerAmong(
  users: readonly Using[],
  { component, formerly }: Pick<VolumeInputs, "component" | "formerly">,
): Using | undefined {
  return users.find(({ owner }) => owner !== undefined && ![component, formerly].includes(owner));
}

/** Makes it, or takes the one that is there. */
async function have(inputs: VolumeInputs): Promise<void> {
  const { shell, name, driver, driverOpts, owner } = inputs;
  const there = await inspect(shell, name);
  if (there === undefined && isPath(name)) {
    throw new Error(
      `${shell.name}: there is no ${name}, where the data is to lie, and an empty one is not made in its place; bring it back, or give the path where the data is ${page}.`,
    );
  }
  if (there === undefined) {
    const labels = owner === undefined ? inputs.labels : { ...inputs.labels, [ownerLabel]: owner };
    const body = { Name: name, Driver: driver, DriverOpts: driverOpts, Labels: labels };
    await sendOk(shell, { method: "POST", path: "/volumes/create", body }, `making the volume ${name}`);
  } else {
    await refuseOthers(inputs, there);
    const had = { driver: there.Driver, driverOpts: there.Options ?? {} };
    const wanted = { driver: driver ?? had.driver, driverOpts: driverOpts ?? had.driverOpts };
    sayFixed(inputs, changed(["driver", "driverOpts"], had, wanted));
  }
  stand(shell, standingFor(name));
}

/** Throws where a volume that is there is somebody else's. */
async function refuseOthers(
  { shell, name, owner, component, formerly, kamal }: VolumeInputs,
  there: Inspected,
): Promise<void> {
  if (owner === undefined) return;
  const label = there.Labels?.[ownerLabel];
  if (label !== undefined && label !== owner) {
    throw new Error(
      `${shell.name}: the volume ${name} belongs to ${label}, and not to ${owner}; give this one another name, or take it over with its data by transform: { volume: { owner: "${label}" } } once nothing else uses it ${page}.`,
    );
  }
  if (isPath(name) && isSystems(name)) return;
  const all = await usersOf(shell, name);
  // What Kamal's accessories have together stays so, unless both write to it.
  const taken = kamal === undefined ? undefined : all.find((user) => user.name === kamal);
  if (taken?.writes === false) return;
  const users = taken === undefined ? all : all.filter(({ writes }) => writes);
  const other = strangerAmong(users, { component, formerly });
  if (other !== undefined) {
    throw new Error(
      `${shell.name}: ${placeWord(name)} is used by the container ${other.name} of ${other.owner ?? ""}, and two must not write to one volume; give this one another name by transform: { volume: { name: "…" } } ${page}.`,
    );
  }
  // An app's files are there for all who have them.
  const kamals =
    component?.includes("/accessory/") === true
      ? users.find((user) => user.kamal && user.name !== kamal)
      : undefined;
  if (kamals !== undefined) {
    throw new Error(
      `${shell.name}: ${placeWord(name)} is used by ${kamals.name}, an accessory of Kamal's that runs, and two servers must not write to one volume; take it up as it is by takeOver: "${kamals.name}", or stop it first (kamal accessory stop NAME) and run pulumi up again ${page}.`,
    );
  }
}

/** Says what stays as it is on a volume that is there. */
function sayFixed({ shell, name }: VolumeInputs, what: readonly (typeof fixed)[number][]): void {
  if (what.length === 0) return;
  sayOnce(
    `${shell.name}: the volume ${name} stays as it is, with its data: Docker cannot change ${what.join(", ")} of a volume that is there ${page}.`,
  );
}

/** What a preview says an update says again, and a diff may be asked for twice. */
function sayOnce(sentence: string): void {
  if (first(sentence)) say(sentence);
}

function sayLeft({ shell, name }: VolumeInputs, why: string): void {
  say(`${shell.name}: ${placeWord(name)} is not deleted, since ${why} ${page}.`);
}

/** Deletes it with its data, unless somebody needs it. */
async function discard(state: VolumeInputs): Promise<void> {
  const { shell, name, owner } = state;
  const there = await inspect(shell, name);
  if (there === undefined) return;
  if (isPath(name)) {
    sayLeft(state, "directories of the host are never deleted");
    return;
  }
  const label = there.Labels?.[ownerLabel];
  if (label !== undefined && label !== owner) {
    sayLeft(state, `it belongs to ${label}`);
    return;
  }
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(shell, { method: "DELETE", path: `/volumes/${encodeURIComponent(name)}` });
    if (answer.status < 300 || answer.status === 404) return;
    const users = answer.status === 409 ? await usersOf(shell, name) : [];
    if (users.length > 0) {
      sayLeft(state, `${users.map((user) => user.name).join(" and ")} there uses it`);
      return;
    }
    if (answer.status !== 409 || attempt >= tries)
      throw new Error(`${shell.name}: the volume ${name} is not deleted: ${messageOf(answer)}.`);
    await sleep(0.5 * pace.second);
  }
}

/** Takes its data to another host; what is on the old one stays. */
async function move(olds: VolumeInputs, news: VolumeInputs): Promise<void> {
  const { name } = news;
  const from = olds.shell;
  if (isPath(name))
    throw new Error(
      `${from.name}: ${placeWord(name)} is not moved: a copy is made of Docker volumes alone; copy it by hand while nothing writes to it, and write data: "leave" ${page}.`,
    );
  if ((await inspect(from, name)) === undefined) {
    await have(news);
    return;
  }
  const users = await usersOf(from, name);
  const other = strangerAmong(users, news);
  if (other !== undefined)
    throw new Error(
      `${from.name}: the volume ${name} is used by the container ${other.name} of ${other.owner ?? ""}, so that it is not moved ${page}.`,
    );
  await have(news);
  const containers = users.map((user) => user.name);
  const files = await copyVolume(name, from, news.shell, containers).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the volume ${name} is not moved from ${from.name} to ${news.shell.name}, and serves on where it was: ${why} ${page}.`,
    );
  });
  say(
    `${news.shell.name}: the volume ${name} has the data of ${from.name}, ${files} files, each checked; the old volume is kept on ${from.name}, and docker volume rm ${name} there deletes it for good ${page}.`,
  );
}

/** Whether a volume is on a machine; undefined where nobody answers. */
export async function isThere(shell: SshAddress, name: string): Promise<boolean | undefined> {
  return inspect(shell, name).then(
    (there) => there !== undefined,
    () => undefined,
  );
}

/**
 * Why an edit is refused by which the volume would be without its data. The resource of the component's data looks first, which has what was
 * before also where this one is deleted with its server and registered again; this one is for a state that does not say its places yet.
 */
async function refusal(olds: VolumeInputs, news: VolumeInputs): Promise<string | undefined> {
  const how = relation(olds, news);
  const { name, shell } = olds;
  if (how === "same" || allowed(news.data ?? "keep", how)) return undefined;
  // Known is only the machine of an update, when it is too late; one that is lost does not answer, and holds nobody up.
  if (how === "replaced" && (news.machine !== unknownValue || (await isThere(shell, name)) !== true))
    return undefined;
  if (how === "readdressed" && (await isThere(news.shell, name)) !== false) return undefined;
  const kamals = news.kamal !== undefined;
  const subject = { label: news.label ?? name, argument: "server", movable: true, kamals };
  return lossSentence(subject, how, [name], [olds.host ?? shell.name]);
}

export const volumeProvider: ResourceProvider<VolumeInputs, VolumeInputs> = {
  check: async (olds: Partial<VolumeInputs>, given) => {
    const inputs = withoutWay(given);
    const lost = olds.name === undefined ? undefined : await refusal(olds as VolumeInputs, inputs);
    const reason = lost ?? (await unreadable(olds, inputs));
    return { inputs, failures: reason === undefined ? [] : [{ property: "", reason }] };
  },

  async create(inputs) {
    await have(inputs);
    return { id: inputs.name, outs: inputs };
  },

  diff: (_id, olds, news) => {
    const how = relation(olds, news);
    const word = { ...olds, data: olds.data ?? "keep" };
    const now = { ...news, data: news.data ?? "keep" };
    const replaces = [
      ...changed(["name"], olds, news),
      ...(how === "moved" && news.data !== "move" ? ["shell" as const] : []),
      ...(how === "replaced" ? ["machine" as const] : []),
    ];
    // Here and not in the update: a preview says it too.
    if (replaces.length === 0) sayFixed(news, changed(fixed, olds, news));
    const counting = [...fixed, "shell", "data", "host", "machine"] as const;
    return Promise.resolve({
      changes: replaces.length > 0 || changed(counting, word, now).length > 0,
      replaces,
    });
  },

  async update(_id, olds, news) {
    // At another address there may be another machine.
    if (relation(olds, news) === "moved") await move(olds, news);
    else if (addressOf(olds.shell) !== addressOf(news.shell)) await have(news);
    return { outs: news };
  },

  async delete(id, state) {
    const named = { ...state, name: id };
    // Another resource has it: a replacement, or the same component in another place of the program.
    if (stands(state.shell, standingFor(id))) return;
    if (state.data === "discard") await discard(named);
    else sayOnce(keptSentence(named));
  },

  async read(id, state) {
    if (state === undefined) throw new Error("a volume cannot be imported");
    return { id: (await inspect(state.shell, id)) === undefined ? "" : id, props: state };
  },
};
