#!/usr/bin/env node
/**
 * The `sextant` program. Node keeps its modules as it has compiled them, in the user's own directory, so that a command starts in half
 * the time (https://nodejs.org/api/module.html#moduleenablecompilecachecachedir); where that does not go, it starts as before.
 */
import * as nodeModule from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

/** It came with Node 22.1. */
const { enableCompileCache } = nodeModule as { enableCompileCache?: (directory: string) => unknown };
try {
  enableCompileCache?.(join(homedir(), ".sextant", "compiled"));
} catch {
  // A user without a home; a module that needs one says so.
}

// What is imported above is loaded before the cache is there.
void import("./command-line.js");
