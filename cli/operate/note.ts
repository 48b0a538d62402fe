/**
 * What was done by hand is noted on the hosts where it was done: who, when, which command and to what. `sextant audit` reads it.
 * The words of a command are in no note, nor a message: nobody knows which of them is a secret.
 */
import { randomBytes } from "node:crypto";
import { isObject } from "../../provider/core/is-object";
import { oneLine } from "../../provider/core/one-line";
import { quote } from "../../provider/host/scripts";
import { runOverSsh } from "../../provider/ssh/run";
import type { Deployed } from "../deployed";
import type { DeployedHost } from "../hosts";
import { askAll, type Asked } from "./choice";
import { stackOf, whoami } from "./who";

/** A note. Times are of ISO 8601, in UTC. */
export interface Note {
  /** The same on each host that one command was about. */
  readonly id: string;
  readonly when: string;
  readonly who: string;
  /** The command: `exec`, `run`, `maintenance`. */
  readonly what: string;
  /** What it was done to: `shop/web`; empty for whole hosts. */
  readonly of: string;
}

/** What was done, and on which hosts. */
export type Done = Note & { readonly hosts: readonly string[] };

const base = "/var/lib/sextant/audit";
/** The last so many stay where there are twice as many. */
const most = 1000;
/** Seconds for a host. */
const timeout = 30;

/** The file of a stack, `project/stack`; neither has a slash or a = in its name. */
const fileOf = (stack: string): string => `${base}/${stack.replace("/", "=")}`;

/** The line that takes a note from standard input: root's alone, one after the other, and not more and more of them. */
export function writeLine(stack: string): string {
  const file = quote(fileOf(stack));
  const write = `umask 077; cat >>"$0"; [ "$(wc -l <"$0")" -le ${2 * most} ] || { tail -n ${most} "$0" >"$0.new" && mv "$0.new" "$0"; }`;
  return `mkdir -p -m 700 ${base} && flock --timeout 10 ${base} sh -c ${quote(write)} ${file}`;
}

/** The line that prints the notes, or nothing. */
export const readLine = (stack: string): string => `cat ${quote(fileOf(stack))} 2>/dev/null || true`;

/**
 * Notes on each host that a command is about to be done there. One where that does not go is said, and is no reason to do nothing: who
 * repairs a full disk does it by such a command.
 */
export async function noted(
  stack: Deployed,
  what: string,
  hosts: readonly DeployedHost[],
  of = "",
): Promise<void> {
  const note: Note = {
    ...{ id: randomBytes(6).toString("hex"), when: new Date().toISOString(), who: oneLine(whoami()) },
    ...{ what, of },
  };
  const line = writeLine(stackOf(stack.state));
  const { problems } = await askAll([...new Set(hosts)], async ({ shell }) => {
    const stdin = `${JSON.stringify(note)}\n`;
    const ran = await runOverSsh(shell, line, { timeout, what: "noting what is done", stdin });
    if (ran.code !== 0)
      throw new Error(`${shell.name}: ${what} could not be noted for sextant audit: ${ran.stderr.trim()}`);
  });
  for (const problem of problems) console.error(problem);
}

/** What was done on the hosts of a stack. */
export async function doneOn({ hosts, state }: Deployed): Promise<Asked<Done>> {
  if (hosts.length === 0) return { answers: [], problems: [] };
  const line = readLine(stackOf(state));
  const { answers, problems } = await askAll(hosts, async ({ shell }) => {
    const { stdout } = await runOverSsh(shell, line, { timeout, what: "looking for what was done" });
    return { host: shell.name, notes: notesIn(stdout) };
  });
  return { answers: together(answers), problems };
}

/** The notes of a host; what is no note, as a line that was cut off, is left out. */
export function notesIn(text: string): Note[] {
  return text.split("\n").flatMap((line) => {
    const note = parsed(line);
    if (!isObject(note)) return [];
    const { id, when, who, what, of } = note;
    const all = { id, when, who, what, of };
    return Object.values(all).every((one) => typeof one === "string") &&
      !Number.isNaN(Date.parse(String(when)))
      ? [
          Object.fromEntries(
            Object.entries(all).map(([name, one]) => [name, oneLine(String(one))]),
          ) as unknown as Note,
        ]
      : [];
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** A command once, with all of its hosts. */
export function together(all: readonly { readonly host: string; readonly notes: readonly Note[] }[]): Done[] {
  const done = new Map<string, Done>();
  for (const { host, notes } of all)
    for (const note of notes)
      done.set(note.id, { ...note, hosts: [...(done.get(note.id)?.hosts ?? []), host] });
  return [...done.values()];
}
