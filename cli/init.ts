/** `sextant init [FOLDER]`: writes the files of a new project, from flags and from what it asks on a terminal. */
import { existsSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { lockOf, wordsOf, type Manager } from "./init/manager";
import { settingsLines, lacking, lockLine, nextCommands, secretCommands } from "./init/next";
import { answersOf, flagOf, type Ask } from "./init/questions";
import { projectFiles, render } from "./init/render";
import { githubProblems, setupOf, type AnswerName, type Answers } from "./init/setup";
import { foundManifest, nearest, otherSettings, pulumiOf, surroundingsOf } from "./init/surroundings";
import { stateProblem, workflowFolder } from "./init/workflow";
import { renderWorkflows } from "./init/workflows";
import { refuseThere, writeNew } from "./init/write";
import { checkDirectory, stackChoice } from "./stack";

interface Flags extends Omit<Answers, "secret"> {
  yes: boolean;
  github: boolean;
  state?: string;
  review?: string;
  secret?: string[];
}

/** Adds the command. */
export function addInit(program: Command): void {
  program
    .command("init")
    .description("write the files of a new project: Pulumi.yaml, a first program and what they need")
    .argument("[folder]", "where to; the current one by default")
    .option("--server <address>", "a server that is there already, reached by SSH")
    .option("--hetzner <type>", "a new server at Hetzner, such as cx23")
    .option("--location <name>", "where at Hetzner (default: fsn1)")
    .option(
      "--ssh-from <network>",
      "who may use SSH on the new server (default: the value sshFrom of the stack)",
    )
    .option("--ssh-key <file>", "the private key (default: the usual one of ~/.ssh, or the agent's)")
    .option(
      "--ssh-user <name>",
      "who logs in on a server that is there: root, or a user with sudo or in the group docker (default: root)",
    )
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
    .option("--redis <version>", "a Redis beside the app (default: none)")
    .option("--worker <command>", "a worker: what runs in a second role, such as bin/jobs (default: none)")
    .option("--secret <variable...>", "variables of the app that are secrets, such as RAILS_MASTER_KEY")
    .option("--name <name>", "the name of app and project (default: the end of the image's name)")
    .option("--github", "write workflows as well: a preview on a pull request, a deploy on a merge", false)
    .option("--state <address>", "where the state is kept, with --github (default: Pulumi's service)")
    .option(
      "--review <stack>",
      "with --github, a stack for each pull request as well, with this one's values",
    )
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
  { yes, secret, github, state, review, ...flags }: Flags,
  { stack = "production", cwd = "." }: { stack?: string; cwd?: string },
): Promise<string[]> {
  checkDirectory(cwd);
  const target = resolve(cwd, folder ?? ".");
  const given = { ...flags, secret: secret?.join(" ") };
  refuse([
    ...(state !== undefined && !github ? ["--state is for the workflows of --github"] : []),
    ...(review !== undefined && !github ? ["--review is for the workflows of --github"] : []),
    ...(github ? [...githubProblems(given), ...workflowProblems({ stack, state, review })] : []),
  ]);
  const { found, ...surroundings } = surroundingsOf(target);
  const { manager } = surroundings;
  const workflows = github ? workflowsOf(target, { stack, state, review }, manager) : {};
  // The workflows alone, where the project is there.
  if (github && existsSync(join(target, "Pulumi.yaml"))) {
    refuse(misplaced(given));
    writeNew(target, workflows);
    return [
      written(workflows),
      ...lockLine(manager, existsSync(join(target, lockOf(manager)))),
      `The runner needs the key for SSH and the servers' host keys as values of the stack: ${wordsOf(manager).exec} sextant docs guide/ci`,
      ...["", "Next:", ...secretCommands({ state }).map((line) => `  ${line}`)],
    ];
  }
  const manifest = foundManifest(target, surroundings);
  const own: readonly string[] = manifest === undefined ? [] : ["package.json"];
  // Before anybody has answered anything.
  refuseThere(target, [
    ...projectFiles.filter((name) => !own.includes(name)),
    ...otherSettings,
    ...Object.keys(workflows),
  ]);
  const answers = await asking(yes, (ask) =>
    answersOf(given, ask, (line) => {
      console.log(line);
    }),
  );
  if (github) refuse(githubProblems(answers));
  const setup = setupOf(answers, github);
  const files = Object.entries(render(setup, surroundings)).filter(([name]) => !own.includes(name));
  const all = { ...Object.fromEntries(files), ...workflows };
  writeNew(target, all);
  const place = {
    folder: relative(process.cwd(), target) || undefined,
    ...{ stack, manifest, installed: found, manager },
    ...(github ? { github: { state } } : {}),
  };
  return [
    written(all),
    ...settingsLines(manager),
    ...(manifest === undefined ? [] : lacking(manifest, surroundings)),
    "",
    "Next, with the tag of an image that is in its registry:",
    ...nextCommands(setup, place).map((line) => `  ${line}`),
    ...(github
      ? ["", `Then commit all of it, with ${lockOf(manager)} and Pulumi.${stack}.yaml, and push it to main.`]
      : []),
  ];
}

const written = (files: Readonly<Record<string, string>>): string =>
  `Written: ${Object.keys(files).join(", ")}.`;

/** @throws Error with a line for each problem, where there is any */
function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.map((problem) => `init: ${problem}.`).join("\n"));
}

/** What the flags say of the workflows. */
interface Wanted {
  stack: string;
  state: string | undefined;
  review: string | undefined;
}

function workflowProblems({ stack, state, review }: Wanted): string[] {
  const problem = state === undefined ? undefined : stateProblem(state);
  const bad = Object.entries({ "--stack": stack, "--review": review }).filter(
    ([, name]) => name !== undefined && !/^[\w./-]+$/.test(name),
  );
  return [
    ...(problem === undefined ? [] : [`--state is ${JSON.stringify(state)}, but ${problem}`]),
    ...bad.map(([flag, name]) => `${flag} is ${JSON.stringify(name)}, but Pulumi has no such names`),
    ...(review === stack
      ? [
          `--review is ${JSON.stringify(review)}, the stack that is deployed on a merge; the stacks of pull requests take the values of another, such as "review"`,
        ]
      : []),
  ];
}

/** Flags of a new project, where it is there already. */
function misplaced(given: Answers): string[] {
  const flags = (Object.keys(given) as AnswerName[]).filter((name) => given[name] !== undefined).map(flagOf);
  return flags.length === 0
    ? []
    : [
        `${flags.join(", ")} ${flags.length === 1 ? "is" : "are"} of a new project, and Pulumi.yaml is there; --github alone writes the workflows`,
      ];
}

/** The workflows, by their paths from the project: they lie at the root of its repository. */
function workflowsOf(
  target: string,
  { stack, state, review }: Wanted,
  manager: Manager,
): Record<string, string> {
  // In none yet, it becomes one.
  const root = nearest(target, ".git") ?? target;
  const folder = relative(root, target).split(sep).join("/");
  const files = renderWorkflows({
    stack,
    pulumi: pulumiOf(target),
    manager,
    ...(folder === "" ? {} : { folder }),
    ...(state === undefined ? {} : { state }),
    ...(review === undefined ? {} : { review }),
  });
  return Object.fromEntries(
    Object.entries<string>({ ...files }).map(([name, text]) => [
      relative(target, join(root, workflowFolder, name)),
      text,
    ]),
  );
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
