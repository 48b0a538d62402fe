/** `sextant import [FILE]`: writes a program that does what a configuration of Kamal does, and says what it could not settle. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { Command } from "commander";
import { decisionLines, imported, type Folder } from "./import/kamal";
import { nextLines } from "./import/next";
import { programText, stackFiles } from "./import/render";
import { besideProgram } from "./init/render";
import { wordsOf } from "./init/manager";
import { settingsLines, lacking } from "./init/next";
import { foundManifest, otherSettings, surroundingsOf } from "./init/surroundings";
import { refuseThere, writeNew } from "./init/write";
import { stackChoice } from "./stack";

interface Flags {
  destination?: string[];
  into: string;
  takeOver?: boolean;
}

const writer = { name: "import", elsewhere: "sextant import --into FOLDER" };

/** Adds the command. */
export function addImport(program: Command): void {
  program
    .command("import")
    .description("write a program from a configuration of Kamal 2, and list what is left to decide")
    .argument("[file]", "Kamal's configuration", "config/deploy.yml")
    .option(
      "-d, --destination <name...>",
      "destinations of Kamal, a stack each (default: all that there are)",
    )
    .option("--into <folder>", "where the program is written to", "infra")
    .option("--take-over", "take Kamal's place on its own machines, with its proxy and its accessories")
    .addHelpText(
      "after",
      [
        "",
        "Nothing is run: no Ruby, no hook, no command of .kamal/secrets. Nothing is overwritten. No value of a secret is",
        "printed or written; the commands that are printed at the end give them to Pulumi by standard input.",
        "What each key becomes: sextant docs guide/from-kamal",
      ].join("\n"),
    )
    .action((file: string, flags: Flags, command: Command) => {
      for (const line of run(file, flags, stackChoice(command))) console.log(line);
    });
}

/** Writes the files; answers with what there is to say. */
function run(
  file: string,
  { destination, into, takeOver }: Flags,
  choice: { stack?: string; cwd?: string },
): string[] {
  const { stack = "production", cwd = "." } = choice;
  if (!existsSync(cwd)) throw new Error(`There is no directory ${cwd}; see -C.`);
  const configuration = resolve(cwd, file);
  const root = rootOf(configuration);
  const target = resolve(cwd, into);
  const above = relative(target, root) || ".";
  const inside = relative(root, target).split(sep).join("/") || ".";
  const from = imported(folderAt(root), {
    ...{ file: relative(root, configuration), destinations: destination, stack, above, inside, takeOver },
  });
  const { found, ...surroundings } = surroundingsOf(target);
  const manifest = foundManifest(target, surroundings);
  const files = {
    ...besideProgram({ name: from.program.name }, surroundings),
    "index.ts": programText(from, relative(root, configuration)),
    ...stackFiles(from.program.name, from.values),
  };
  const own = manifest === undefined ? [] : ["package.json"];
  const written = Object.fromEntries(Object.entries(files).filter(([name]) => !own.includes(name)));
  refuseThere(target, otherSettings, writer);
  writeNew(target, written, writer);
  const folder = relative(process.cwd(), target) || ".";
  const install = manifest === undefined || !found ? wordsOf(surroundings.manager).install : undefined;
  return [
    `Written to ${folder}: ${Object.keys(written).join(", ")}.`,
    ...settingsLines(surroundings.manager),
    ...(manifest === undefined ? [] : lacking(manifest, surroundings)),
    "",
    ...decisionLines(from.decisions),
    "Next:",
    ...nextLines(from, { folder, above, install }).map((line) => `  ${line}`),
  ];
}

/** The folder that `kamal` is run in: above `config`, or where the file is. */
function rootOf(file: string): string {
  const folder = dirname(file);
  return basename(folder) === "config" ? dirname(folder) : folder;
}

function folderAt(root: string): Folder {
  const kindOf = (path: string): "file" | "folder" | "none" => {
    const found = statSync(resolve(root, path), { throwIfNoEntry: false });
    if (found === undefined) return "none";
    return found.isDirectory() ? "folder" : "file";
  };
  return {
    kindOf,
    read: (path) => (kindOf(path) === "file" ? readFileSync(resolve(root, path), "utf8") : undefined),
    list: (path) => (kindOf(path) === "folder" ? readdirSync(join(resolve(root, path))) : []),
  };
}
