/**
 * What each step of a release does, whatever it is: runs its verb on its host, and turns the evidence that a failed one prints into a
 * verdict. Its inputs are what a reviewer reads; the words for the verb are made of them here, when the step is taken. So nothing of the
 * scripts is in a state, and a version of the library with other scripts runs none of them again.
 *
 * A step is taken again when its inputs change, and when a refresh found its work undone. An input that a later version of the library adds
 * is left out where it says what was so before: then that upgrade takes no step either.
 */
import { isDeepStrictEqual } from "node:util";
import { seconds, type Duration } from "../core/units";
import { verdict } from "../diagnosis/verdict";
import { bring } from "../docker/bring";
import { putVerbs } from "../host/install";
import { hostScripts, verbLine, type Verb } from "../host/scripts";
import { onOneHost } from "../on-one-host";
import type { ResourceProvider } from "../resource-provider";
import { say } from "../say";
import type { SshAddress } from "../ssh/address";
import { runOverSsh } from "../ssh/run";
import { stand, stands } from "../standing";

/** The inputs that every step has. */
export interface StepInputs {
  /** How the host is reached; another way to the same host takes no step. */
  shell: SshAddress;
}

/** The inputs as they were last set, and whether a refresh found the work undone. */
export type StepState<Inputs extends StepInputs> = Inputs & { undone: boolean };

/** A verb with its words. */
export interface Call {
  verb: Verb;
  words: string[];
  /** Standard input, for what must not be in an argument list. */
  stdin?: string;
}

/** What a type of step is: pure functions of its inputs. */
export interface Step<Inputs extends StepInputs> {
  /** @param former what was set before, where something of it is still the step's own, as after a rename */
  call(inputs: Inputs, former?: Inputs): Call;
  /** What the user is told of a step that went well, by what its verb printed. */
  says?(inputs: Inputs, printed: string): string | undefined;
  /** What undoes it, when the resource itself is removed. It is made of inputs that a preview knows. */
  undo?(inputs: Inputs): Call | undefined;
  /** What it is about, for messages. */
  about?(inputs: Inputs): string;
  /** How long the verb may take. @default five minutes */
  limit?(inputs: Inputs): Duration;
  /** The image that it makes a container from, and the login for it: it is pulled first where it has gone from the host. */
  image?(inputs: Inputs): { reference: string; login: string | undefined };
  /** What is only known on the host, once the image is there: the inputs with it, for the call. */
  prepare?(inputs: Inputs): Promise<Inputs>;
  /** Inputs that follow from others, or only count for what is said of a failure: another value is no change. */
  aside?: readonly (keyof Inputs)[];
  /** Inputs that say how it is taken: another value is kept, and takes no step. */
  lifecycleOnly?: readonly (keyof Inputs)[];
  /**
   * Lines for a refresh, each of which prints `true` where the work is done still.
   * @param verbs the directory of the verbs on the host
   */
  looks?(inputs: Inputs, verbs: string): string[];
  /** What the user is told of a refresh that found the work undone, by what the lines printed besides. */
  finds?(inputs: Inputs, printed: string): string | undefined;
}

/** Seconds that a verb may take for which nothing is said. */
const usual = 300;
/** Seconds for connecting and for gathering evidence, over the verb's own. */
const grace = 60;
/** By this code a shell says that the verb is not there. */
const notThere = 127;

/** The inputs that differ and count, as far as names say it. */
function differing<Inputs extends StepInputs>(
  { aside = [] }: Step<Inputs>,
  olds: StepState<Inputs>,
  news: Inputs,
): string[] {
  const { undone: _, ...former } = olds;
  const one: Record<string, unknown> = former;
  const other = news as Record<string, unknown>;
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (name) =>
      !name.startsWith("__") &&
      !(aside as readonly string[]).includes(name) &&
      !isDeepStrictEqual(one[name] ?? undefined, other[name] ?? undefined),
  );
}

/** Whether the step has to be taken again. */
export function needsRun<Inputs extends StepInputs>(
  step: Step<Inputs>,
  olds: NoInfer<StepState<Inputs>>,
  news: NoInfer<Inputs>,
): boolean {
  const lifecycleOnly: readonly string[] = ["shell", ...((step.lifecycleOnly ?? []) as readonly string[])];
  return olds.undone || differing(step, olds, news).some((name) => !lifecycleOnly.includes(name));
}

/** How a call is named, for messages and as what it stands for on its host. */
const textOf = ({ verb, words }: Call): string => [verb, ...words].join(" ");

/**
 * Runs a line on a host, and answers with what it printed; where it fails, the error is the verdict. Where the verbs of this version are
 * not there, as in a destroy after an upgrade, they are put there first.
 */
export async function runLine(
  shell: SshAddress,
  line: string,
  settings: { timeout: number; what: string; stdin?: string },
): Promise<string> {
  const run = () => runOverSsh(shell, line, { ...settings, timeout: settings.timeout + grace });
  let ran = await run();
  if (ran.code === notThere) {
    await putVerbs(shell, hostScripts().directory);
    ran = await run();
  }
  if (ran.code !== 0) throw new Error(verdict(ran.stdout, ran.stderr, shell.name));
  return ran.stdout;
}

/** Runs a verb on a host. @param about what it is about, for messages */
export function runCall(
  shell: SshAddress,
  { verb, words, stdin }: Call,
  timeout: number,
  about?: string,
): Promise<string> {
  const what = about === undefined ? verb : `${verb} of ${about}`;
  return runLine(shell, verbLine(hostScripts(), verb, words), { timeout, what, stdin });
}

/** The work for the resource of a step. */
export function stepProvider<Inputs extends StepInputs>(
  step: Step<Inputs>,
): ResourceProvider<Inputs, StepState<Inputs>> {
  const limitOf = (inputs: Inputs): number => {
    const limit = step.limit?.(inputs);
    return limit === undefined ? usual : seconds(limit);
  };
  const take = async (inputs: Inputs, former?: Inputs): Promise<void> => {
    const image = step.image?.(inputs);
    if (image !== undefined) await bring(inputs.shell, image.reference, image.login);
    const call = step.call((await step.prepare?.(inputs)) ?? inputs, former);
    const printed = await runCall(inputs.shell, call, limitOf(inputs), step.about?.(inputs));
    const said = step.says?.(inputs, printed);
    if (said !== undefined) say(`${inputs.shell.name}: ${said}`);
  };
  const idOf = (inputs: Inputs): string => {
    const { verb } = step.call(inputs);
    const about = step.about?.(inputs);
    return about === undefined ? verb : `${verb} of ${about}`;
  };

  const provider: ResourceProvider<Inputs, StepState<Inputs>> = {
    check(_olds, news) {
      const undo = step.undo?.(news);
      if (undo !== undefined) stand(news.shell, textOf(undo));
      return Promise.resolve({ inputs: news });
    },

    async create(inputs) {
      await take(inputs);
      return { id: idOf(inputs), outs: { ...inputs, undone: false } };
    },

    postpone: (inputs) => ({ id: idOf(inputs), outs: { ...inputs, undone: true } }),

    diff: (_id, olds, news) =>
      Promise.resolve({ changes: olds.undone || differing(step, olds, news).length > 0 }),

    async update(_id, olds, news) {
      if (needsRun(step, olds, news)) await take(news, olds);
      return { outs: { ...news, undone: false } };
    },

    async delete(_id, state) {
      const undo = step.undo?.(state);
      // What another resource has done stays.
      if (undo === undefined || stands(state.shell, textOf(undo))) return;
      await runCall(state.shell, undo, limitOf(state));
    },

    async read(id, state) {
      if (state === undefined) throw new Error("a step of a release cannot be imported");
      const looks = step.looks?.(state, hostScripts().directory) ?? [];
      if (looks.length === 0) return { id, props: state };
      const what = `looking at ${id}`;
      const printed = await runLine(state.shell, looks.join("; "), { timeout: grace, what });
      const answers = printed.trim().split("\n");
      const done = answers.filter((answer) => answer.trim() === "true").length === looks.length;
      const found = done ? undefined : step.finds?.(state, printed);
      if (found !== undefined) say(`${state.shell.name}: ${found}`);
      return { id, props: { ...state, undone: !done } };
    },
  };
  // What a step would undo on a host that is gone goes without a word: a route, a note.
  return onOneHost(provider, (state) => (step.undo?.(state) === undefined ? undefined : ""));
}

/** A look whether a container runs. */
export const runs = (container: string): string =>
  `docker inspect --type container --format '{{.State.Running}}' ${container} 2>/dev/null || true`;
