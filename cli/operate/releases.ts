/** `sextant rollback [VERSION]` and `restart`: releases by `pulumi up`, so that the state and the hosts say the same. */
import { spawnSync } from "node:child_process";
import { InvalidArgumentError, type Command } from "commander";
import { sendOk } from "../../provider/docker/api";
import type { CleanUpInputs } from "../../provider/release/clean-up";
import { deployed, type Deployed } from "../deployed";
import { resourcesOf } from "../state";
import { repositoryOf, versionOf } from "../reference";
import { checkDirectory, pulumiMissing, runPulumi, stackChoice, type StackChoice } from "../stack";
import {
  choosing,
  containersNamed,
  current,
  hostsOfChoice,
  hostsWith,
  ofOneApp,
  partsNamed,
  sayProblems,
  type Choice,
} from "./choice";
import { keptOf, type Image, type Kept } from "./images";
import { refuseLocked } from "./lock";
import { versionsOf, type Part } from "./parts";
import type { Running } from "./running";
import { table } from "./table";
import { stackOf } from "./who";

interface Options extends Choice {
  key: string;
  yes: boolean;
}

interface ListOptions extends Options {
  json: boolean;
}

/** Adds the commands. */
export function addReleases(program: Command): void {
  program
    .command("rollback")
    .description("deploy a release that the hosts still have; without a version, list them")
    .argument("[version]", "the release", tag)
    .option("--app <name>", "of this app")
    .option("--key <name>", "the configuration's name for the version", "version")
    .option("-y, --yes", "without a question", false)
    .option("--json", "print the list as JSON", false)
    .action(async (version: string | undefined, options: ListOptions, command: Command) => {
      const choice = stackChoice(command);
      if (version === undefined) return list(deployed(choice), options);
      if (options.app !== undefined)
        throw new Error(
          `rollback: ${options.key} is a value of the whole stack, and --app is for the list alone; name the app's own by --key.`,
        );
      if (options.json)
        throw new Error(
          "rollback: --json is for the list, and a version is deployed; pulumi up has --json of its own.",
        );
      const stack = deployed(choice);
      await refuseLocked("rollback", stack);
      up(choice, ["--config", `${options.key}=${version}`], options.yes);
      if (process.exitCode === 0) console.log(lastingBy(options.key, version, stackOf(stack.state)));
    })
    .addHelpText(
      "after",
      "\nIt is pulumi up --config version=VERSION, which keeps the version in the stack's file here: commit that file. A pulumi up elsewhere, as in CI, releases what the file there says. The data is not gone back with: what migrations have changed stays.",
    );
  choosing(
    program
      .command("restart")
      .description("start the containers of a role or an accessory anew; those with a route lose no request"),
  )
    .option("--key <name>", "the configuration's name for the version", "version")
    .option("-y, --yes", "without a question", false)
    .action(async (options: Options, command: Command) => {
      const choice = stackChoice(command);
      if (options.proxy === true)
        throw new Error("restart: the proxies have a command of their own: sextant proxy restart.");
      const stack = deployed(choice);
      const parts = partsNamed("restart", stack, options, "always");
      const hosts = hostsWith("restart", stack, parts, hostsOfChoice(parts, options));
      const names = new Set(hosts.map(({ shell }) => shell.name));
      const meant = parts.flatMap(({ containers }) => containers.filter(({ host }) => names.has(host)));
      if (meant.length === 0)
        throw new Error(
          `restart: ${parts.map(({ name }) => name).join(", ")} is not on ${options.host ?? ""}; sextant ps lists what is where.`,
        );
      refuseKamals(parts, names);
      refuseOther(choice, options.key, versionsOf(stack.state));
      await refuseLocked("restart", stack);
      up(
        choice,
        meant.flatMap(({ urn }) => ["--replace", urn]),
        options.yes,
      );
    });
}

/** What undoes a rollback, where nobody thinks of it. @param stack as `project/stack` */
export function lastingBy(key: string, version: string, stack: string): string {
  return `${key} is ${version} in Pulumi.${stack.split("/").at(-1) ?? ""}.yaml here by now: commit that file, or the next pulumi up elsewhere, as in CI, releases what the file there says.`;
}

function tag(text: string): string {
  if (!/^(\w[\w.-]{0,127}|sha256:[0-9a-f]{64})$/.test(text))
    throw new InvalidArgumentError("It is a tag, or a digest (sha256:…).");
  return text;
}

/**
 * An accessory that is Kamal's container still is taken up again by whatever makes it anew, and would not have been restarted.
 *
 * @throws Error with the way that restarts it
 */
export function refuseKamals(parts: readonly Part[], hosts: ReadonlySet<string>): void {
  for (const { name, containers, stopSeconds } of parts)
    for (const { host, kamals } of containers)
      if (kamals !== undefined && hosts.has(host))
        throw new Error(
          `restart: ${name} on ${host} is Kamal's container ${kamals} still, which no update restarts; sextant run --host ${host} docker restart -t ${stopSeconds} ${kamals} does.`,
        );
}

/** It is no release: where another clone has deployed since, this one would go back to what it knows. */
function refuseOther(choice: StackChoice, key: string, serving: readonly string[]): void {
  const asked = runPulumi(["config", "get", key], choice);
  const here = asked.stdout.trim();
  // Without such a key the program says the version itself.
  if (asked.failed || serving.length === 0 || serving.includes(here)) return;
  throw new Error(
    `restart: ${serving.join(", ")} serves, and ${key} is ${here} in the configuration here: it would be deployed; pull what was deployed, or set it by pulumi config set ${key} ${serving[0] ?? ""}.`,
  );
}

/** Says which releases the first host of the app has, and which of them runs. */
async function list(stack: Deployed, { app, json }: ListOptions): Promise<void> {
  const choice = app === undefined ? {} : { app };
  const { answers, problems } = await containersNamed("rollback", stack, choice, listedBy(stack, choice));
  const first = firstOf(answers, repositoriesIn(stack));
  sayProblems(problems);
  if (first === undefined)
    throw new Error("rollback: no container of the app is there; sextant ps lists what is.");
  const repository = repositoryOf(first.image);
  const filters = encodeURIComponent(JSON.stringify({ reference: [repository] }));
  const request = { method: "GET", path: `/images/json?filters=${filters}` } as const;
  const { body } = await sendOk(first.host.shell, request, `looking for images of ${repository}`);
  const rows = releasesOf(keptOf(repository, body as Image[]), first);
  console.log(json ? JSON.stringify(rows, null, 2) : render(rows, first.host.shell.name));
}

/** Which roles tell the release of an app: those that run all the time, or where it has none, those with a schedule. */
export function listedBy(stack: Deployed, choice: Choice): "always" | "roles" {
  const parts = partsNamed("rollback", stack, choice, "roles");
  ofOneApp("rollback", parts);
  return parts.some(({ kind }) => kind === "role") ? "always" : "roles";
}

/** The repositories of the apps' own images, by which releases are named: a role may have another image beside it. */
export function repositoriesIn({ state }: Pick<Deployed, "state">): Set<string> {
  const cleanUps = resourcesOf<{ type: string; inputs?: Pick<CleanUpInputs, "repository"> }>(state);
  return new Set(
    cleanUps.flatMap(({ type, inputs }) =>
      type === "sextant:index:CleanUp" && inputs !== undefined ? [inputs.repository] : [],
    ),
  );
}

/**
 * The container whose image is the release's: of a role with a schedule the one that waits for the next run, which is the newest.
 * @param repositories those of the apps' own images
 */
export function firstOf(
  containers: readonly Running[],
  repositories: ReadonlySet<string>,
): Running | undefined {
  const own = containers.filter(({ image }) => repositories.has(repositoryOf(image)));
  const some = own.length === 0 ? containers : own;
  const [newest] = some;
  return newest?.kind === "job" ? newest : current(some)[0];
}

/** A release that a host has. */
export interface Release extends Kept {
  readonly host: string;
  /** Whether it is the one that runs. */
  readonly runs: boolean;
}

/** The releases of an app, by what its container runs. */
export function releasesOf(
  kept: readonly Kept[],
  { image, host }: { image: string; host: Pick<Running["host"], "shell"> },
): Release[] {
  const running = image.includes("@") ? image.replace(/^.*@/, "") : versionOf(image);
  return kept.map((one) => ({ host: host.shell.name, ...one, runs: one.version === running }));
}

function render(releases: readonly Release[], host: string): string {
  const rows = releases.map(({ version, built, runs }) => [
    version,
    new Date(built * 1000).toISOString().replace("T", " ").slice(0, 16),
    runs ? "runs" : "",
  ]);
  return [
    `${host} has these releases; sextant rollback VERSION deploys one of them, or any other that the registry has:`,
    table(["VERSION", "BUILT (UTC)", ""], rows),
  ].join("\n");
}

/** Runs `pulumi up` as if it had been typed; its exit code is this command's. */
function up({ stack, cwd }: StackChoice, words: readonly string[], yes: boolean): void {
  const all = ["up", ...(stack === undefined ? [] : ["--stack", stack]), ...(yes ? ["--yes"] : []), ...words];
  checkDirectory(cwd);
  const ran = spawnSync("pulumi", all, { cwd, stdio: "inherit" });
  if (ran.error !== undefined) throw pulumiMissing(ran.error);
  process.exitCode = ran.status ?? 1;
}
