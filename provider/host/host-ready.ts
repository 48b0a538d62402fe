/**
 * What the gate of a host does: runs a verb there before anything else of the stack does, from its text, judges what the preflight has
 * told, and then puts the verbs of this version of the library there, again when a refresh finds them gone. The state names verb and
 * verbs by their versions and holds nothing of their text.
 */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import type { ResourceProvider } from "../resource-provider";
import { changed } from "../changes";
import { unknownValue } from "../data/place";
import { first, isGone } from "../gone";
import { machineFile } from "../on-one-host";
import { findings } from "./preflight/findings";
import { readAsked } from "./preflight/asked";
import { judge, judgeInstall, kamalsIn, type SeenMachine } from "./preflight/judge";
import { seenHostKey } from "./seen-host-key";
import type { SshAddress } from "../ssh/address";
import { runOverSsh } from "../ssh/run";
import { stand, stands } from "../standing";
import { quote, verbText } from "./scripts";
import { installDocker } from "./docker-install";
import { forgetUser, hasVerbs, putVerbs, removeVerbs } from "./install";
import { say } from "../say";

export interface HostReadyInputs {
  shell: SshAddress;
  /** The verb that has to succeed. */
  verb: "host-ready" | "preflight";
  words: string[];
  /** What the verb's text is by, so that another one looks again. */
  version: string;
  /** Whether `pulumi up` shows what it prints. */
  show: boolean;
  /** Where this version's verbs are on the host: a directory that is named after their content. */
  directory: string;
  /** Project, stack and name: who uses the host from now on. The verbs go with the last one who does. */
  owner: string;
}

/** The inputs as they were last set, and whether the verbs were there when they were last looked for. */
export interface HostReadyState extends HostReadyInputs {
  present: boolean;
  /** The host key of the machine that answered first, where the program pins none: all connections are held to it from then on. */
  seenHostKey?: string;
  /** What the machine was when the preflight last looked at it. */
  seen?: SeenMachine;
}

/** Seconds: the first boot of a machine installs Docker. */
const timeout = 900;
/** Seconds: a machine that has just been made takes no connections until sshd is up. */
const patience = 120;

/** The version of a verb, by its text; of the preflight, also by what its judgement looks for. */
export function versionOf(verb: HostReadyInputs["verb"]): string {
  const version = createHash("sha256").update(verbText(verb));
  if (verb === "preflight") {
    version.update(JSON.stringify([findings.map(({ id, level, docs }) => ({ id, level, docs })), keeps]));
  }
  return version.digest("hex").slice(0, 12);
}

/** What is kept of a look: an older version of this library kept nothing, and looks again. */
const keeps: readonly (keyof SeenMachine)[] = ["architecture", "dockerMajor", "firewalls"];

/** @param made whether the machine may have been made just now */
async function pass(inputs: HostReadyInputs, made: boolean): Promise<Pick<HostReadyState, "seen">> {
  const { shell, verb, words, show } = inputs;
  let printed = await ask(inputs, made);
  const before = verb === "preflight" ? judgeInstall(printed, words) : undefined;
  if (before?.refused === true) throw new Error(`${shell.name}: ${before.text.trim()}`);
  if (before !== undefined) {
    await installDocker(shell, readAsked(words));
    printed = await ask(inputs, false);
  }
  const { refused, text, seen } =
    verb === "preflight" ? judge(printed, words) : { refused: false, text: printed, seen: undefined };
  // What an update has said of Kamal's before is not said again.
  const said = refused ? text.trim() : newIn(text.trim(), shell);
  if (refused) throw new Error(`${shell.name}: ${said}`);
  // The engine shows what its plugins print, below the stack and not below the resource.
  if (show && said !== "") say(said.replace(/^/gm, `${shell.name}: `));
  return seen === undefined ? {} : { seen };
}

/** The lines that were not said of the host in this run. */
function newIn(text: string, { name }: SshAddress): string {
  return text
    .split("\n")
    .filter((line) => first(`${name}: ${line}`))
    .join("\n");
}

/**
 * Says at preview what Kamal has on a machine whose place a program begins to take, and what becomes of each part. A machine whose host key
 * the program does not pin is trusted by no preview.
 */
async function announceKamals(olds: Partial<HostReadyInputs>, news: HostReadyInputs): Promise<void> {
  const { shell } = news;
  if (!takesOver(news) || takesOver(olds) || typeof shell !== "object") return;
  if ([undefined, unknownValue].includes(shell.hostKey) || shell.destination === unknownValue) return;
  if (isGone(shell)) return;
  // A machine that does not answer says so where something is done there.
  const printed = await ask(news, false).catch(() => "");
  const lines = newIn(kamalsIn(printed).join("\n"), shell);
  if (lines !== "") say(lines.replace(/^/gm, `${shell.name}: `));
}

/** What the verb prints. */
async function ask({ shell, verb, words }: HostReadyInputs, made: boolean): Promise<string> {
  // The preflight tells all that it sees, and its words are for the judgement.
  const given = verb === "preflight" ? [] : words;
  const line = ["sh -s", ...(given.length > 0 ? ["--"] : []), ...given.map(quote)].join(" ");
  const firstBoot = made && verb === "host-ready";
  const waiting = { patience: firstBoot ? patience : 0, firstBoot };
  const ran = await runOverSsh(shell, line, {
    ...{ stdin: verbText(verb), timeout, ...waiting, what: verb },
    fresh: made,
  });
  if (ran.code !== 0) throw new Error(`${shell.name}: ${[ran.stderr, ran.stdout].join("\n").trim()}`);
  return ran.stdout;
}

/** Writes down which machine it is, so that nothing of an old one is taken away from a new one at its address. */
async function mark({ shell }: HostReadyInputs): Promise<void> {
  const { machine } = shell;
  if (machine === undefined) return;
  const line = `mkdir -p ${dirname(machineFile)} && printf '%s\\n' ${quote(machine)} >${machineFile}`;
  const ran = await runOverSsh(shell, line, { timeout: 60, what: "writing down which machine it is" });
  if (ran.code !== 0) throw new Error(`${shell.name}: ${machineFile} was not written: ${ran.stderr.trim()}`);
}

/** Whose packages Docker is installed from, where the program asks for it. */
function installs({ words }: Partial<HostReadyInputs>): string | undefined {
  if (!Array.isArray(words)) return undefined;
  const word = words.find((each) => typeof each === "string" && each.startsWith("docker="));
  if (word === undefined) return undefined;
  return word === "docker=install" ? "the packages of its distribution" : "the packages of docker.com";
}

/** Whether the program takes Kamal's place there. */
const takesOver = ({ words }: Partial<HostReadyInputs>): boolean =>
  Array.isArray(words) && words.includes("takeover=kamal");

/** How the host is called; by the owner where its address is known only later. */
const nameOf = ({ shell, owner }: HostReadyInputs): string =>
  typeof shell === "object" ? shell.name : owner.slice(owner.lastIndexOf("/") + 1);

/** What a gate stands for on its machine. */
const useOf = ({ owner }: HostReadyInputs): string => `use by ${owner}`;

/** What asks for another look. Another way to reach the same host is no reason. */
const asked = ["verb", "words", "version"] as const;

/** How the host is reached, held to the key that was seen first where the program names none. */
function held<T extends { shell: SshAddress }>(inputs: T, seenHostKey: string | undefined): T {
  const { shell } = inputs;
  if (seenHostKey === undefined || shell.hostKey !== undefined) return inputs;
  return { ...inputs, shell: { ...shell, hostKey: seenHostKey } };
}

/** The host key to keep: what was kept already, else that of the machine which answers now, which is said. */
async function keep({ shell }: HostReadyInputs, kept?: string): Promise<Pick<HostReadyState, "seenHostKey">> {
  if (shell.hostKey !== undefined) return {};
  const seen = kept ?? (await seenHostKey(shell));
  if (seen === undefined) return {};
  if (kept === undefined) {
    say(
      `${shell.name}: hostKey is not set, and "${seen}" is trusted from now on; compare it with cat /etc/ssh/ssh_host_ed25519_key.pub on the machine's console, and set it.`,
    );
  }
  return { seenHostKey: seen };
}

export const hostReadyProvider: ResourceProvider<HostReadyInputs, HostReadyState> = {
  async check(olds: Partial<HostReadyState>, news) {
    stand(news.shell, useOf(news));
    // Here, since a preview says it too.
    const from = installs(news);
    if (from !== undefined && installs(olds) === undefined)
      say(`${nameOf(news)}: Docker is installed there, from ${from}, if it has none.`);
    await announceKamals(olds, news);
    return { inputs: news };
  },

  async create(inputs) {
    const seen = await pass(inputs, true);
    await mark(inputs);
    await putVerbs(inputs.shell, inputs.directory, inputs.owner);
    return { id: inputs.verb, outs: { ...inputs, present: true, ...seen, ...(await keep(inputs)) } };
  },

  diff: (_id, olds, news) =>
    Promise.resolve({
      changes:
        !olds.present || changed([...asked, "shell", "show", "directory", "owner"], olds, news).length > 0,
    }),

  /**
   * The key that is kept stays the same, so that all that is reached by it is known in a preview, too. What the machine is stays as well,
   * unless it is looked at again.
   */
  foresee(olds, news) {
    if (!isSame(olds, news)) return news;
    const again = changed(asked, olds, news).length > 0;
    return {
      ...news,
      ...keptOf(news, olds),
      ...(again || olds.seen === undefined ? {} : { seen: olds.seen }),
    };
  },

  async update(_id, olds, news) {
    const at = held(news, olds.seenHostKey);
    const again = changed(asked, olds, news).length > 0;
    const missing = !olds.present || olds.directory !== news.directory || olds.owner !== news.owner;
    const made = olds.shell.machine !== news.shell.machine;
    const seen = again ? await pass(at, made) : olds.seen === undefined ? {} : { seen: olds.seen };
    if (again || missing || made) await mark(at);
    if (missing) await putVerbs(at.shell, news.directory, news.owner);
    if (olds.owner !== news.owner) await forgetUser(at.shell, olds.owner);
    const kept = again || missing ? await keep(news, olds.seenHostKey) : keptOf(news, olds);
    return { outs: { ...news, present: true, ...seen, ...kept } };
  },

  async delete(_id, state) {
    // Of the same host, a resource stays or has come in its place.
    if (stands(state.shell, useOf(state))) return;
    await removeVerbs(held(state, state.seenHostKey).shell, state.owner);
  },

  async read(id, state) {
    if (state === undefined) throw new Error("the gate of a host cannot be imported");
    const { shell, directory, owner } = held(state, state.seenHostKey);
    return { id, props: { ...state, present: await hasVerbs(shell, directory, owner) } };
  },
};

/** Whether it is the machine of before, as far as a preview knows. */
const isSame = ({ shell: old }: HostReadyState, { shell: now }: HostReadyInputs): boolean =>
  typeof now === "object" && old.machine === now.machine && old.destination === now.destination;

/** Where nothing is done on the host, what was kept is kept, unless the program names a host key now. */
function keptOf(
  { shell }: HostReadyInputs,
  { seenHostKey }: HostReadyState,
): Pick<HostReadyState, "seenHostKey"> {
  return shell.hostKey !== undefined || seenHostKey === undefined ? {} : { seenHostKey };
}
