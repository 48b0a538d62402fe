/** The words that `sextant` was called with are read, and done: a project's first files, the work on a deployed stack, and the pages of the library. */
import { CommanderError, type Command } from "commander";
import { commandsOf } from "./operate/parts";
import { sextant, unknownWord, withCommandApart } from "./program";
import { exportStack } from "./stack";

/** Wrong words; what goes wrong in a command ends with 1. */
const wrongUsage = 2;

/** The program that reads the words: where the first of them may be a name that the stack's apps have for a command, with their names. */
function programFor(words: readonly string[]): Command {
  const program = sextant();
  try {
    const unknown = unknownWord(program, words);
    if (unknown === undefined) return program;
    const all = [...commandsOf(exportStack(unknown.choice)).values()].flatMap((own) => Object.keys(own));
    return sextant([...new Set(all)]);
  } catch {
    // Without a stack there are none: what is wrong with the words is said when they are read.
    return program;
  }
}

// Whoever read it has had enough, as head has, or the terminal is gone: a command that has something to take away, or has to read on, does so.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  if (!process.emit("SIGTERM")) process.exit(0);
});

/** Reads the words, and does what they say. */
async function run(words: readonly string[]): Promise<void> {
  const program = programFor(words);
  await program.parseAsync(withCommandApart(program, words), { from: "user" });
}

run(process.argv.slice(2)).catch((error: unknown) => {
  // Commander has said what it had to say by then, also for --help and --version, which are no errors.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : wrongUsage;
    return;
  }
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
