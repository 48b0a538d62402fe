/** The commands of `sextant`: a file each, which adds itself here. */
import { Command } from "commander";
import { addDocs } from "./docs";
import { addDoctor } from "./doctor";
import { addImport } from "./import";
import { addInit } from "./init";
import { addPreview } from "./preview";
import { libraryPackage } from "../provider/core/package";

/** The program with all of its commands. It throws a `CommanderError` where others would end the process. */
export function sextant(): Command {
  const { version } = libraryPackage();
  const program = new Command("sextant")
    .description(
      "Begins a project, shows what a preview changes, asks the servers of a stack, and shows the pages of pulumi-sextant.",
    )
    .version(version, "-V, --version", "print the version")
    .option("-s, --stack <name>", "the stack, instead of the selected one")
    .option("-C, --cwd <directory>", "the directory of the Pulumi program, instead of this one")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(sextant --help lists all commands)")
    .exitOverride();
  for (const add of [addInit, addImport, addPreview, addDoctor, addDocs]) add(program);
  return program;
}
