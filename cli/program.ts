/** The commands of `sextant`: a file each, which adds itself here. */
import { Command } from "commander";
import { addDocs } from "./docs";
import { addDoctor } from "./doctor";
import { addImport } from "./import";
import { addInit } from "./init";
import { addAudit } from "./operate/audit";
import { addExec } from "./operate/exec";
import { addLogs } from "./operate/logs";
import { addNamed } from "./operate/named";
import { addPower } from "./operate/power";
import { addPs } from "./operate/ps";
import { addReleases } from "./operate/releases";
import { addRun } from "./operate/run";
import { addStats } from "./operate/stats";
import { addTraffic } from "./operate/traffic";
import { addPreview } from "./preview";
import { stackChoice, type StackChoice } from "./stack";
import { libraryPackage } from "../provider/core/package";

/**
 * The program with all of its commands. It throws a `CommanderError` where others would end the process.
 * @param own names that the apps of the stack have for commands of theirs
 */
export function sextant(own: readonly string[] = []): Command {
  const { version } = libraryPackage();
  const program = ofStack(new Command("sextant"))
    .description(
      "Begins a project, shows what a preview changes, and works on the servers of a stack: logs, consoles, commands, maintenance.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(sextant --help lists all commands)")
    .exitOverride();
  program.commandsGroup("A project:");
  for (const add of [addInit, addImport, addPreview]) add(program);
  program.commandsGroup("A stack that was deployed:");
  for (const add of [addPs, addLogs, addExec, addRun, addStats, addTraffic, addPower, addReleases, addAudit])
    add(program);
  addNamed(program, own);
  addDoctor(program);
  program.commandsGroup("Help:");
  addDocs(program);
  return program;
}

/** With the words that say which stack it is about. */
function ofStack(program: Command): Command {
  return program
    .option("-s, --stack <name>", "the stack, instead of the selected one")
    .option("-C, --cwd <directory>", "the directory of the Pulumi program, instead of this one");
}

/** Commands whose words are a program's: what comes after the first of them is its own, as with docker and kubectl. */
const ofPrograms: readonly string[] = ["exec", "run"];

/** The words as they are read: for those commands with `--` before the first word of the program. */
export function withCommandApart(words: readonly string[], own: readonly string[] = []): string[] {
  const program = sextant(own);
  const named = program.commands.find((command) =>
    words.some((word, at) => word === command.name() && operandsBefore(words.slice(0, at), [program]) === 0),
  );
  const given = named?.name() ?? "";
  const takes = ofPrograms.includes(given) || named?.registeredArguments.at(-1)?.variadic === true;
  if (named === undefined || !takes) return [...words];
  const start = words.indexOf(given) + 1;
  for (let at = start; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--") break;
    // What follows the name of a command is for its program, which sextant knows already; a typing error before a program is none.
    const foreign = !ofPrograms.includes(given) && !isOption(word, [program, named]);
    if (!word.startsWith("-") || word === "-" || foreign)
      return [...words.slice(0, at), "--", ...words.slice(at)];
    if (takesNext(word, [program, named])) at += 1;
  }
  return [...words];
}

/** How many words are neither options nor their values. */
function operandsBefore(words: readonly string[], commands: readonly Command[]): number {
  let operands = 0;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (!word.startsWith("-")) operands += 1;
    else if (takesNext(word, commands)) at += 1;
  }
  return operands;
}

/** Whether a word is an option of these commands; each has one for help. */
function isOption(word: string, commands: readonly Command[]): boolean {
  const name = word.split("=", 1)[0] ?? "";
  const known = commands.flatMap(({ options }) => options).flatMap(({ short, long }) => [short, long]);
  return ["-h", "--help", ...known].includes(name);
}

/** Whether an option has its value in the word after it. */
function takesNext(word: string, commands: readonly Command[]): boolean {
  const option = commands
    .flatMap(({ options }) => options)
    .find(({ short, long }) => [short, long].includes(word));
  return option?.required === true;
}

/** The first word, where it is no command of every stack's: an app may have that name for one. */
export function unknownWord(words: readonly string[]): { word: string; choice: StackChoice } | undefined {
  // Without what a program says by itself, such as its version.
  const reader = ofStack(new Command())
    .helpOption(false)
    .allowUnknownOption()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  const [word] = reader.parseOptions([...words]).operands;
  const known = sextant().commands.flatMap((command) => [command.name(), ...command.aliases()]);
  if (word === undefined || word === "help" || known.includes(word)) return undefined;
  return { word, choice: stackChoice(reader) };
}
