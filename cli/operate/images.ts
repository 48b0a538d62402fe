/** `sextant images`: the images of the apps that the hosts have, which can be gone back to without a pull. */
import type { Command } from "commander";
import { sendOk } from "../../provider/docker/api";
import { compare } from "../../provider/core/compare";
import { deployed } from "../deployed";
import { repositoryOf, versionOf } from "../reference";
import { stackChoice } from "../stack";
import { askAll, containersNamed, onHosts, sayProblems } from "./choice";
import { size } from "./prune";
import type { Running } from "./running";
import { table } from "./table";

interface Options {
  app?: string;
  host?: string;
  json: boolean;
}

/** What is read of each of `GET /images/json`. */
export interface Image {
  RepoTags?: string[] | null;
  RepoDigests?: string[] | null;
  Created: number;
  Size?: number;
}

/** An image that a host has. */
export interface Kept {
  readonly version: string;
  /** When it was built, in seconds. */
  readonly built: number;
  /** Its bytes, with the layers that it shares. */
  readonly bytes: number;
}

interface Row extends Kept {
  readonly host: string;
  readonly repository: string;
  /** Whether a container of the stack is of it. */
  readonly runs: boolean;
}

/** Adds the command. */
export function addImages(program: Command): void {
  onHosts(
    program
      .command("images")
      .description("list the images of the apps that the hosts have")
      .option("--app <name>", "of this app alone"),
  )
    .option("--json", "print it as JSON", false)
    .action(async ({ app, host, json }: Options, command: Command) => {
      const stack = deployed(stackChoice(command));
      const { answers, problems } = await containersNamed("images", stack, { app, host }, "roles");
      const hosts = [...new Set(answers.map((each) => each.host))];
      const asked = await askAll(hosts, (one) => imagesOn(answers.filter((each) => each.host === one)));
      const rows = asked.answers.flat();
      console.log(json ? JSON.stringify(rows, null, 2) : render(rows));
      sayProblems([...problems, ...asked.problems]);
    });
}

/** The images of the repositories that a host has containers of. */
async function imagesOn(containers: readonly Running[]): Promise<Row[]> {
  const [first] = containers;
  if (first === undefined) return [];
  const { shell } = first.host;
  const repositories = [...new Set(containers.map(({ image }) => repositoryOf(image)))].sort(compare);
  const filters = encodeURIComponent(JSON.stringify({ reference: repositories }));
  const request = { method: "GET", path: `/images/json?filters=${filters}` } as const;
  const { body } = await sendOk(shell, request, `looking for images of ${repositories.join(", ")}`);
  const used = new Set(
    containers.filter(({ state }) => state === "running").map(({ image }) => releaseOf(image)),
  );
  return repositories.flatMap((repository) =>
    keptOf(repository, body as Image[]).map((kept) => ({
      ...{ host: shell.name, repository },
      ...kept,
      runs: used.has(`${repository} ${kept.version}`),
    })),
  );
}

const releaseOf = (image: string): string =>
  `${repositoryOf(image)} ${image.includes("@") ? image.replace(/^.*@/, "") : versionOf(image)}`;

/** The releases among images, the one that was built last first. */
export function keptOf(repository: string, images: readonly Image[]): Kept[] {
  return images
    .flatMap(({ RepoTags, RepoDigests, Created, Size = 0 }) => {
      const tags = (RepoTags ?? []).filter((tag) => repositoryOf(tag) === repository);
      const digests = (RepoDigests ?? []).filter((digest) => repositoryOf(digest) === repository);
      const named =
        tags.length > 0 ? tags.map(versionOf) : digests.map((digest) => digest.replace(/^.*@/, ""));
      return named.map((version) => ({ version, built: Created, bytes: Size }));
    })
    .sort((a, b) => b.built - a.built);
}

function render(rows: readonly Row[]): string {
  if (rows.length === 0) return "No host has an image of an app of this stack.";
  return table(
    ["HOST", "REPOSITORY", "VERSION", "BUILT (UTC)", "SIZE", ""],
    rows.map(({ host, repository, version, built, bytes, runs }) => [
      ...[host, repository, version],
      new Date(built * 1000).toISOString().replace("T", " ").slice(0, 16),
      ...[size(bytes), runs ? "runs" : ""],
    ]),
  );
}
