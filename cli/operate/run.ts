/** `sextant run COMMAND...`: a command on the hosts themselves. */
import type { Command } from "commander";
import { quote } from "../../provider/host/scripts";
import { attachOverSsh, streamOverSsh } from "../../provider/ssh/stream";
import { deployed, hostsNamed, type Deployed } from "../deployed";
import type { DeployedHost } from "../hosts";
import { stackChoice } from "../stack";
import { askAll, choosing, hostsOfChoice, hostsWith, partsNamed, sayProblems, type Choice } from "./choice";
import { noted } from "./note";
import { printedAfter, typed } from "./terminal";

interface Options extends Choice {
  interactive: boolean;
}

/** Adds the command. */
export function addRun(program: Command): void {
  choosing(program.command("run").description("run a command on the hosts of the stack, side by side"))
    .argument("<command...>", "its words; a single one with spaces in it is a line for the host's shell")
    .option("-i, --interactive", "type into it, on a terminal of its own where this is one", false)
    .addHelpText(
      "after",
      "\nOn all hosts without a choice; --role and its like choose those that have such containers. Ends with the highest exit code. What comes after the first word of the command belongs to it.",
    )
    .action(async (words: string[], options: Options, command: Command) => {
      const stack = deployed(stackChoice(command));
      const hosts = hostsToRunOn(stack, options);
      const line = lineOf(words);
      await noted(stack, "run", hosts);
      process.exitCode = options.interactive ? await attach(hosts, line) : await onEach(hosts, line);
    });
}

/** The hosts: all of them, or those that have what is chosen. */
export function hostsToRunOn(stack: Deployed, options: Choice): readonly DeployedHost[] {
  const { app, role, accessory, proxy, host, primary } = options;
  if ([app, role, accessory, proxy, primary].every((one) => one === undefined))
    return hostsNamed("run", stack.hosts, host);
  const parts = partsNamed("run", stack, options, "roles");
  const hosts = hostsWith("run", stack, parts, hostsOfChoice(parts, options));
  if (hosts.length === 0)
    throw new Error(
      `run: ${parts.map(({ name }) => name).join(", ")} is not on ${host ?? ""}; sextant ps lists what is where.`,
    );
  return hosts;
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
