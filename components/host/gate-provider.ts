/**
 * What the gate of a host does: runs a verb there before anything else of the stack does, from its text, since the kit is not there
 * yet. The state names the verb's version and holds nothing of its text.
 */
import { createHash } from "node:crypto";
import type { dynamic } from "@pulumi/pulumi";
import { changed } from "../dynamic/changes";
import { onHost, type Shell } from "../dynamic/shell";
import { quote, verbText } from "./kit";

export interface GateInputs {
  shell: Shell;
  /** The verb that has to succeed. */
  verb: "host-ready" | "preflight";
  words: string[];
  /** What the verb's text is by, so that another one looks again. */
  version: string;
  /** Whether `pulumi up` shows what it prints. */
  show: boolean;
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

export const gateProvider: dynamic.ResourceProvider<GateInputs, GateInputs> = {
  async create(inputs) {
    await pass(inputs);
    return { id: inputs.verb, outs: inputs };
  },

  diff: (_id, olds, news) =>
    Promise.resolve({ changes: changed([...asked, "shell", "show"], olds, news).length > 0 }),

  async update(_id, olds, news) {
    if (changed(asked, olds, news).length > 0) await pass(news);
    return { outs: news };
  },
};
