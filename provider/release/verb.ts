/**
 * What a verb's resource does: runs the verb on its host, and turns the evidence that a failed one prints into a verdict. It is
 * done again when its words or its input change, and when a refresh found that the container it is about has stopped.
 */
import type { ResourceProvider } from "../resource-provider";
import { changed } from "../changes";
import type { Shell } from "../ssh/address";
import { onHost } from "../ssh/run";
import { stand, stands } from "../standing";
import { verdict } from "../diagnosis/verdict";
import { bring } from "../docker/bring";
import { quote, whereverKit, withoutKit } from "../host/scripts";

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
  /** An image that the line makes a container from; it is pulled first where it has gone from the host. */
  image?: string;
  /** What the verb `pull` reads from standard input for that image: the login; a secret. Another one is no change. */
  __auth?: string;
  /** A container that has to run for the line's work to be done still. */
  container?: string;
  /** Files on the host that have to be there for the line's work to be done still. */
  files?: string[];
  /** A container that must not be there for the line's work to be done still: one of passage. */
  without?: string;
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

/**
 * A line without how long its container may wait for the switch and which routes others have, which follow from other hosts, roles and
 * apps, without the version of the verbs, and without what only counts for what is said of a failure.
 */
export function effect(line: string): string {
  const [words = "", ...rest] = withoutKit(line).split(" -- ");
  const own = words
    .replace(/ lease=\d+\b/, "")
    .replace(/ secrets=[\w.,-]+/, "")
    .replaceAll(/ (claimed=\S+|'claimed=[^']*')/g, "");
  return [own, ...rest].join(" -- ");
}

/**
 * The line of an update, which says by `owner=` whose something on the host has to be: what the former line named is still its own, as
 * after a rename. A former line without the word is that of an older version, whose things name no owner.
 */
export function withFormer(line: string, former: string): string {
  const ownersOf = (text: string): string[] => text.match(/'owner=(?:[^']|'\\'')*'|\bowner=\S*/g) ?? [];
  const [own] = ownersOf(line);
  if (own === undefined) return line;
  const before = ownersOf(former);
  const others = before.length === 0 ? ["owner="] : before.filter((owner) => owner !== own);
  return line.replace(own, () => [own, ...others].join(" "));
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
  const settings = { stdin, timeout: timeout + grace, what: whatOf(line) };
  const ran = await onHost(shell, whereverKit(line), settings);
  if (ran.code !== 0) throw new Error(verdict(ran.stdout, ran.stderr, shell.name));
  return ran.stdout;
}

async function work({ shell, line, timeout, stdin, image, __auth }: VerbInputs): Promise<void> {
  if (image !== undefined) await bring(shell, image, __auth);
  await runVerb(shell, line, timeout, stdin);
}

export const verbProvider: ResourceProvider<VerbInputs, VerbState> = {
  check(_olds, news) {
    if (news.undo !== undefined) stand(news.shell, effect(news.undo));
    return Promise.resolve({ inputs: news });
  },

  async create(inputs) {
    await work(inputs);
    return { id: whatOf(inputs.line), outs: { ...inputs, undone: false } };
  },

  diff: (_id, olds, news) =>
    Promise.resolve({
      changes:
        outdated(olds, news) ||
        effect(olds.undo ?? "") !== effect(news.undo ?? "") ||
        changed(["timeout", "container", "files", "without", "shell"], olds, news).length > 0,
    }),

  async update(_id, olds, news) {
    if (outdated(olds, news)) await work({ ...news, line: withFormer(news.line, olds.line) });
    return { outs: { ...news, undone: false } };
  },

  async delete(_id, { shell, undo, timeout }) {
    // What another resource has done stays.
    if (undo === undefined || stands(shell, effect(undo))) return;
    await runVerb(shell, undo, timeout);
  },

  async read(id, state) {
    if (state === undefined) throw new Error("a verb cannot be imported");
    const { shell, container, files = [], without } = state;
    const looks = [
      ...(container === undefined
        ? []
        : [`docker inspect --type container --format '{{.State.Running}}' ${container} 2>/dev/null || true`]),
      ...files.map((file) => `if [ -s ${quote(file)} ]; then echo true; else echo false; fi`),
      ...(without === undefined
        ? []
        : [
            `found=$(docker ps --all --quiet --filter name=^/${without}$) || exit 1; if [ -z "$found" ]; then echo true; else echo false; fi`,
          ]),
    ];
    if (looks.length === 0) return { id, props: state };
    const answers = (await runVerb(shell, looks.join("; "), grace)).trim().split("\n");
    const done = answers.filter((answer) => answer.trim() === "true").length === looks.length;
    return { id, props: { ...state, undone: !done } };
  },
};
