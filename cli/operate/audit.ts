/** `sextant audit`: who has changed the stack, when, to which release, and how it ended, from Pulumi's own history; and what was done by hand. */
import { InvalidArgumentError, type Command } from "commander";
import { deployed } from "../deployed";
import { askPulumi, stackChoice } from "../stack";
import { sayProblems } from "./choice";
import { doneOn, type Done } from "./note";
import { table } from "./table";

interface Options {
  lines: string;
  key: string;
  json: boolean;
}

/** What is read of `pulumi stack history --json`, the newest first. */
interface Update {
  kind?: string;
  startTime?: string;
  endTime?: string;
  message?: string;
  result?: string;
  environment?: Readonly<Record<string, string>>;
  config?: Readonly<Record<string, { value?: string; secret?: boolean }>>;
  resourceChanges?: Readonly<Record<string, number>>;
}

/** An update, or a command, as it is shown. */
export interface Entry {
  readonly when: string;
  readonly seconds: number;
  readonly what: string;
  readonly version: string;
  readonly result: string;
  readonly changes: string;
  /** Whom git names, or whoever ran it. */
  readonly who: string;
  readonly commit: string;
}

/** Adds the command. */
export function addAudit(program: Command): void {
  program
    .command("audit")
    .description("list who has deployed what, when, and how it ended, and who ran which commands")
    .option("-n, --lines <number>", "so many of the last ones", counted, "20")
    .option("--key <name>", "the configuration's name for the version", "version")
    .option("--json", "print it as JSON", false)
    .addHelpText(
      "after",
      "\nCommands are noted on the hosts: exec, run, maintenance, pause, resume, stop, start, lock, unlock, prune, copy-data, proxy and those with names. Of their words nothing is noted.",
    )
    .action(async ({ lines, key, json }: Options, command: Command) => {
      const words = ["stack", "history", "--json", "--page-size", lines, "--page", "1"];
      const updates = JSON.parse(askPulumi(words, stackChoice(command))) as Update[];
      const { answers, problems } = await doneOn(deployed(stackChoice(command)));
      const all = [...updates.map((update) => entryOf(update, key)), ...answers.map(entryOfCommand)];
      const entries = all.sort((a, b) => Date.parse(b.when) - Date.parse(a.when)).slice(0, Number(lines));
      sayProblems(problems);
      console.log(json ? JSON.stringify(entries, null, 2) : render(entries));
    });
}

function counted(text: string): string {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It is a number, such as 50.");
  return text;
}

/** An update without what did not change. */
export function entryOf(update: Update, key: string): Entry {
  const { kind = "", startTime = "", endTime = "", result = "", environment = {}, config = {} } = update;
  // A key is named after its project: `shop:version`.
  const [, version] = Object.entries(config).find(([name]) => name.endsWith(`:${key}`)) ?? [];
  const changes = Object.entries(update.resourceChanges ?? {}).filter(([op]) => op !== "same");
  return {
    when: startTime,
    seconds: Math.max(0, Math.round((Date.parse(endTime) - Date.parse(startTime)) / 1000)) || 0,
    what: kind,
    version: version?.secret === true ? "" : (version?.value ?? ""),
    result,
    changes: changes.map(([op, count]) => `${op} ${count}`).join(", "),
    who: environment["git.author"] ?? environment["git.committer"] ?? environment["pulumi.env.user"] ?? "",
    commit: (environment["git.head"] ?? "").slice(0, 12),
  };
}

/** A command, as an update is shown. */
export function entryOfCommand({ when, who, what, of, hosts }: Done): Entry {
  const place = `on ${[...hosts].sort().join(", ")}`;
  return {
    ...{ when, seconds: 0, what, version: "", result: "", who, commit: "" },
    changes: of === "" ? place : `${of} ${place}`,
  };
}

function render(entries: readonly Entry[]): string {
  if (entries.length === 0) return "Nothing was deployed yet.";
  return table(
    ["WHEN (UTC)", "WHAT", "VERSION", "RESULT", "SECONDS", "WHO", "COMMIT", "CHANGES"],
    entries.map(({ when, what, version, result, seconds, who, commit, changes }) => [
      ...[when.replace("T", " ").slice(0, 16), what, version, result],
      ...[result === "" ? "" : String(seconds), who, commit, changes],
    ]),
  );
}
