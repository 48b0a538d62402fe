/**
 * What the gate of a host does: runs a verb there before anything else of the stack does, from its text, and then puts the verbs of
 * this version of the library there, again when a refresh finds them gone. The state names verb and verbs by their versions and
 * holds nothing of their text.
 */
import { createHash } from "node:crypto";
import type { dynamic } from "@pulumi/pulumi";
import { changed } from "../dynamic/changes";
import { onHost, type Shell } from "../dynamic/shell";
import { quote, verbText } from "./kit";
import { hasVerbs, putVerbs, removeVerbs } from "./kit-files";

export interface GateInputs {
  shell: Shell;
  /** The verb that has to succeed. */
  verb: "host-ready" | "preflight";
  words: string[];
  /** What the verb's text is by, so that another one looks again. */
  version: string;
  /** Whether `pulumi up` shows what it prints. */
  show: boolean;
  /** Where this version's verbs are on the host: a directory that is named after their content. */
  directory: string;
  /** The line that removes the verbs, when the resource itself is removed. */
  undo: string;
}

/** The inputs as they were last set, and whether the verbs were there when they were last looked for. */
export interface GateState extends GateInputs {
  present: boolean;
}

/** Seconds: the first boot of a machine installs Docker. */
const timeout = 900;
/** Seconds: a machine that has just been made takes no connections until sshd is up. */
const patience = 120;

/** The version of a verb, by its text. */
export function versionOf(verb: GateInputs["verb"]): string {
  return createHash("sha256").update(verbText(verb)).digest("hex").slice(0, 12);
}

async function pass({ shell, verb, words, show }: GateInputs): Promise<void> {
  const line = ["sh -s", ...(words.length > 0 ? ["--"] : []), ...words.map(quote)].join(" ");
  const ran = await onHost(shell, line, { stdin: verbText(verb), timeout, patience, what: verb });
  if (ran.code !== 0) throw new Error(`${shell.name}: ${[ran.stderr, ran.stdout].join("\n").trim()}`);
  const said = ran.stdout.trim();
  // The engine shows what its plugins print, below the stack and not below the resource.
  if (show && said !== "") console.log(said.replace(/^/gm, `${shell.name}: `));
}

/** What asks for another look. Another way to reach the same host is no reason. */
const asked = ["verb", "words", "version"] as const;

export const gateProvider: dynamic.ResourceProvider<GateInputs, GateState> = {
  async create(inputs) {
    await pass(inputs);
    await putVerbs(inputs.shell, inputs.directory);
    return { id: inputs.verb, outs: { ...inputs, present: true } };
  },

  diff: (_id, olds, news) =>
    Promise.resolve({
      changes:
        !olds.present || changed([...asked, "shell", "show", "directory", "undo"], olds, news).length > 0,
    }),

  async update(_id, olds, news) {
    if (changed(asked, olds, news).length > 0) await pass(news);
    if (!olds.present || olds.directory !== news.directory) await putVerbs(news.shell, news.directory);
    return { outs: { ...news, present: true } };
  },

  async delete(_id, { shell, undo }) {
    await removeVerbs(shell, undo);
  },

  async read(id, state) {
    if (state === undefined) throw new Error("the gate of a host cannot be imported");
    return { id, props: { ...state, present: await hasVerbs(state.shell, state.directory) } };
  },
};
