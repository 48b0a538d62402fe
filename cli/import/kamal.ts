/** What Kamal has in a folder, as programs and decisions: pure, but for the reader of files that it is given. */
import { deepMerge } from "../../provider/core/deep-merge";
import { lineOf, shown, type Decision, type Weight } from "./decision";
import { mapped } from "./map/map";
import { merged, type Merged, type OfStack } from "./merge";
import { Names } from "./reader";
import { sourcesOf, type Source, type SecretsFile } from "./secrets";
import { isMap, readConfiguration, type RawMap } from "./yaml";

/** Reads what is there; paths are those of the application's folder. */
export interface Folder {
  /** The text of a file; undefined where there is none. */
  read(path: string): string | undefined;
  /** The names in a folder; none where there is no folder. */
  list(path: string): readonly string[];
  kindOf(path: string): "file" | "folder" | "none";
}

/** What is asked for. */
export interface Wish {
  /** The configuration, in the application's folder. @example "config/deploy.yml" */
  readonly file: string;
  /** The destinations; all that there are by default. */
  readonly destinations?: readonly string[];
  /** The stack of a configuration without destinations. */
  readonly stack: string;
  /** The application's folder, as seen from the program's. */
  readonly above: string;
  /** The program's folder, as seen from the application's. @example "infra" */
  readonly inside: string;
  /** Whether the program takes Kamal's place on its own machines. @default false: it begins beside it, or elsewhere */
  readonly takeOver?: boolean;
}

export interface Imported extends Merged {
  /** The stacks, and where the secrets of each are. */
  readonly stacks: readonly {
    readonly stack: string;
    readonly destination?: string;
    readonly sources: ReadonlyMap<string, Source>;
  }[];
}

/** Reads and maps the configuration. @throws Error with one sentence */
export function imported(
  folder: Folder,
  { file, destinations, stack, above, inside, takeOver = false }: Wish,
): Imported {
  const base = readFile(folder, file);
  const names = new Names();
  const all = destinations ?? destinationsOf(folder, file);
  const stacks = all.length === 0 ? [undefined] : all;
  if (all.length === 0 && base.value["require_destination"] === true)
    throw new Error(
      `import: ${file} has require_destination, and there is no ${named(file, "NAME")} beside it; write one, or take the key out.`,
    );
  const one = stacks.map((destination) => {
    const over = destination === undefined ? undefined : readFile(folder, named(file, destination));
    const raw = over === undefined ? base.value : deepMerge(base.value, over.value, isMap);
    const sources = sourcesOf(secretsFiles(folder, raw, destination));
    const { program, decisions } = mapped(raw, {
      ...{ names, sources, destination, above, inside, takeOver },
      hooks: hooksOf(folder, raw),
      kindOf: (path) => folder.kindOf(path),
      read: (path) => folder.read(path),
    });
    const ruby = [...base.statements, ...(over?.statements ?? [])].map(rubyDecision(file));
    return { stack: destination ?? stack, destination, sources, program, decisions: [...ruby, ...decisions] };
  });
  const programs: OfStack[] = one.map(({ stack: name, program }) => ({ stack: name, program }));
  const result = merged(programs, names);
  return {
    ...result,
    decisions: [...together(one.map(({ stack: name, decisions }) => [name, decisions])), ...result.decisions],
    stacks: one.map(({ stack: name, destination, sources }) => ({ stack: name, destination, sources })),
  };
}

function readFile(folder: Folder, file: string): ReturnType<typeof readConfiguration> {
  const text = folder.read(file);
  if (text === undefined)
    throw new Error(`import: there is no ${file}; name Kamal's configuration: sextant import FILE.`);
  return readConfiguration(file, text);
}

const rubyDecision =
  (file: string) =>
  (statement: string): Decision => ({
    key: file,
    weight: "act",
    sentence: `the Ruby statement ${shown("", statement) ?? "in it"} is not run; what stands below it is read as if it were true.`,
  });

/** `config/deploy.yml` as `config/deploy.staging.yml` */
function named(file: string, destination: string): string {
  return file.replace(/(\.ya?ml)?$/, (end) => `.${destination}${end}`);
}

function destinationsOf(folder: Folder, file: string): string[] {
  const [, path = ".", base = file] = /^(?:(.*)\/)?([^/]*)$/.exec(file) ?? [];
  const [, start = "", end = ""] = /^(.*?)(\.ya?ml)?$/.exec(base) ?? [];
  return folder
    .list(path)
    .filter((name) => name.startsWith(`${start}.`) && name.endsWith(end) && name !== base)
    .map((name) => name.slice(start.length + 1, name.length - end.length))
    .filter((name) => /^[\w-]+$/.test(name))
    .sort();
}

/** Kamal's own order: the common file, then that of the destination, or the one without an end. */
function secretsFiles(folder: Folder, raw: RawMap, destination: string | undefined): SecretsFile[] {
  const own = raw["secrets_path"];
  const path = typeof own === "string" ? own : ".kamal/secrets";
  return [`${path}-common`, destination === undefined ? path : `${path}.${destination}`].flatMap((file) => {
    const text = folder.read(file);
    return text === undefined ? [] : [{ file, text }];
  });
}

function hooksOf(folder: Folder, raw: RawMap): string[] {
  const own = raw["hooks_path"];
  const path = typeof own === "string" ? own : ".kamal/hooks";
  return folder
    .list(path)
    .filter((name) => !name.includes("."))
    .sort();
}

/** The decisions of all, each once; one that is not on all of them names the stacks. */
function together(all: readonly [stack: string, decisions: readonly Decision[]][]): Decision[] {
  const found = new Map<string, { decision: Decision; stacks: string[] }>();
  for (const [stack, decisions] of all)
    for (const decision of decisions) {
      const line = lineOf(decision);
      const there = found.get(line) ?? { decision, stacks: [] };
      if (!there.stacks.includes(stack)) there.stacks.push(stack);
      found.set(line, there);
    }
  return [...found.values()].map(({ decision, stacks }) =>
    stacks.length === all.length ? decision : { ...decision, key: `${stacks.join(", ")}: ${decision.key}` },
  );
}

const headings: Readonly<Record<Weight, string>> = {
  act: "To decide or to do before the first pulumi up:",
  differs: "There, and otherwise than under Kamal:",
  none: "Not there:",
};

/** The decisions as lines, by what they ask for. */
export function decisionLines(decisions: readonly Decision[]): string[] {
  return (["act", "differs", "none"] as const).flatMap((weight) => {
    const lines = decisions.filter((one) => one.weight === weight).map((one) => `  - ${lineOf(one)}`);
    return lines.length === 0 ? [] : [headings[weight], ...lines, ""];
  });
}
