/** `sextant copy-data OLD NEW`: a database into a new one of the same or a newer version, by dump and restore, and checked. */
import type { Command } from "commander";
import { deployed, type Deployed } from "../deployed";
import { exportStack, stackChoice } from "../stack";
import { reaches } from "./copy/ask";
import { compared, comparedTable, differing, type Compared } from "./copy/compare";
import { databasesOf, twoOf, type Placed } from "./copy/databases";
import { engines } from "./copy/engines";
import {
  filledSentence,
  keepsOwners,
  notes,
  pairsOf,
  planLines,
  refusal,
  type Pair,
  type Side,
} from "./copy/judge";
import { copied, Progress } from "./copy/stream";
import { stillWriting, writersOf, writerLines } from "./copy/writers";
import { refuseLocked } from "./lock";
import { noted } from "./note";
import { size } from "./prune";
import { saysYes } from "./terminal";
import { maintenanceOn } from "./traffic";

interface Options {
  app?: string;
  yes: boolean;
  maintenance: boolean;
  owner: boolean;
}

/** How often it is looked how far a copy is, and after how long without anything from it one is given up. */
const lookMs = 5000;
const silenceMs = 15 * 60_000;
/** How often a person is told. */
const tellMs = 15_000;

/** Adds the command. */
export function addCopyData(program: Command): void {
  program
    .command("copy-data")
    .description(
      "copy a database into a new one of the same or a newer version, and check that all of it came",
    )
    .argument("<old>", "the accessory that has the data, such as db; it is only read")
    .argument("<new>", "the one that it goes into, such as db18; it has to be empty")
    .option("--app <name>", "with --maintenance: of this app alone")
    .option(
      "--maintenance",
      "put the app in maintenance first; it stays so, as its url is the old one",
      false,
    )
    .option("--no-owner", "PostgreSQL: leave owners and rights out, so that all is the new user's")
    .option("-y, --yes", "without a question", false)
    .addHelpText(
      "after",
      [
        "",
        "For Postgres, MariaDb and MySql: the way to another major version, whose program does not read the old data.",
        "Have both in the program and deploy that, then:",
        "  sextant copy-data db db18 --maintenance",
        "Each database of the old one is copied, without a file in between; what is cut off leaves the old one as it is, and is run again.",
        "Then all rows are counted on both sides. It ends with 1 where they differ.",
      ].join("\n"),
    )
    .action(async (old: string, fresh: string, options: Options, command: Command) => {
      const choice = stackChoice(command);
      const stack = deployed(choice);
      const all = placed(stack, databasesOf(exportStack(choice, true)));
      if (!(await copy(stack, twoOf(all, old, fresh), options))) process.exitCode = 1;
    });
}

function placed({ hosts }: Deployed, all: ReturnType<typeof databasesOf>): Placed[] {
  return all.flatMap((each) => {
    const on = hosts.find(({ shell }) => shell.name === each.host);
    return on === undefined ? [] : [{ ...each, on }];
  });
}

/** Copies it. @returns whether both hold the same then */
async function copy(
  stack: Deployed,
  [old, fresh]: readonly [Placed, Placed],
  options: Options,
): Promise<boolean> {
  await refuseLocked("copy-data", stack);
  const engine = engines[old.server];
  const [from, to] = await Promise.all([engine.look(old), engine.look(fresh)]);
  const sides: readonly [Side, Side] = [
    { ...old, facts: from },
    { ...fresh, facts: to },
  ];
  const pairs = pairsOf(...sides);
  const ownersKept = keepsOwners(...sides, !options.owner);
  const refused = refusal(...sides, pairs, ownersKept);
  if (refused !== undefined) throw new Error(refused);
  const counted = new Map<Pair, Compared[]>();
  for (const pair of pairs.filter(({ now }) => now === "filled")) {
    // A copy that was whole, of which nobody has heard.
    const all = await countBoth(old, fresh, pair);
    if (differing(all).length > 0) throw new Error(filledSentence(sides[1], pair.into));
    counted.set(pair, all);
  }
  const todo = pairs.filter(({ now }) => now !== "filled");
  const writers = await writersOf(stack, options.app);
  for (const line of [
    ...planLines(...sides, pairs),
    ...notes(...sides, todo, ownersKept),
    ...(todo.length === 0 ? [] : writerLines(writers, options.maintenance)),
  ])
    console.error(line);
  if (todo.length > 0) {
    await agreed(fresh.name, options.yes);
    if (options.maintenance) await quiet(stack, options.app);
    await noted(stack, "copy-data", [old.on, fresh.on], `${old.name} to ${fresh.name}`);
    const byNew = await reaches(fresh, old);
    for (const pair of todo) await copyOne(old, fresh, pair, { ownerless: !ownersKept, byNew });
  }
  // What was counted before a copy may be another number after it.
  return check(old, fresh, pairs, todo.length === 0 ? counted : new Map());
}

/** Puts the app in maintenance. @throws Error where it is not so on each of its hosts, as it may write then */
export async function quiet(stack: Deployed, app: string | undefined): Promise<void> {
  const problems = await maintenanceOn(stack, app);
  const refused = stillWriting(problems, problems.length > 0 ? undefined : await writersOf(stack, app));
  if (refused !== undefined) throw new Error(refused);
}

/** Counts all of a database on both sides. */
async function countBoth(old: Placed, fresh: Placed, { from, into }: Pair): Promise<Compared[]> {
  const engine = engines[old.server];
  return compared(...(await Promise.all([engine.count(old, from), engine.count(fresh, into)])));
}

/** @throws Error where nobody says yes */
async function agreed(name: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new Error("copy-data: there is no terminal to ask on; say --yes where it is meant.");
  if (!(await saysYes(`Copy it to ${name}?`))) throw new Error("copy-data: nothing was copied.");
}

const ends = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Copies one of its databases, and says how far it is. @throws Error where it is not whole */
async function copyOne(
  old: Placed,
  fresh: Placed,
  pair: Pair,
  how: { ownerless: boolean; byNew: boolean },
): Promise<void> {
  const engine = engines[old.server];
  await engine.prepare(fresh, pair);
  const progress = new Progress();
  const end = new AbortController();
  let why = "";
  const stop = (reason: string) => (): void => {
    why = reason;
    end.abort();
  };
  const interrupted = stop("it was interrupted");
  for (const signal of ends) process.on(signal, interrupted);
  const whole = { value: false };
  const followed = follow(
    fresh,
    pair,
    progress,
    () => whole.value,
    () => {
      stop(silence(progress.now))();
    },
  );
  try {
    await copied({ old, fresh, from: pair.from, into: pair.into, ...how }, progress, end.signal);
  } catch (error) {
    const said = [why, error instanceof Error ? error.message : String(error)].filter(Boolean).join(": ");
    const left =
      old.server === "postgres"
        ? `${fresh.name} is as empty as before`
        : `${fresh.name} has a part of it, which the next run writes anew`;
    throw new Error(
      `copy-data: ${pair.from} was not copied: ${said}\n${old.name} is as it was, and ${left}; run it again.`,
      { cause: error },
    );
  } finally {
    whole.value = true;
    for (const signal of ends) process.off(signal, interrupted);
    await followed;
  }
}

/** Tells how far a copy is, until it ends, and ends one of which nothing is heard. */
async function follow(
  fresh: Placed,
  { into, held }: Pair,
  progress: Progress,
  ended: () => boolean,
  silent: () => void,
): Promise<void> {
  let [last, told] = [0, Date.now()];
  for (let looked = Date.now(); !ended(); await new Promise((resolve) => setTimeout(resolve, 200))) {
    if (Date.now() - looked < lookMs) continue;
    looked = Date.now();
    const [bytes, busy] = await engines[fresh.server].progress(fresh, into).catch(() => [last, 0] as const);
    if (bytes !== last || busy > 0) progress.heard = Date.now();
    last = bytes;
    if (Date.now() - progress.heard > silenceMs) {
      silent();
      return;
    }
    if (Date.now() - told < tellMs || ended()) continue;
    told = Date.now();
    console.error(progressLine(into, progress, bytes, held));
  }
}

/** Why a copy is given up of which nothing is heard. @param now the table that was read last */
export const silence = (now: string): string =>
  `nothing came for ${silenceMs / 60_000} minutes${now === "" ? "" : ` of ${now}, which another session may hold a lock on`}`;

/** How far a copy is. */
export function progressLine(
  into: string,
  { tables, rows, now }: Pick<Progress, "tables" | "rows" | "now">,
  bytes: number,
  held: Pick<Pair["held"], "tables" | "bytes">,
): string {
  const of = tables === 0 ? "" : `${tables} of ${held.tables} tables, ${rows} rows, `;
  return `${into}: ${of}${size(bytes)} of about ${size(held.bytes)}${now === "" ? "" : `; ${now} is read`}`;
}

/** Counts all on both sides but what is counted already, prints it, and says what comes next. */
async function check(
  old: Placed,
  fresh: Placed,
  pairs: readonly Pair[],
  counted: ReadonlyMap<Pair, Compared[]>,
): Promise<boolean> {
  let wrong = 0;
  for (const pair of pairs) {
    const all = counted.get(pair) ?? (await countBoth(old, fresh, pair));
    console.log(`${comparedTable(pair.from, [old.name, fresh.name], all)}\n`);
    wrong += differing(all).length;
  }
  if (wrong > 0) {
    console.error(
      `${wrong} ${wrong === 1 ? "differs" : "differ"}: somebody has written to one of the two during the copy or after it. ${old.name} has all that it had; copy into another new database while the app is in maintenance.`,
    );
    return false;
  }
  console.log(nextSteps(old.name, fresh.name).join("\n"));
  return true;
}

/** What is to be done once all is there. */
export const nextSteps = (old: string, fresh: string): readonly string[] => [
  `${fresh} holds all that ${old} has. Next:`,
  `  1. In the program, give the app the url of ${fresh} in place of that of ${old}, and run pulumi up.`,
  "  2. npx sextant maintenance off, and start what was stopped.",
  `  3. Later, take ${old} out of the program: its container goes, and its volume is kept.`,
];
