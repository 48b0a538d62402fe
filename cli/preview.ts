/** `sextant preview`: what `pulumi preview` would change, as Markdown for whoever reviews it. */
import { existsSync, readFileSync } from "node:fs";
import { InvalidArgumentError, type Command } from "commander";
import { isSecretName } from "../provider/core/secret-name";
import { withConfigCopy } from "./config-copy";
import { commitsBetween } from "./preview/commits";
import { readDigest } from "./preview/digest";
import type { Preview } from "./preview/findings";
import { previewOf, rangesOf } from "./preview/model";
import { render } from "./preview/render";
import { onTerminal } from "./preview/terminal";
import { runPulumi, stackChoice, type Ran, type StackChoice } from "./stack";

interface Options {
  from?: string;
  config?: string[];
  json: boolean;
}

/** Adds the command. */
export function addPreview(program: Command): void {
  program
    .command("preview")
    .description("say what pulumi preview would change, as Markdown for a pull request")
    .option("--from <file>", "read what pulumi preview --json has printed; - is standard input")
    .option(
      "-c, --config <key=value...>",
      "values of the configuration for this preview alone, such as version=v2",
      pairs,
    )
    .option("--json", "print it as JSON", false)
    .addHelpText("after", "\nEnds with 0, also where nothing changes, and with 1 where the preview fails.")
    .action((options: Options, command: Command) => {
      const preview = look(options, stackChoice(command));
      const page = (): string => render(preview).trimEnd();
      const shown = (): string => (process.stdout.isTTY ? onTerminal(page()) : page());
      console.log(options.json ? JSON.stringify(preview, null, 2) : shown());
      if (preview.failed) process.exitCode = 1;
    });
}

/** Values of the configuration, one after the other. */
function pairs(text: string, before: readonly string[] = []): string[] {
  if (!/^[^=]+=/.test(text)) throw new InvalidArgumentError("It is a key and a value, such as version=v2.");
  return [...before, text];
}

function look({ from, config }: Options, choice: StackChoice): Preview {
  if (from !== undefined && (config !== undefined || choice.stack !== undefined))
    throw new Error(
      "preview: --from is a preview that was made already; --stack and --config are of a new one.",
    );
  const secrets = secretsIn(process.env);
  const preview =
    from === undefined ? run(choice, config ?? [], secrets) : previewOf(readDigest(read(from), secrets));
  return { ...preview, commits: commitsBetween(rangesOf(preview), choice.cwd) };
}

function read(file: string): string {
  if (file !== "-" && !existsSync(file)) throw new Error(`preview: there is no file ${file}; see --from.`);
  return readFileSync(file === "-" ? 0 : file, "utf8");
}

/** Runs Pulumi, which says on standard error what is no part of the preview. */
function run(choice: StackChoice, config: readonly string[], secrets: readonly string[]): Preview {
  // With this one it prints events, and no document.
  const { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: _, ...env } = process.env;
  const ask = (file?: string): Ran => runPulumi(["preview", "--json"], choice, { env, config, file });
  const { failed, stdout, said, end } = config.length === 0 ? ask() : withConfigCopy(choice, ask);
  const failure = said === "" ? `pulumi preview ended with ${end}` : said;
  // Where it did not come so far as to begin, it prints no document at all.
  if (failed && !/^\{/m.test(stdout)) return failedEarly(failure, secrets);
  const digest = readDigest(stdout, secrets);
  const isSaid = digest.said.some(({ severity }) => severity === "error");
  return previewOf(digest, failed && !isSaid ? failure : undefined);
}

function failedEarly(failure: string, secrets: readonly string[]): Preview {
  const said = { diagnostics: [{ severity: "error", message: failure }] };
  return previewOf(readDigest(JSON.stringify(said), secrets));
}

/** The texts of secrets in an environment, by the names of their variables: a comment is not masked as a log is. */
export function secretsIn(environment: NodeJS.ProcessEnv): string[] {
  return Object.entries(environment).flatMap(([name, value = ""]) => (isSecretName(name) ? [value] : []));
}
