/** `sextant lock` and `unlock`: a stack that nobody changes for a while, with the reason for whoever tries. The note is on its hosts. */
import { setTimeout as sleep } from "node:timers/promises";
import { InvalidArgumentError, type Command } from "commander";
import { oneLine } from "../../provider/core/one-line";
import {
  lockedBy,
  lockedSentence,
  lockOf,
  lookLine,
  removeLine,
  writeLine,
  type StackLock,
} from "../../provider/host/stack-lock";
import { runOverSsh, type Ran } from "../../provider/ssh/run";
import { deployed, hostsNamed, type Deployed } from "../deployed";
import type { DeployedHost } from "../hosts";
import { stackChoice } from "../stack";
import { askAll, sayProblems, type Asked } from "./choice";
import { noted } from "./note";
import { stackOf, whoami } from "./who";

interface Options {
  for?: number;
  wait?: number;
  json: boolean;
}

/** What is on a host. */
interface Found {
  readonly host: DeployedHost;
  readonly lock: StackLock | undefined;
  /** Whether there is a note that is over. */
  readonly over: boolean;
}

/** Seconds for a host. */
const timeout = 60;
/** How often it is looked whether a lock is gone. */
const lookMs = 3000;

/** Adds the commands. */
export function addLock(program: Command): void {
  program
    .command("lock")
    .description(
      "let nobody change the stack, with a reason for whoever tries; without one, say whether it is locked",
    )
    .argument("[message]", "the reason")
    .option("--for <time>", "until so much time is over, such as 30m, 2h or 1d", length)
    .option(
      "--wait <seconds>",
      "where somebody else has locked it, wait so long for the end of that: 900, or 15m",
      patience,
    )
    .option("--json", "print whether it is locked as JSON, by host", false)
    .addHelpText(
      "after",
      "\nsextant lock --wait 900 by itself waits until the stack may be changed, and locks nothing: a line before pulumi up in a job. While it is locked, pulumi up and destroy end with the reason before they change anything on a host, and so do maintenance, pause, resume, stop, start, restart, rollback, prune and copy-data. A run that is under way goes on. What Pulumi does at a cloud is not held back.",
    )
    .action(async (message: string | undefined, options: Options, command: Command) => {
      if (message !== undefined && options.json)
        throw new Error("lock: --json is for a look, and a reason locks; leave out one of them.");
      const stack = deployed(stackChoice(command));
      if (message === undefined && options.for !== undefined)
        throw new Error('lock: --for is for a lock; give its reason, too: sextant lock "a reason" --for 2h.');
      if (options.wait !== undefined) await untilFree(stack, options.wait);
      if (message !== undefined) return lock(stack, noteOf(message, options.for));
      return show(stack, options.json);
    });
  program
    .command("unlock")
    .description("let the stack be changed again")
    .action((_options: object, command: Command) => unlock(deployed(stackChoice(command))));
}

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds. */
export function length(text: string): number {
  const [, count = "0", unit = ""] = /^(\d+)([mhd])$/.exec(text) ?? [];
  const ms = Number(count) * (units[unit] ?? 0);
  if (ms === 0) throw new InvalidArgumentError("Write a time such as 30m, 2h or 1d.");
  return ms;
}

/** Milliseconds, from seconds without a unit. */
export function patience(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : length(text);
}

/** Waits until no host has a lock. @throws Error where one is there to the end */
async function untilFree(stack: Deployed, ms: number): Promise<void> {
  hostsNamed("lock", stack.hosts, undefined);
  const name = stackOf(stack.state);
  const deadline = Date.now() + ms;
  for (let said = ""; ; await sleep(Math.min(lookMs, Math.max(0, deadline - Date.now())))) {
    const { answers, problems } = await looked(stack);
    // Whether it is locked is not known where nobody says so.
    if (answers.length === 0) throw new Error(problems.join("\n"));
    const [locked] = answers.flatMap(({ lock: there }) => there ?? []);
    if (locked === undefined) return;
    const sentence = lockedBy(name, locked).replace(/[.!]$/, "");
    if (Date.now() >= deadline)
      throw new Error(`lock: after ${Math.round(ms / 1000)} s, ${sentence}. npx sextant unlock ends that.`);
    if (sentence !== said) console.error(`Waiting: ${sentence}.`);
    said = sentence;
  }
}

/** What is noted. @param ms how long it is; for ever without */
export function noteOf(message: string, ms?: number, now = Date.now(), who = whoami()): StackLock {
  const reason = oneLine(message);
  if (reason === "")
    throw new Error("lock: the reason is empty; say for whoever is refused why the stack is locked.");
  return {
    message: reason,
    who,
    since: new Date(now).toISOString(),
    ...(ms === undefined ? {} : { until: new Date(now + ms).toISOString() }),
  };
}

/** @throws Error where the stack is locked; a host that is down is no reason to refuse */
export async function refuseLocked(command: string, stack: Deployed): Promise<void> {
  const { answers } = await looked(stack);
  const [locked] = answers.flatMap(({ lock: there }) => there ?? []);
  if (locked !== undefined) throw new Error(`${command}: ${lockedSentence(stackOf(stack.state), locked)}`);
}

function looked({ hosts, state }: Deployed): Promise<Asked<Found>> {
  return askAll(hosts, async (host) => {
    const { stdout } = await over(host, lookLine(stackOf(state)), "looking for a lock");
    const there = lockOf(stdout);
    return { host, lock: there, over: there === undefined && stdout.trim() !== "" };
  });
}

const over = (host: DeployedHost, line: string, what: string, stdin?: string): Promise<Ran> =>
  runOverSsh(host.shell, line, { timeout, what, ...(stdin === undefined ? {} : { stdin }) });

async function lock(stack: Deployed, note: StackLock): Promise<void> {
  const name = stackOf(stack.state);
  hostsNamed("lock", stack.hosts, undefined);
  const { answers, problems } = await looked(stack);
  const [locked] = answers.flatMap(({ lock: there }) => there ?? []);
  if (locked !== undefined)
    throw new Error(`lock: ${lockedBy(name, locked).replace(/[.!]$/, "")}. npx sextant unlock ends that.`);
  await noted(
    stack,
    "lock",
    answers.map(({ host }) => host),
  );
  const { problems: failed } = await askAll(answers, async (found) => {
    const ran = await over(found.host, writeLine(name, found.over), "locking", JSON.stringify(note));
    if (ran.code !== 0)
      throw new Error(
        `${found.host.shell.name}: the note was not written, as where somebody else has locked the stack just now; see sextant lock. ${ran.stderr.trim()}`.trim(),
      );
  });
  const done = answers.length - failed.length;
  if (done > 0) console.log(`${lockedBy(name, note)}`);
  sayProblems([...problems, ...failed]);
}

/** What is said of a host as JSON: `lock` is null where nobody has locked the stack there. */
export const lockRow = ({
  host,
  lock: there,
}: {
  host: Pick<DeployedHost, "shell">;
  lock: StackLock | undefined;
}) => ({
  host: host.shell.name,
  lock: there ?? null,
});

async function show(stack: Deployed, json: boolean): Promise<void> {
  hostsNamed("lock", stack.hosts, undefined);
  const name = stackOf(stack.state);
  const { answers, problems } = await looked(stack);
  if (json) {
    console.log(JSON.stringify(answers.map(lockRow), null, 2));
    sayProblems(problems);
    return;
  }
  const said = new Set(
    answers.flatMap(({ lock: there }) => (there === undefined ? [] : [lockedBy(name, there)])),
  );
  for (const line of said) console.log(line);
  const without = answers.filter(({ lock: there }) => there === undefined).map(({ host }) => host.shell.name);
  if (said.size === 0 && problems.length === 0) console.log(`${name} is not locked.`);
  if (said.size > 0 && without.length > 0) console.log(`There is no note of it on ${without.join(", ")}.`);
  sayProblems(problems);
}

async function unlock(stack: Deployed): Promise<void> {
  hostsNamed("unlock", stack.hosts, undefined);
  const name = stackOf(stack.state);
  const { answers, problems } = await looked(stack);
  await noted(
    stack,
    "unlock",
    answers.map(({ host }) => host),
  );
  const { problems: failed } = await askAll(answers, async ({ host }) => {
    const ran = await over(host, removeLine(name), "unlocking");
    if (ran.code !== 0) throw new Error(`${host.shell.name}: the note was not removed: ${ran.stderr.trim()}`);
  });
  const [locked] = answers.flatMap(({ lock: there }) => there ?? []);
  if (failed.length < answers.length)
    console.log(
      locked === undefined
        ? `${name} is not locked.`
        : `${name} may be changed again; it was locked by ${locked.who}: ${locked.message}`,
    );
  sayProblems([...problems, ...failed]);
}
