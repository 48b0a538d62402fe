/** `sextant secrets fetch`: values of a password manager as secrets of the stack. A value goes from one program to the other, and is printed nowhere. */
import { spawnSync } from "node:child_process";
import type { Command } from "commander";
import { Option } from "commander";
import type { Adapter, Run } from "./secrets/adapter";
import { adapterNames, adapterOf } from "./secrets/adapters";
import { chosen, wordOf, type Chosen } from "./secrets/chosen";
import { askPulumi, runPulumi, stackChoice, type StackChoice } from "./stack";

interface Options {
  adapter: string;
  account?: string;
  from?: string;
  extract?: string[];
  dryRun: boolean;
}

/** Adds the commands. */
export function addSecrets(program: Command): void {
  const secrets = program
    .command("secrets")
    .description("give the stack its secrets from a password manager");
  secrets
    .command("fetch")
    .description("set secrets of the stack to what a password manager has")
    .argument(
      "[names...]",
      "the manager's names of them, each NAME or KEY=NAME, where KEY is the stack's name",
    )
    .addOption(
      new Option("-a, --adapter <name>", `the manager: ${adapterNames.join(", ")}`).makeOptionMandatory(),
    )
    .option("--account <name>", "whose account; a profile of aws; USER|SERVICE-ACCOUNT of gcp")
    .option("--from <place>", "the vault, folder or project that stands before each name")
    .option(
      "--extract <names...>",
      "of what was found these alone, each NAME or KEY=NAME: keys of one JSON text, fields of one item",
    )
    .option("--dry-run", "say which values would be set, and set none", false)
    .addHelpText(
      "after",
      [
        "",
        "The manager's own program has to be on the PATH; it may ask for a password. Each value goes by standard input to pulumi config set --secret,",
        "and is printed nowhere. All are read before the first is set; one that the stack has already is left as it is.",
        "DB_PASSWORD becomes dbPassword of the stack, as sextant import names it. Adapters and names are those of kamal secrets fetch:",
        "  sextant secrets fetch --adapter 1password --account acme --from Shop/Production DB_PASSWORD railsMasterKey=RAILS_KEY",
        "  sextant secrets fetch --adapter aws --account production shop/production --extract DB_PASSWORD",
        "  sextant secrets fetch --adapter bitwarden-sm PROJECT-ID/all",
      ].join("\n"),
    )
    .action((names: string[], options: Options, command: Command) => {
      for (const line of fetch(names, options, stackChoice(command))) console.log(line);
    });
}

/** Reads all, then sets what is another one; answers with a line for each name. */
function fetch(names: readonly string[], options: Options, choice: StackChoice): string[] {
  const { account, from, extract = [], dryRun } = options;
  const adapter = adapterOf(options.adapter);
  if (adapter === undefined)
    throw new Error(`secrets: there is no adapter ${options.adapter}; there are ${adapterNames.join(", ")}.`);
  if (account === undefined && adapter.needsAccount?.(process.env) === true)
    throw new Error(`secrets: ${adapter.title} has to be told whose account it is; write --account.`);
  // What is wrong with the stack is found before somebody is asked for a password.
  askPulumi(["config", "--json"], choice);
  const words = names.map(wordOf);
  const wish = { account, from, words: words.map(({ name }) => name) };
  const found = inWords(() => adapter.fetch(running(adapter), wish, process.env));
  const all = chosen(words, found, extract.map(wordOf));
  return all.map((one) => (dryRun ? `${one.key} would be set, from ${one.name}.` : set(one, choice)));
}

/** With the command's name before what an adapter says. */
function inWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`secrets: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Runs the manager's program, without a shell. What it prints is read here, and never repeated. */
function running({ program, title }: Adapter): Run {
  return (words, { env = {}, quiet = false } = {}) => {
    const ran = spawnSync(program, words, {
      env: { ...process.env, ...env },
      encoding: "utf8",
      maxBuffer: 2 ** 26,
      stdio: ["inherit", "pipe", quiet ? "ignore" : "inherit"],
    });
    if (ran.error !== undefined) {
      const missing = (ran.error as NodeJS.ErrnoException).code === "ENOENT";
      throw new Error(
        missing
          ? `${title} is asked by its program ${program}, which is not on the PATH; install it.`
          : `${program} could not be run: ${ran.error.message}`,
      );
    }
    return { ok: ran.status === 0, stdout: ran.stdout };
  };
}

function set({ key, name, value }: Chosen, choice: StackChoice): string {
  if (isSet(key, value, choice)) return `${key} has the value of ${name} already.`;
  // Pulumi takes the line feed off that ends its standard input: one that is the value's own stays so.
  const ran = runPulumi(["config", "set", "--secret", key], choice, { stdin: `${value}\n` });
  if (ran.failed)
    throw new Error(`secrets: ${key} could not be set: ${ran.said || `pulumi ended with ${ran.end}`}`);
  return `${key} is set, from ${name}.`;
}

/** Whether the stack has it so, and as a secret: encrypted again it would be another text in the file. */
function isSet(key: string, value: string, choice: StackChoice): boolean {
  const asked = runPulumi(["config", "get", key, "--json"], choice);
  if (asked.failed) return false;
  const { value: there, secret } = JSON.parse(asked.stdout) as { value?: string; secret?: boolean };
  return secret === true && there === value;
}
