#!/usr/bin/env node
/** The `sextant` program: a project's first files, what is asked of a deployed stack, and the pages of the library. */
import { CommanderError } from "commander";
import { sextant } from "./program";

/** Wrong words; what goes wrong in a command ends with 1. */
const wrongUsage = 2;

sextant()
  .parseAsync()
  .catch((error: unknown) => {
    // Commander has said what it had to say by then, also for --help and --version, which are no errors.
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : wrongUsage;
      return;
    }
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
