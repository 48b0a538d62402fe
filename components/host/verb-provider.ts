/**
 * What a verb's resource does: runs the verb on its host, and turns the evidence that a failed one prints into a verdict. It is
 * done again when its words or its input change, and when a refresh found that the container it is about has stopped.
 */
import type { dynamic } from "@pulumi/pulumi";
import { changed } from "../dynamic/changes";
import { onHost, type Shell } from "../dynamic/shell";
import { verdict } from "../diagnosis/verdict";

export interface VerbInputs {
  shell: Shell;
  /** The line that is run on the host. */
  line: string;
  /** Standard input of the line, for what must not be in an argument list; a secret. */
  stdin?: string;
  /** The line that undoes it, when the resource itself is removed. */
  undo?: string;
  /** Seconds that the line may take at most. */
  timeout: number;
  /** A container that has to run for the line's work to be done still. */
  container?: string;
}

/** The inputs as they were last set, and whether a refresh found the work undone. */
export interface VerbState extends VerbInputs {
  undone: boolean;
}

/** Seconds for connecting and for gathering evidence, over the verb's own. */
const grace = 60;

/** Whether the work has to be done again. A new way to reach the same host is no reason. */
export function outdated(olds: VerbState, news: VerbInputs): boolean {
  return olds.undone || effect(olds.line) !== effect(news.line) || (olds.stdin ?? "") !== (news.stdin ?? "");
}

/** A line without how long its container may wait for the switch: that follows from the other hosts and roles of a release. */
function effect(line: string): string {
  return line.replace(/ lease=\d+\b/, "");
}

/** What a line is, for messages: `ready of shop-web-s1-9a2cd08`. */
export function whatOf(line: string): string {
  const [path = "", ...words] = line.split(" ");
  const about = words.find((word) => /^(container|image|service|name)=/.test(word));
  const verb = path.slice(path.lastIndexOf("/") + 1);
  return about === undefined ? verb : `${verb} of ${about.slice(about.indexOf("=") + 1)}`;
}

/** Runs a verb's line on a host, and answers with what it printed; where it fails, the error is the verdict. */
export async function runVerb(shell: Shell, line: string, timeout: number, stdin?: string): Promise<string> {
  const ran = await onHost(shell, line, { stdin, timeout: timeout + grace, what: whatOf(line) });
  if (ran.code !== 0) throw new Error(verdict(ran.stdout, ran.stderr, shell.name));
  return ran.stdout;
}

export const verbProvider: dynamic.ResourceProvider<VerbInputs, VerbState> = {
  async create(inputs) {
    await runVerb(inputs.shell, inputs.line, inputs.timeout, inputs.stdin);
    return { id: whatOf(inputs.line), outs: { ...inputs, undone: false } };
  },

  diff: (_id, olds, news) =>
    Promise.resolve({
      changes:
        outdated(olds, news) || changed(["undo", "timeout", "container", "shell"], olds, news).length > 0,
    }),

  async update(_id, olds, news) {
    if (outdated(olds, news)) await runVerb(news.shell, news.line, news.timeout, news.stdin);
    return { outs: { ...news, undone: false } };
  },

  async delete(_id, { shell, undo, timeout }) {
    if (undo !== undefined) await runVerb(shell, undo, timeout);
  },

  async read(id, state) {
    if (state === undefined) throw new Error("a verb cannot be imported");
    const { shell, container } = state;
    if (container === undefined) return { id, props: state };
    const look = `docker inspect --type container --format '{{.State.Running}}' ${container} 2>/dev/null || true`;
    const running = await runVerb(shell, look, grace);
    return { id, props: { ...state, undone: running.trim() !== "true" } };
  },
};
