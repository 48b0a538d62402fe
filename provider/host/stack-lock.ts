/**
 * A stack that somebody has locked by hand, with a reason: a note on each of its hosts, which whoever changes something there reads first.
 * The words and the file are pure; `refuseLocked` asks a host.
 */
import { oneLine } from "../core/one-line";
import { stackNow } from "../say";
import type { SshAddress } from "../ssh/address";
import { runOverSsh } from "../ssh/run";
import { quote } from "./scripts";

/** What is noted. Times are of ISO 8601, in UTC. */
export interface StackLock {
  readonly message: string;
  readonly who: string;
  readonly since: string;
  /** When it ends by itself. @default never */
  readonly until?: string;
}

const base = "/var/lib/sextant/locks";
/** Seconds for a look. */
const timeout = 60;

/** The note of a stack, `project/stack`; neither has a slash or a = in its name. */
export const lockFile = (stack: string): string => `${base}/${stack.replace("/", "=")}`;

/** The line that prints the note, or nothing. */
export const lookLine = (stack: string): string => `cat ${quote(lockFile(stack))} 2>/dev/null || true`;

/**
 * The line that makes a note of its standard input. It fails where one has come meanwhile; one that is over goes first.
 * @param over whether there is one that is over
 */
export function writeLine(stack: string, over: boolean): string {
  const file = quote(lockFile(stack));
  return `mkdir -p ${base} && new=$(mktemp ${base}/new.XXXXXX) && cat >"$new" && ${over ? `rm -f ${file} && ` : ""}{ ln "$new" ${file} 2>/dev/null; made=$?; rm -f "$new"; exit "$made"; }`;
}

/** The line that takes it away; one that is gone already is a success. */
export const removeLine = (stack: string): string => `rm -f ${quote(lockFile(stack))}`;

/** The lock that a note says; undefined where there is none, or it is over. A note that nobody understands is a lock, too. */
export function lockOf(note: string, now = Date.now()): StackLock | undefined {
  if (note.trim() === "") return undefined;
  const lock = read(note);
  const end = lock.until === undefined ? NaN : Date.parse(lock.until);
  return end <= now ? undefined : lock;
}

function read(note: string): StackLock {
  let value: unknown;
  try {
    value = JSON.parse(note);
  } catch {
    value = undefined;
  }
  const { message, who, since, until } = (value ?? {}) as Partial<Record<keyof StackLock, unknown>>;
  return {
    message: clean(message) ?? "its note cannot be read",
    who: clean(who) ?? "somebody",
    since: clean(since) ?? "some time",
    ...(typeof until === "string" && !Number.isNaN(Date.parse(until)) ? { until } : {}),
  };
}

const clean = (text: unknown): string | undefined => (typeof text === "string" ? oneLine(text) : undefined);

/** Who has locked it, when, why, and until when. */
export function lockedBy(stack: string, { message, who, since, until }: StackLock): string {
  const ends = until === undefined ? "" : `, until ${minute(until)}`;
  return `${stack} is locked by ${who} since ${minute(since)}${ends}: ${message}`;
}

/** What refuses a change of the stack. */
export function lockedSentence(stack: string, lock: StackLock): string {
  return `${lockedBy(stack, lock).replace(/[.!]$/, "")}. Nothing of it is changed until npx sextant unlock.`;
}

/** `2026-11-30 02:37 UTC`. */
function minute(time: string): string {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? time : `${at.toISOString().replace("T", " ").slice(0, 16)} UTC`;
}

const looked = new Map<string, Promise<StackLock | undefined>>();

/**
 * Refuses where the stack that is worked on is locked; each host is asked once in a run.
 * @throws Error that says by whom and why
 */
export async function refuseLocked(shell: SshAddress): Promise<void> {
  const stack = stackNow();
  if (stack === undefined) return;
  const key = `${shell.destination}:${shell.port} ${stack}`;
  const look = looked.get(key) ?? ask(shell, stack);
  looked.set(key, look);
  // A host that was not reached may be the next time.
  const lock = await look.catch((error: unknown) => {
    looked.delete(key);
    throw error;
  });
  if (lock !== undefined) throw new Error(lockedSentence(stack, lock));
}

async function ask(shell: SshAddress, stack: string): Promise<StackLock | undefined> {
  const { stdout } = await runOverSsh(shell, lookLine(stack), { timeout, what: "looking for a lock" });
  return lockOf(stdout);
}

/** Forgets what this run knows; for tests. */
export function forgetLocks(): void {
  looked.clear();
}
