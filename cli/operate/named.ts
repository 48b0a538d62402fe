/** `sextant console`, `shell`, `dbconsole`, and the commands that an app of the program has names for. */
import type { Command } from "commander";
import { deployed, type Deployed } from "../deployed";
import { stackChoice } from "../stack";
import { choosing, type Choice } from "./choice";
import { execute } from "./exec";
import { commandsOf } from "./parts";

/** What the names mean where the program says nothing else: Rails' own commands. */
const usual: Readonly<Record<string, readonly string[]>> = {
  console: ["bin/rails", "console"],
  dbconsole: ["bin/rails", "dbconsole", "--include-password"],
  shell: ["sh", "-c", "command -v bash >/dev/null && exec bash || exec sh"],
};

const described: Readonly<Record<string, string>> = {
  console: "open the app's console",
  dbconsole: "open the database's console, by the app's own login",
  shell: "open a shell",
};

interface Options extends Choice {
  new: boolean;
}

/** Adds the commands that each stack has, and those of its apps. */
export function addNamed(program: Command, own: readonly string[]): void {
  const taken = program.commands.flatMap((command) => [command.name(), ...command.aliases()]);
  const others = own.filter((name) => !(name in described) && !taken.includes(name));
  const all = { ...described, ...Object.fromEntries(others.map((name) => [name, `run the app's ${name}`])) };
  for (const [name, what] of Object.entries(all)) {
    choosing(program.command(name).description(`${what} in a container of the stack`))
      .argument("[words...]", "more words for it")
      .option("--new", "in a new container of the same release, instead of the one that runs", false)
      .action(async (words: string[], options: Options, command: Command) => {
        const stack = deployed(stackChoice(command));
        process.exitCode = await runNamed(name, stack, words, options);
      });
  }
}

/** Runs the command that has a name, with more words. @throws Error with the names that there are, where none is it. */
export async function runNamed(
  name: string,
  stack: Deployed,
  more: readonly string[],
  { new: fresh, ...choice }: Options,
): Promise<number> {
  const { app, words } = wordsNamed(name, stack, choice.app);
  return execute(name, stack, [...words, ...more], {
    ...choice,
    app,
    interactive: true,
    reuse: !fresh,
    eachHost: false,
  });
}

/**
 * The words of a name: an app's own, or the usual ones.
 * @returns with the words the app that they are for, where it was named or they are its own: whose they are goes without saying where no
 * other app has them
 */
export function wordsNamed(
  name: string,
  { state, parts }: Deployed,
  app?: string,
): { app?: string; words: readonly string[] } {
  const all = commandsOf(state);
  // One that a single app has is that app's.
  const having = [...all].filter(([, own]) => name in own).map(([each]) => each);
  const first =
    app ??
    (having.length === 1 ? having[0] : undefined) ??
    parts.find(({ kind }) => kind === "role")?.app ??
    "";
  const own = all.get(first) ?? {};
  if (own[name] !== undefined) return { app: first, words: own[name] };
  if (usual[name] !== undefined) return { ...(app === undefined ? {} : { app }), words: usual[name] };
  const names = Object.keys({ ...usual, ...own }).sort();
  throw new Error(
    `${name}: the app ${first} has no command of that name; it has ${names.join(", ")}, and others are given to it as commands: { ${name}: ["bin/…"] }.`,
  );
}
