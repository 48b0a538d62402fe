/** `sextant build`: an image of the stack, of the files as they lie there, for this machine: nothing is pushed, and the stack stays as it is. */
import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { parse } from "yaml";
import { projectAbove } from "./config-copy";
import { repositoryOf } from "./reference";
import { exportStack, stackChoice } from "./stack";
import { plain, resourcesOf } from "./state";

interface Options {
  output: string;
  cache: boolean;
}

/** What the state has of a build, with its secrets in clear. */
export interface Build {
  readonly name: string;
  readonly repository: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly ssh: readonly { readonly id: string; readonly paths?: readonly string[] }[];
}

/** The tag, which no release has. */
const tag = "dirty";

/** Adds the command. */
export function addBuild(program: Command): void {
  program
    .command("build")
    .argument("[image]", "the name of the Image, where the stack has several")
    .description(
      "build an image of the files as they lie there, for Docker on this machine, and push nothing",
    )
    .option("--output <type>", "where it goes, as docker buildx build has it", "docker")
    .option("--no-cache", "build each step anew")
    .addHelpText(
      "after",
      `\nIt has the arguments and secrets of the last pulumi up, and the tag ${tag}. --output local,dest=out writes its files into a folder.`,
    )
    .action(async (image: string | undefined, options: Options, command: Command) => {
      const choice = stackChoice(command);
      const build = buildNamed(buildsOf(exportStack(choice, true)), image);
      const { words, env } = buildCall(build, options);
      process.exitCode = await runDocker(words, env, programDirectory(resolve(choice.cwd ?? ".")));
    });
}

/** The builds of a stack. */
export function buildsOf(state: unknown): Build[] {
  const all = resourcesOf<{ type: string; urn: string; delete?: boolean; inputs?: Record<string, unknown> }>(
    state,
  );
  return all.flatMap(({ type, urn, delete: goes, inputs = {} }) => {
    if (type !== "docker-build:index:Image" || goes === true) return [];
    const { tags, context, dockerfile, target, buildArgs, secrets, ssh } = inputs;
    const [first = ""] = plain(tags ?? []) as string[];
    return [
      {
        name: urn.split("::").at(-1) ?? "",
        repository: repositoryOf(first),
        context: (plain(context) as { location: string }).location,
        dockerfile: (plain(dockerfile) as { location: string }).location,
        ...(target === undefined || target === "" ? {} : { target: String(plain(target)) }),
        args: valuesOf(buildArgs),
        secrets: valuesOf(secrets),
        ssh: (plain(ssh) ?? []) as Build["ssh"],
      },
    ];
  });
}

function valuesOf(given: unknown): Record<string, string> {
  const all = Object.entries((plain(given) ?? {}) as Record<string, unknown>);
  return Object.fromEntries(all.map(([name, value]) => [name, String(plain(value))]));
}

/** @throws Error where there is none of a name, or several and no name */
export function buildNamed(builds: readonly Build[], name: string | undefined): Build {
  const found = builds.filter((build) => name === undefined || build.name === name);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (builds.length === 0)
    throw new Error("build: this stack has no Image yet: pulumi up builds those of the program.");
  const names = builds.map((build) => build.name).join(", ");
  throw new Error(
    name === undefined
      ? `build: which Image is meant: ${names}? Write its name behind the command.`
      : `build: this stack has no Image ${name}; it has ${names}.`,
  );
}

/** The words for Docker; secrets are in its environment alone. */
export function buildCall(
  build: Build,
  { output, cache }: Options,
): { words: string[]; env: Record<string, string> } {
  const secrets = Object.entries(build.secrets).map(([id, value], at) => ({
    variable: `SEXTANT_BUILD_SECRET_${at}`,
    id,
    value,
  }));
  // What is said of an image beside it goes to a registry.
  const args = Object.entries(build.args).filter(([name]) => !name.startsWith("BUILDKIT_ATTEST_"));
  const words = [
    ...["buildx", "build", "--file", build.dockerfile, "--tag", `${build.repository}:${tag}`],
    ...["--output", output.startsWith("type=") ? output : `type=${output}`],
    ...(build.target === undefined ? [] : ["--target", build.target]),
    ...args.flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    ...secrets.flatMap(({ id, variable }) => ["--secret", `id=${id},env=${variable}`]),
    ...build.ssh.flatMap(({ id, paths = [] }) => [
      "--ssh",
      paths.length === 0 ? id : `${id}=${paths.join(",")}`,
    ]),
    ...(cache ? [] : ["--no-cache"]),
    build.context,
  ];
  return { words, env: Object.fromEntries(secrets.map(({ variable, value }) => [variable, value])) };
}

/** Where a program's paths begin: its `main`, or the folder that has it (pulumi v3 sdk/go/common/workspace/project.go). */
function programDirectory(cwd: string): string {
  const project = projectAbove(cwd);
  if (project === undefined) return cwd;
  const { main } = (parse(readFileSync(project, "utf8")) ?? {}) as { main?: string };
  const start = join(dirname(project), main ?? "");
  return statSync(start).isDirectory() ? start : dirname(start);
}

/** Answers with its exit code. @throws Error with one sentence where Docker is not there */
function runDocker(words: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<number> {
  return new Promise((done, reject) => {
    const child = spawn("docker", words, { cwd, env: { ...process.env, ...env }, stdio: "inherit" });
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "ENOENT"
          ? new Error("build: the docker program is not on the PATH; install Docker with buildx.")
          : error,
      );
    });
    child.once("close", (code) => {
      done(code ?? 1);
    });
  });
}
