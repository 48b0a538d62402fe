/** The commands of `sextant`: a file each, which adds itself here. */
import { Command, type Option } from "commander";
import { addBuild } from "./build";
import { addCompletion } from "./completion";
import { addDocs } from "./docs";
import { addDoctor } from "./doctor";
import { addImport } from "./import";
import { addInit } from "./init";
import { addOtel } from "./otel";
import { addAudit } from "./operate/audit";
import { addCopyData } from "./operate/copy-data";
import { addExec } from "./operate/exec";
import { addImages } from "./operate/images";
import { addJobs } from "./operate/jobs";
import { addLock } from "./operate/lock";
import { addLogs } from "./operate/logs";
import { addNamed } from "./operate/named";
import { addPower } from "./operate/power";
import { addPrune } from "./operate/prune";
import { addProxy } from "./operate/proxy";
import { addPs } from "./operate/ps";
import { addReleases } from "./operate/releases";
import { addRun } from "./operate/run";
import { addStats } from "./operate/stats";
import { addTraffic } from "./operate/traffic";
import { addPreview } from "./preview";
import { addSecrets } from "./secrets";
import { stackChoice, type StackChoice } from "./stack";
import { libraryPackage } from "../provider/core/package";

/**
 * The program with all of its commands. It throws a `CommanderError` where others would end the process.
 * @param own names that the apps of the stack have for commands of theirs
 * @param completion whether it has the commands for that
 */
export function sextant(own: readonly string[] = [], completion = true): Command {
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
  for (const add of [addInit, addImport, addSecrets, addPreview]) add(program);
  program.commandsGroup("A stack that was deployed:");
  for (const add of [
    addPs,
    addJobs,
    addLogs,
    addExec,
    addRun,
    addStats,
    addTraffic,
    addPower,
    addProxy,
    addReleases,
    addImages,
    addBuild,
    addPrune,
    addCopyData,
    addLock,
    addAudit,
  ])
    add(program);
  addNamed(program, own);
  addDoctor(program);
  addOtel(program);
  program.commandsGroup("Help:");
  addDocs(program);
  if (completion) addCompletion(program, () => sextant([], false));
  program.commands.forEach((command) => {
    namesItsHelp(command, "sextant");
  });
  return program;
}

/** Whoever writes a wrong word of a command is led to that command's own help. */
function namesItsHelp(command: Command, before: string): void {
  const name = `${before} ${command.name()}`;
  command.showHelpAfterError(`(${name} --help says what it takes)`);
  for (const below of command.commands) namesItsHelp(below, name);
}

/** With the words that say which stack it is about. */
function ofStack(program: Command): Command {
  return program
    .option("-s, --stack <name>", "the stack, instead of the selected one")
    .option("-C, --cwd <directory>", "the directory of the Pulumi program, instead of this one");
}

/** The words as they are read: with `--` before those of a program, which are its own from the first one on, as with docker and kubectl. */
export function withCommandApart(program: Command, words: readonly string[]): string[] {
  const place = firstWord(words, 0, program.options);
  const named = program.commands.find((command) => command.name() === words[place]);
  const [list] = named?.registeredArguments.slice(-1) ?? [];
  if (named === undefined || list?.variadic !== true) return [...words];
  // A name is of a program that sextant knows, and what is no option of sextant's is one of that; before a program it is a typing error.
  const isOwn = list.required ? () => true : isOption([...program.options, ...named.options]);
  const start = firstWord(words, place + 1, [...program.options, ...named.options], isOwn);
  return start < words.length && words[start] !== "--"
    ? [...words.slice(0, start), "--", ...words.slice(start)]
    : [...words];
}

/** Whether a word is one of these options, or that for help, which each command has. */
const isOption =
  (options: readonly Option[]) =>
  (word: string): boolean =>
    ["-h", "--help", ...options.flatMap(({ short, long }) => [short, long])].includes(word.split("=", 1)[0]);

/** Where the first word stands that is neither an option nor the value of one; the number of the words, where there is none. */
function firstWord(
  words: readonly string[],
  from: number,
  options: readonly Option[],
  isOwn: (option: string) => boolean = () => true,
): number {
  for (let at = from; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (!word.startsWith("-") || word === "-" || word === "--" || !isOwn(word)) return at;
    if (options.some(({ short, long, required }) => required && [short, long].includes(word))) at += 1;
  }
  return words.length;
}

/** The first word, where it is no command of the program: an app may have that name for one. */
export function unknownWord(
  program: Command,
  words: readonly string[],
): { word: string; choice: StackChoice } | undefined {
  // Without what a program says by itself, such as its version.
  const reader = ofStack(new Command())
    .helpOption(false)
    .allowUnknownOption()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  const [word] = reader.parseOptions([...words]).operands;
  const known = program.commands.flatMap((command) => [command.name(), ...command.aliases()]);
  if (word === undefined || word === "help" || known.includes(word)) return undefined;
  return { word, choice: stackChoice(reader) };
}
