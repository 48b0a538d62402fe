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

/** The first word, where it is no command of every stack's: an app may have that name for one. */
export function unknownWord(words: readonly string[]): { word: string; choice: StackChoice } | undefined {
  // Without what a program says by itself, such as its version.
  const reader = ofStack(new Command()).helpOption(false).allowUnknownOption();
  const [word] = reader.parseOptions([...words]).operands;
  const known = sextant().commands.flatMap((command) => [command.name(), ...command.aliases()]);
  if (word === undefined || word === "help" || known.includes(word)) return undefined;
  return { word, choice: stackChoice(reader) };
}
