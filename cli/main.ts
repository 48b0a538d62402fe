#!/usr/bin/env node
/** The `sextant` program: a project's first files, the work on a deployed stack, and the pages of the library. */
import { CommanderError } from "commander";
import { commandsOf } from "./operate/parts";
import { sextant, unknownWord, withCommandApart } from "./program";
import { exportStack } from "./stack";

/** Wrong words; what goes wrong in a command ends with 1. */
const wrongUsage = 2;

/** The names that the stack's apps have for commands, where the first word may be one of them. */
function ownNames(): string[] {
  try {
    const unknown = unknownWord(process.argv.slice(2));
    if (unknown === undefined) return [];
    const all = [...commandsOf(exportStack(unknown.choice)).values()].flatMap((own) => Object.keys(own));
    return [...new Set(all)];
  } catch {
    // Without a stack there are none: what is wrong with the words is said when they are read.
    return [];
  }
}

// Whoever read it has had enough, as head has: a command that has something to take away does so first.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  if (!process.emit("SIGTERM")) process.exit(0);
});

const own = ownNames();
sextant(own)
  .parseAsync(withCommandApart(process.argv.slice(2), own), { from: "user" })
  .catch((error: unknown) => {
    // Commander has said what it had to say by then, also for --help and --version, which are no errors.
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : wrongUsage;
      return;
    }
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
