/** `sextant prune`: what the clean-up after a release takes away, between releases. */
import { InvalidArgumentError, type Command } from "commander";
import { cleanUpCall, type CleanUpInputs, type CleanUpPlace } from "../../provider/release/clean-up";
import { runCall } from "../../provider/release/step";
import { seconds } from "../../provider/core/units";
import { deployed, hostsNamed, type Deployed } from "../deployed";
import type { DeployedHost } from "../hosts";
import { stackChoice } from "../stack";
import { plain, resourcesOf } from "../state";
import { askAll, onHosts, sayProblems } from "./choice";
import { refuseLocked } from "./lock";
import { noted } from "./note";

interface Options {
  app?: string;
  host?: string;
  keep?: number;
  dryRun: boolean;
  json: boolean;
}

/** What goes from a host. */
export interface Gone {
  readonly what: "container" | "image" | "assets";
  readonly name: string;
  readonly bytes: number;
}

/** What is cleaned up on a host for a role. */
export interface Pruned {
  readonly host: string;
  readonly inputs: Omit<CleanUpInputs, "places">;
  readonly place: CleanUpPlace;
}

/** Seconds for removing, over the time that a switch may take. */
const removing = 300;

/** Adds the command. */
export function addPrune(program: Command): void {
  onHosts(
    program
      .command("prune")
      .description(
        "remove old images, stopped containers of failed releases and old assets, as each release does",
      ),
  )
    .option("--app <name>", "of this app alone")
    .option(
      "--keep <number>",
      "so many images of an app stay on each host; by default its retainImages",
      count,
    )
    .option("--dry-run", "say what would go, and remove nothing", false)
    .option("--json", "print what goes as JSON", false)
    .addHelpText(
      "after",
      "\nWhat runs stays, what was made within the hour, what a release is about to use, and all data: volumes, databases, whatever a program mounts.",
    )
    .action(async (options: Options, command: Command) => {
      const stack = deployed(stackChoice(command));
      const hosts = hostsNamed("prune", stack.hosts, options.host);
      const wanted = prunedOf(stack, options);
      if (!options.dryRun) {
        await refuseLocked("prune", stack);
        await noted(stack, "prune", hosts, options.app);
      }
      const { answers, problems } = await askAll(hosts, async (host) => {
        const gone: Gone[] = [];
        // One after the other: roles of an app have images in common.
        for (const each of wanted.filter(({ host: name }) => name === host.shell.name))
          gone.push(...(await prune(host, each, options.dryRun)));
        return { host: host.shell.name, gone };
      });
      if (options.json) console.log(JSON.stringify(goneRows(answers, options.dryRun), null, 2));
      else
        for (const { host, gone } of answers)
          for (const line of render(host, gone, options.dryRun)) console.log(line);
      sayProblems(problems);
    });
}

function count(text: string): number {
  if (!/^[1-9]\d?$|^100$/.test(text)) throw new InvalidArgumentError("It is a whole number from 1 to 100.");
  return Number(text);
}

async function prune(host: DeployedHost, { inputs, place }: Pruned, look: boolean): Promise<Gone[]> {
  // As a release has noted that it is about to use an image, that note stays.
  const { verb, words } = cleanUpCall(inputs, place);
  const call = { verb, words: [...words.filter((word) => !word.startsWith("for=")), look ? "look" : "hand"] };
  return goneIn(await runCall(host.shell, call, seconds(place.wait) + removing, place.role));
}

/** What the clean-ups of the stack's apps are about. */
export function prunedOf(
  { state }: Pick<Deployed, "state">,
  { app, keep }: Pick<Options, "app" | "keep">,
): Pruned[] {
  const all = resourcesOf<{ type: string; inputs?: CleanUpInputs }>(state).flatMap(({ type, inputs }) =>
    type === "sextant:index:CleanUp" && inputs !== undefined ? [inputs] : [],
  );
  const nameOf = ({ owner }: CleanUpInputs): string => owner.split("/").at(-1) ?? "";
  const some = all.filter((one) => app === undefined || nameOf(one) === app);
  if (some.length === 0) {
    const there = all.length === 0 ? "none" : all.map(nameOf).join(", ");
    throw new Error(`prune: this stack has no app${app === undefined ? "" : ` ${app}`}; it has ${there}.`);
  }
  return some.flatMap(({ places, ...inputs }) =>
    places.map((place) => {
      const shell = plain(place.shell) as CleanUpPlace["shell"];
      return {
        host: shell.name,
        inputs: { ...inputs, retainImages: keep ?? inputs.retainImages },
        place: { ...place, shell },
      };
    }),
  );
}

/** What the verb printed: a line each, and others that are no such lines. */
export function goneIn(printed: string): Gone[] {
  return [...printed.matchAll(/^(container|image|assets) (\S+) (\d+)$/gm)].map(
    ([, what = "image", name = "", bytes = "0"]) => ({
      what: what as Gone["what"],
      name,
      bytes: Number(bytes),
    }),
  );
}

/** What is said of all hosts as JSON: a row for each thing that goes, or would go. */
export const goneRows = (answers: readonly { host: string; gone: readonly Gone[] }[], look: boolean) =>
  answers.flatMap(({ host, gone }) => gone.map((one) => ({ host, ...one, removed: !look })));

/** The lines for a host. */
export function render(host: string, gone: readonly Gone[], look: boolean): string[] {
  if (gone.length === 0) return [`${host}: there is nothing to remove.`];
  const words = {
    container: "the container",
    image: "the image",
    assets: "the assets of the release",
  } as const;
  const lines = gone.map(
    ({ what, name, bytes }) =>
      `${host}: ${words[what]} ${name} ${look ? "would go" : "is removed"}${bytes === 0 ? "" : ` (${size(bytes)})`}.`,
  );
  const sum = gone.reduce((all, { bytes }) => all + bytes, 0);
  return [
    ...lines,
    `${host}: up to ${size(sum)} ${look ? "would be" : "are"} free by that; layers that other images have are counted, too.`,
  ];
}

/** `1.2 GB`: decimal, as Docker has them. */
export function size(bytes: number): string {
  const names = ["B", "kB", "MB", "GB", "TB"];
  const at = Math.min(names.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** at;
  return `${at === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${names[at] ?? ""}`;
}
