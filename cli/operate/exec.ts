/** `sextant exec COMMAND...`: a command in a container of the stack, a new one or the one that runs; on one host, or on each. */
import { randomBytes } from "node:crypto";
import { InvalidArgumentError, Option, type Command } from "commander";
import { sendOk } from "../../provider/docker/api";
import { join } from "../../provider/docker/join";
import { quote } from "../../provider/host/scripts";
import type { SshAddress } from "../../provider/ssh/address";
import { attachOverSsh, streamOverSsh } from "../../provider/ssh/stream";
import { isNamedBy } from "../host-pattern";
import { deployed, type Deployed } from "../deployed";
import { stackChoice } from "../stack";
import {
  askAll,
  choosing,
  containersNamed,
  current,
  messageOf,
  ofOneApp,
  oneEach,
  partsNamed,
  sayProblems,
  servedOf,
  type Choice,
} from "./choice";
import { prefix, widestOf } from "./log-lines";
import { furtherNetworks, oneOffBody, type OneOff, type Original } from "./one-off";
import { noted } from "./note";
import type { Part } from "./parts";
import type { Running } from "./running";
import { printedAfter, typed } from "./terminal";

/** Where a command runs, and how. */
export interface Execution extends Choice {
  interactive: boolean;
  reuse: boolean;
  /** Of an accessory: in a new container. A role has a new one unless it is told to reuse. */
  new?: boolean;
  eachHost: boolean;
  /** In a new container that goes on without this process. */
  detach?: boolean;
  env?: string[];
}

/** Adds the command. */
export function addExec(program: Command): void {
  choosing(program.command("exec").description("run a command in a container of the stack"))
    .argument("<command...>", "its words; a single one with spaces in it is for the shell of the container")
    .option("-i, --interactive", "type into it, on a terminal of its own where this is one", false)
    .option("--reuse", "in the container that runs, instead of a new one of the same release", false)
    .addOption(
      new Option(
        "--new",
        "of an accessory: in a new container, where its volumes can only be read, instead of the one that runs",
      ).conflicts("reuse"),
    )
    .addOption(
      new Option(
        "-d, --detach",
        "start it in a new container that goes when it ends, and wait for nothing",
      ).conflicts(["interactive", "reuse"]),
    )
    .option("--each-host", "on each host, side by side, instead of the first one", false)
    .option(
      "-e, --env <name=value>",
      "a variable for this command, again for each; what is secret does not belong there",
      variables,
    )
    .addHelpText(
      "after",
      [
        "",
        "In the first role on its first host without a choice. Of an accessory it runs in the container that is there, unless --new is given, and of the proxy always.",
        "What comes after the first word of the command belongs to it:",
        "  sextant exec -i --reuse bin/rails console",
        "  sextant exec \"bin/rails runner -e production 'puts User.count'\"",
        "  sextant exec --role job --each-host ps -ef",
      ].join("\n"),
    )
    .action(async (words: string[], options: Execution, command: Command) => {
      process.exitCode = await execute("exec", deployed(stackChoice(command)), words, options);
    });
}

function variables(text: string, before: string[] = []): string[] {
  if (!/^[A-Za-z_][A-Za-z0-9_]*=/.test(text))
    throw new InvalidArgumentError("Write it as NAME=value, such as -e LOG_LEVEL=debug.");
  return [...before, text];
}

/** A word with spaces is for a shell, as with Kamal. */
export function wordsOf(given: readonly string[]): readonly string[] {
  const [first = ""] = given;
  return given.length === 1 && /\s/.test(first) ? ["sh", "-c", first] : given;
}

/**
 * Runs it.
 * @returns its exit code; of several the highest
 */
export async function execute(
  name: string,
  stack: Deployed,
  words: readonly string[],
  options: Execution,
): Promise<number> {
  if (options.interactive && options.eachHost)
    throw new Error(
      `${name}: --interactive is for one host, and --each-host for all; leave one of them out.`,
    );
  const parts = partsNamed(name, stack, options, "roles");
  ofOneApp(name, parts);
  const [first] = parts;
  // Without a choice, it is the first role alone.
  const only = isRole(first) ? { ...options, app: first.app, role: options.role ?? first.role } : options;
  if (options.new === true && first?.kind === "proxy")
    throw new Error(`${name}: there is no second container of a proxy; leave --new out.`);
  if (options.detach === true && !isRole(first) && options.new !== true)
    throw new Error(`${name}: --detach is for a new container; of an accessory give --new, too.`);
  const reuse = options.reuse || (!isRole(first) && options.new !== true);
  const find = async (choice: Choice): Promise<{ places: Running[]; problems: readonly string[] }> => {
    const { answers, problems } = await containersNamed(name, stack, choice, "roles");
    const all = current(ofRelease(answers, reuse), await servedOf(answers));
    return { places: oneEach(all.filter(({ state }) => !reuse || state === "running")), problems };
  };
  const [wanted] = (first?.hosts ?? []).filter(isNamedBy(options.host));
  const near = options.eachHost || wanted === undefined ? undefined : await find({ ...only, host: wanted });
  // The others are asked where the first one has none of it. One that cannot be asked is no reason to take another, which may have other work.
  const enough = near !== undefined && (near.problems.length > 0 || near.places[0]?.part === first?.name);
  const { places, problems } = enough ? near : await find(only);
  const missing = options.eachHost ? places.length === 0 : places[0]?.host.shell.name !== wanted;
  if (missing && problems.length > 0) {
    sayProblems(problems);
    return 1;
  }
  if (places.length === 0)
    throw new Error(
      `${name}: no container of ${first?.name ?? "it"} ${reuse ? "runs" : "is there"}; sextant ps lists what does.`,
    );
  if (options.eachHost) sayProblems(problems);
  const meant = options.eachHost ? places : places.slice(0, 1);
  const names = [...new Set(meant.map(({ part }) => part))].join(", ");
  const hosts = meant.map(({ host }) => host);
  const note = noted(stack, name, hosts, names);
  const command = wordsOf(words);
  if (options.detach === true) {
    await note;
    return Math.max(await detached(meant, command, options), problems.length > 0 ? 1 : 0);
  }
  if (!options.eachHost) return onHere(places, reuse, command, options, note);
  return Math.max(...(await onEach(places, reuse, command, options, note)), problems.length > 0 ? 1 : 0);
}

/** Whether it is a role of an app. */
const isRole = (part: Part | undefined): part is Part => part?.kind === "role" || part?.kind === "job";

/** Of roles with a schedule the containers of the release: those that wait for the next run. */
const ofRelease = (all: readonly Running[], reuse: boolean): Running[] =>
  all.filter(({ kind, state }) => kind !== "job" || state === (reuse ? "running" : "created"));
/** Starts it, in a new container each, and waits for nothing. */
async function detached(
  containers: readonly Running[],
  command: readonly string[],
  { env = [] }: Execution,
): Promise<number> {
  const one = { command, env, interactive: false, terminal: false, detached: true };
  const { answers, problems } = await askAll(containers, async (container) => {
    const { shell } = container.host;
    const made = nameOfNew();
    try {
      await makeNew(container, made, one);
      await sendOk(shell, { method: "POST", path: `/containers/${made}/start` }, `starting ${made}`, [304]);
    } catch (error) {
      await takeAway(shell, made);
      throw error;
    }
    return `${shell.name}: ${container.part} runs it in ${made}, which goes when it ends; meanwhile: npx sextant run --host ${shell.name} docker logs --follow ${made}`;
  });
  for (const line of answers) console.log(line);
  sayProblems(problems);
  return problems.length > 0 ? 1 : 0;
}

/** On one host, with this process's own streams. @param note what has to be noted before it begins; the container is made meanwhile */
async function onHere(
  [container]: readonly Running[],
  reuse: boolean,
  command: readonly string[],
  { interactive, env = [] }: Execution,
  note: Promise<void>,
): Promise<number> {
  if (container === undefined) return 1;
  const input = interactive ? typed() : "none";
  const one = { command, env, interactive, terminal: input === "terminal" };
  if (process.stderr.isTTY) {
    const where = reuse ? container.name : `a new container of ${container.version}`;
    console.error(`${container.host.shell.name}: ${container.part}, in ${where}`);
  }
  return inContainer(container, reuse, one, async (line, signal) => {
    await note;
    return attachOverSsh(container.host.shell, line, input, signal);
  });
}

/** On each host, with its name before each line, once it was noted. */
async function onEach(
  containers: readonly Running[],
  reuse: boolean,
  command: readonly string[],
  { env = [] }: Execution,
  note: Promise<void>,
): Promise<number[]> {
  const sources = containers.map(({ host, part }) => ({ host: host.shell.name, part }));
  const widest = widestOf(sources);
  const one = { command, env, interactive: false, terminal: false };
  const { answers, problems } = await askAll(containers, (container) => {
    const lines = printedAfter(prefix({ host: container.host.shell.name, part: container.part }, widest));
    return inContainer(container, reuse, one, async (line, signal) => {
      await note;
      return streamOverSsh(container.host.shell, line, { ...lines, signal });
    });
  });
  sayProblems(problems);
  return [...answers, ...problems.map(() => 1)];
}

/** Runs a line on the host of a container, until it is called off. */
type Run = (line: string, signal?: AbortSignal) => Promise<number>;

const ends = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function inContainer(container: Running, reuse: boolean, one: OneOff, run: Run): Promise<number> {
  if (reuse) return run(execLine(container.name, one));
  return inNewContainer(container, one, run);
}

/** Docker holds Ctrl-P back, to see whether its key for leaving comes: a console wants it for the line before. */
const unlikely = "--detach-keys=ctrl-^,ctrl-_";

/** The line of a command in a container that runs. */
export function execLine(name: string, { command, env, interactive, terminal }: OneOff): string {
  return [
    "docker exec",
    ...(interactive ? ["--interactive"] : []),
    ...(terminal ? ["--tty", unlikely] : []),
    ...env.flatMap((each) => ["--env", quote(each)]),
    quote(name),
    ...command.map(quote),
  ].join(" ");
}

const nameOfNew = (): string => `sextant-exec-${randomBytes(5).toString("hex")}`;

/** Makes a container for a command, after the one that is there. */
async function makeNew({ host: { shell }, name, kind }: Running, made: string, one: OneOff): Promise<void> {
  const path = `/containers/${encodeURIComponent(name)}/json`;
  const { body } = await sendOk(shell, { method: "GET", path }, `looking at the container ${name}`);
  const create = { method: "POST", path: `/containers/create?name=${made}` } as const;
  const request = { ...create, body: oneOffBody(name, body as Original, one, kind === "accessory") };
  // 409: a connection that was cut had made it.
  await sendOk(shell, request, "making a container for the command", [409]);
  await join(shell, made, furtherNetworks(body as Original));
}

/** What Docker takes away by itself is gone, or on its way. */
async function takeAway(shell: SshAddress, made: string): Promise<void> {
  const gone = { method: "DELETE", path: `/containers/${made}?force=true&v=true` } as const;
  await sendOk(shell, gone, `taking ${made} away`, [404, 409]).catch((error: unknown) => {
    console.error(messageOf(error));
  });
}

/** It is gone afterwards, however the command ends. */
async function inNewContainer(container: Running, one: OneOff, run: Run): Promise<number> {
  const { shell } = container.host;
  const made = nameOfNew();
  // Whatever ends this process, it takes the container away first.
  const interrupted = new AbortController();
  const end = (): void => {
    interrupted.abort();
  };
  for (const signal of ends) process.on(signal, end);
  try {
    await makeNew(container, made, one);
    if (interrupted.signal.aborted) return 130;
    const words = [...(one.interactive ? ["--interactive"] : []), ...(one.terminal ? [unlikely] : [])];
    const code = await run(["docker start --attach", ...words, made].join(" "), interrupted.signal);
    return interrupted.signal.aborted ? 130 : code;
  } finally {
    await takeAway(shell, made);
    for (const signal of ends) process.off(signal, end);
  }
}
