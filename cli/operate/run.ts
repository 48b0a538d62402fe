/** `sextant run COMMAND...`: a command on the hosts themselves. */
import type { Command } from "commander";
import { quote } from "../../provider/host/scripts";
import { attachOverSsh, streamOverSsh } from "../../provider/ssh/stream";
import { deployed, hostsNamed } from "../deployed";
import type { DeployedHost } from "../hosts";
import { stackChoice } from "../stack";
import { askAll, sayProblems } from "./choice";
import { printedAfter, typed } from "./terminal";

interface Options {
  host?: string;
  interactive: boolean;
}

/** Adds the command. */
export function addRun(program: Command): void {
  program
    .command("run")
    .description("run a command on the hosts of the stack, side by side")
    .argument("<command...>", "its words; a single one with spaces in it is a line for the host's shell")
    .option("--host <names>", "on these hosts alone, such as web-1,web-2 or 'web-*'")
    .option("-i, --interactive", "type into it, on a terminal of its own where this is one", false)
    .addHelpText(
      "after",
      "\nEnds with the highest exit code. What comes after the first word of the command belongs to it.",
    )
    .action(async (words: string[], { host, interactive }: Options, command: Command) => {
      const hosts = hostsNamed("run", deployed(stackChoice(command)).hosts, host);
      const line = lineOf(words);
      process.exitCode = interactive ? await attach(hosts, line) : await onEach(hosts, line);
    });
}

/** A word with spaces is a line for a shell, as with Kamal. */
export function lineOf(words: readonly string[]): string {
  const [first = ""] = words;
  return words.length === 1 && /\s/.test(first) ? first : words.map(quote).join(" ");
}

async function attach(hosts: readonly DeployedHost[], line: string): Promise<number> {
  const [one, ...others] = hosts;
  if (one === undefined || others.length > 0)
    throw new Error(
      `run: --interactive is for one host; name it by --host: ${hosts.map(({ shell }) => shell.name).join(", ")}.`,
    );
  return attachOverSsh(one.shell, line, typed());
}

async function onEach(hosts: readonly DeployedHost[], line: string): Promise<number> {
  const widest = Math.max(...hosts.map(({ shell }) => shell.name.length));
  const { answers, problems } = await askAll(hosts, ({ shell }) => {
    const before = hosts.length > 1 ? `${shell.name.padEnd(widest)} | ` : "";
    return streamOverSsh(shell, line, printedAfter(before));
  });
  sayProblems(problems);
  return Math.max(...answers, problems.length > 0 ? 1 : 0);
}
