/** `sextant doctor [CONTAINER]`: asks the hosts of a stack what was gathered when a release failed, and says why, with the cure. */
import type { Command } from "commander";
import { parseEvidence } from "../provider/diagnosis/parse";
import { verdict } from "../provider/diagnosis/verdict";
import { runOverSsh } from "../provider/ssh/run";
import { deployed, hostsNamed } from "./deployed";
import type { DeployedHost } from "./hosts";
import { stackChoice } from "./stack";

interface Options {
  host?: string;
  raw: boolean;
}

/** What a host said: one document for each container that failed, or why it could not be asked. */
export interface Told {
  host: string;
  documents: readonly string[];
  problem?: string;
}

/** Adds the command. */
export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("say why releases failed, also days later, with the cure")
    .argument("[container]", "a container that failed, or the beginning of its name; all by default")
    .option("--host <names>", "ask these hosts alone, such as web-1,web-2 or 'web-*'")
    .option("--raw", "print what was gathered as JSON, a line for each container", false)
    .action(async (container: string | undefined, options: Options, command: Command) => {
      const hosts = hostsNamed("doctor", deployed(stackChoice(command)).hosts, options.host);
      const told = await Promise.all(hosts.map(ask));
      for (const line of answer(told, container, options.raw)) console.log(line);
    });
}

/** Asks a host; one that is down is no reason to say nothing of the others. */
export async function ask({ shell, directory }: DeployedHost): Promise<Told> {
  const look = { timeout: 30, what: "doctor" };
  const ran = await runOverSsh(shell, `${directory}/doctor evidence`, look).catch(
    (error: unknown) => error as Error,
  );
  if (ran instanceof Error) return { host: shell.name, documents: [], problem: ran.message };
  if (ran.code !== 0)
    return { host: shell.name, documents: [], problem: verdict("", ran.stderr, shell.name) };
  return { host: shell.name, documents: ran.stdout.split("\n").filter(Boolean) };
}

/**
 * The lines of the answer.
 * @throws Error when a container is named of which nothing is kept, with those that there are.
 */
export function answer(told: readonly Told[], container: string | undefined, raw: boolean): string[] {
  const wanted = told.map((each) => ({
    ...each,
    documents: each.documents.filter((document) => isOf(container, nameIn(document))),
  }));
  const problems = told.flatMap(({ problem }) => problem ?? []);
  if (container !== undefined && wanted.every(({ documents }) => documents.length === 0)) {
    throw new Error([...problems, nothingOf(container, told)].join("\n"));
  }
  return wanted.flatMap(({ host, documents, problem }) => {
    if (problem !== undefined) return [problem];
    if (documents.length === 0) {
      return container === undefined ? [`${host}: nothing failed here that is still kept.`] : [];
    }
    return raw ? documents : documents.map((document) => `${verdict(document, "", host)}\n`);
  });
}

function nameIn(document: string): string | undefined {
  return parseEvidence(document).evidence.container;
}

/** A container by its name, or all of a role on a host by what their names begin with. */
function isOf(wanted: string | undefined, name: string | undefined): boolean {
  return wanted === undefined || name === wanted || (name?.startsWith(`${wanted}-`) ?? false);
}

function nothingOf(container: string, told: readonly Told[]): string {
  const kept = told.flatMap(({ host, documents }) =>
    documents.map((document) => `${nameIn(document) ?? "a pull or a release command"} on ${host}`),
  );
  const there = kept.length === 0 ? "nothing failed that is still kept" : `there is ${kept.join(", ")}`;
  return `doctor: nothing is kept of ${container}; ${there}.`;
}
