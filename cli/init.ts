/** `sextant init [FOLDER]`: writes the files of a new project, from flags and from what it asks on a terminal. */
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { lacking, nextCommands } from "./init/next";
import { answersOf, type Ask } from "./init/questions";
import { projectFiles, render } from "./init/render";
import { setupOf, type Answers } from "./init/setup";
import { foundManifest, otherSettings, surroundingsOf } from "./init/surroundings";
import { refuseThere, writeNew } from "./init/write";
import { stackChoice } from "./stack";

interface Flags extends Omit<Answers, "secret"> {
  yes: boolean;
  secret?: string[];
}

/** Adds the command. */
export function addInit(program: Command): void {
  program
    .command("init")
    .description("write the files of a new project: Pulumi.yaml, a first program and what they need")
    .argument("[folder]", "where to; the current one by default")
    .option("--server <address>", "a server that is there already, reached by SSH as root")
    .option("--hetzner <type>", "a new server at Hetzner, such as cx23")
    .option("--location <name>", "where at Hetzner (default: fsn1)")
    .option(
      "--ssh-from <network>",
      "who may use SSH on the new server (default: the value sshFrom of the stack)",
    )
    .option("--ssh-key <file>", "the private key (default: the usual one of ~/.ssh, or the agent's)")
    .option("--ssh-port <port>", "the port that sshd listens on (default: 22)")
    .option(
      "--host-key <key>",
      "the key that the server has to answer with (default: the first one that is seen)",
    )
    .option("--image <name>", "the app's image, without its tag")
    .option("--registry-user <name>", "who logs in to the image's registry (default: nobody)")
    .option("--host <name>", "the host name that the app answers to")
    .option("--port <port>", "the port that the app listens on in its container (default: 3000)")
    .option("--postgres <version>", "a PostgreSQL beside the app (default: none)")
    .option("--secret <variable...>", "variables of the app that are secrets, such as RAILS_MASTER_KEY")
    .option("--name <name>", "the name of app and project (default: the end of the image's name)")
    .option("-y, --yes", "ask nothing, and take the defaults", false)
    .action(async (folder: string | undefined, flags: Flags, command: Command) => {
      const choice = stackChoice(command);
      const lines = await init(folder, flags, choice);
      for (const line of lines) console.log(line);
    });
}

/** Writes the files; answers with the lines that say what comes next. */
async function init(
  folder: string | undefined,
  { yes, secret, ...flags }: Flags,
  { stack = "production", cwd = "." }: { stack?: string; cwd?: string },
): Promise<string[]> {
  if (!existsSync(cwd)) throw new Error(`There is no directory ${cwd}; see -C.`);
  const target = resolve(cwd, folder ?? ".");
  const { found, ...surroundings } = surroundingsOf(target);
  const manifest = foundManifest(target, surroundings.modules);
  const own: readonly string[] = manifest === undefined ? [] : ["package.json"];
  // Before anybody has answered anything.
  refuseThere(target, [...projectFiles.filter((name) => !own.includes(name)), ...otherSettings]);
  const answers = await asking(yes, (ask) =>
    answersOf({ ...flags, secret: secret?.join(" ") }, ask, (line) => {
      console.log(line);
    }),
  );
  const setup = setupOf(answers);
  const files = Object.entries(render(setup, surroundings)).filter(([name]) => !own.includes(name));
  const written = Object.fromEntries(files);
  writeNew(target, written);
  const place = {
    folder: relative(process.cwd(), target) || undefined,
    ...{ stack, manifest, installed: found },
  };
  return [
    `Written: ${Object.keys(written).join(", ")}.`,
    ...(manifest === undefined ? [] : lacking(manifest, surroundings)),
    "",
    "Next, with the tag of an image that is in its registry:",
    ...nextCommands(setup, place).map((line) => `  ${line}`),
  ];
}

/** Runs with somebody who can be asked, where there is a terminal and it was not refused. */
async function asking<T>(yes: boolean, work: (ask: Ask | undefined) => Promise<T>): Promise<T> {
  if (yes || !process.stdin.isTTY || !process.stdout.isTTY) return work(undefined);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const ended = new Error("init: the questions were ended; nothing is written.");
  const closed = new Promise<never>((_, reject) => {
    terminal.once("close", () => {
      reject(ended);
    });
  });
  const ask: Ask = async (question) => {
    try {
      return await terminal.question(question);
    } catch (cause) {
      // Ctrl-C, in words of Node's that differ from version to version.
      throw Object.assign(ended, { cause });
    }
  };
  try {
    return await Promise.race([work(ask), closed]);
  } finally {
    terminal.close();
  }
}
