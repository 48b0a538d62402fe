/**
 * What the kit's resource does: puts the verbs of this version of the library on a host, again when a refresh finds them gone,
 * and takes them away with the host's last containers. The state names the version and holds nothing of its text.
 */
import type { dynamic } from "@pulumi/pulumi";
import { changed } from "../dynamic/changes";
import { onHost, type Shell } from "../dynamic/shell";
import { kit } from "./kit";

export interface KitInputs {
  shell: Shell;
  /** The directory of this version on the host, named after its content. */
  directory: string;
  /** The line that removes it, when the resource itself is removed. */
  undo: string;
}

/** The inputs as they were last set, and whether the verbs were there when they were last looked for. */
export interface KitState extends KitInputs {
  present: boolean;
}

/** Seconds; the verbs are some hundred kilobytes. */
const timeout = 120;

async function install({ shell, directory }: KitInputs): Promise<void> {
  const own = kit();
  if (own.directory !== directory) {
    throw new Error(
      `${shell.name}: the program was made with another version of pulumi-sextant than is installed here (its verbs are ${directory}, these are ${own.directory}); install one version and run it again.`,
    );
  }
  await run(shell, "sh -s", "installing the verbs", own.install);
}

async function run(shell: Shell, line: string, what: string, stdin?: string): Promise<string> {
  const ran = await onHost(shell, line, { stdin, timeout, what });
  if (ran.code !== 0) throw new Error(`${shell.name}: ${what} failed: ${ran.stderr.trim().slice(-500)}`);
  return ran.stdout;
}

export const kitProvider: dynamic.ResourceProvider<KitInputs, KitState> = {
  async create(inputs) {
    await install(inputs);
    return { id: inputs.directory, outs: { ...inputs, present: true } };
  },

  diff: (_id, olds, news) =>
    Promise.resolve({
      changes: !olds.present || changed(["directory", "undo", "shell"], olds, news).length > 0,
    }),

  async update(_id, olds, news) {
    if (!olds.present || olds.directory !== news.directory) await install(news);
    return { outs: { ...news, present: true } };
  },

  async delete(_id, { shell, undo }) {
    await run(shell, undo, "removing the verbs");
  },

  async read(id, state) {
    if (state === undefined) throw new Error("the verbs of a host cannot be imported");
    const { shell, directory } = state;
    const look = `[ ! -x ${directory}/ready ] || echo present`;
    const present = await run(shell, look, "looking for the verbs");
    return { id, props: { ...state, present: present.trim() === "present" } };
  },
};
