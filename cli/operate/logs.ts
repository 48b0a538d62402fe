/** `sextant logs`: the logs of containers on all hosts as one, by time; also while they are written. */
import { setTimeout as sleep } from "node:timers/promises";
import { InvalidArgumentError, Option, type Command } from "commander";
import { quote } from "../../provider/host/scripts";
import { streamOverSsh } from "../../provider/ssh/stream";
import { isNamedBy } from "../host-pattern";
import { deployed, type Deployed } from "../deployed";
import { stackChoice } from "../stack";
import {
  askAll,
  choosing,
  containersNamed,
  current,
  messageOf,
  placeOf,
  sayProblems,
  servedOf,
  type Choice,
} from "./choice";
import { grepOf } from "./grep";
import { byTime, logLine, prefix, sortable, widestOf, type LogLine } from "./log-lines";
import type { Running } from "./running";

interface Options extends Choice {
  follow: boolean;
  since?: string;
  lines?: string;
  grep?: string;
  grepOptions?: string;
  containerId?: string;
  timestamps: boolean;
  json: boolean;
}

/** Lines of each container, where neither these nor a time are named. */
const usualLines = "100";
/** How often it looks for new containers while it follows. */
const lookMs = 3000;

/** Adds the command. */
export function addLogs(program: Command): void {
  choosing(program.command("logs").description("print the logs of all hosts as one, by time"))
    .option("-f, --follow", "go on, also with the containers of the next release, until Ctrl-C", false)
    .option("--since <time>", "from then on: 30m, 2h, or 2026-01-31T09:00:00", aTime)
    .option("-n, --lines <number>", `so many of each container; ${usualLines} without --since`, counted)
    .option("-g, --grep <pattern>", "lines that match this regular expression alone")
    .option(
      "--grep-options <options>",
      "with these options of grep, such as '-i -C 3': -i, -v, -w, -x, -F, -A, -B, -C",
    )
    .addOption(
      new Option(
        "--container-id <id>",
        "of one container alone, also one that has ended: its name, or how its id begins",
      ).conflicts(["app", "role", "accessory", "proxy"]),
    )
    .option("-t, --timestamps", "with the time of each line", false)
    .option("--json", "a line of JSON for each line", false)
    .addHelpText(
      "after",
      "\nThe roles of the apps without a choice; of each the container that runs, or the last one that did.",
    )
    .action(async (options: Options, command: Command) => {
      const stack = deployed(stackChoice(command));
      const find = async (): Promise<{ answers: Running[]; problems: readonly string[] }> => {
        const { containerId } = options;
        if (containerId !== undefined) {
          const { answers, problems } = await containersNamed("logs", stack, options, "everything");
          return { answers: identified(answers, containerId, problems), problems };
        }
        const { answers, problems } = await containersNamed("logs", stack, options, "roles");
        return { answers: current(answers, await servedOf(answers)), problems };
      };
      const { answers, problems } = await find();
      if (answers.length === 0 && problems.length === 0)
        throw new Error(`logs: no container of it is there; sextant ps lists what is.`);
      const print = printer(options, placesOf(stack, answers, options));
      const past = await askAll(answers, (each) => linesOf(each, options));
      const lines = byTime(past.answers.flat());
      for (const line of lines) print(line);
      sayProblems([...problems, ...past.problems]);
      if (options.follow) await follow(answers, lines, options, find, print);
    });
}

/** What `docker logs --since` takes: a duration of Go, a day with or without a time and a zone, or seconds since 1970 (moby api/types/time). */
export function aTime(text: string): string {
  const forms = [
    /^-?((\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$/,
    /^\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d(\.\d+)?)?)?)?(Z|[+-]\d\d:\d\d)?$/,
    /^\d+(\.\d+)?$/,
  ];
  if (!forms.some((form) => form.test(text)))
    throw new InvalidArgumentError("It is a time such as 30m, 24h, 2026-01-31 or 2026-01-31T09:00:00.");
  return text;
}

function counted(text: string): string {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It is a number of lines, such as 500.");
  return text;
}

/** Where lines may come from, for their width: while it follows, others of the same parts may come. */
function placesOf(
  { parts }: Deployed,
  containers: readonly Running[],
  { host: only, primary = false, containerId }: Options,
): { host: string; part: string }[] {
  if (primary || containerId !== undefined)
    return containers.map(({ host, part }) => ({ host: host.shell.name, part }));
  const shown = new Set(containers.map(({ part }) => part));
  return parts
    .filter(({ name }) => shown.has(name))
    .flatMap(({ name, hosts }) => hosts.filter(isNamedBy(only)).map((host) => ({ host, part: name })));
}

function printer(
  { grep, grepOptions, timestamps, json }: Options,
  places: readonly { host: string; part: string }[],
): (line: LogLine) => void {
  const shown = grepOf(grep, grepOptions);
  const widest = widestOf(places);
  const print = (line: LogLine): void => {
    const time = timestamps ? `${line.time} ` : "";
    const before = places.length > 1 ? prefix(line, widest) : "";
    console.log(json ? JSON.stringify(line) : `${before}${time}${line.text}`);
  };
  return (line) => {
    for (const each of shown(line)) print(each);
  };
}

/** The one of a name or an id. @throws Error where it is none of the stack's, or several */
export function identified(
  containers: readonly Running[],
  wanted: string,
  problems: readonly string[],
): Running[] {
  const found = containers.filter(({ name, id }) => name === wanted || id.startsWith(wanted));
  if (found.length > 1)
    throw new Error(
      `logs: ${wanted} is how the ids of ${found.map(({ name }) => name).join(" and ")} begin; write more of it.`,
    );
  if (found.length === 0 && problems.length === 0)
    throw new Error(
      `logs: no container of this stack is called ${wanted} or has such an id; sextant ps lists what is there.`,
    );
  return found;
}

const source = ({ host, part, name }: Running): Omit<LogLine, "time" | "text"> => ({
  host: host.shell.name,
  part,
  container: name,
});

/** What Docker is asked for: both streams of a container, with the times. */
function docker(name: string, words: readonly string[]): string {
  return `docker logs --timestamps ${words.map(quote).join(" ")} ${quote(name)} 2>&1`;
}

async function linesOf(container: Running, options: Options): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  const code = await streamOverSsh(container.host.shell, docker(container.name, pastWords(options)), {
    out: (printed) => {
      // What has no time goes with the line before it.
      const line = logLine(source(container), printed);
      lines.push(line.time === "" ? { ...line, time: lines.at(-1)?.time ?? "" } : line);
    },
    err: sayOf(container),
  });
  if (code === 0) return lines;
  const { shell } = container.host;
  throw new Error(
    `${shell.name}: the log of ${container.name} could not be read: ${lines.at(-1)?.text ?? code}`,
  );
}

/** What ssh says by itself is no line of the log: Docker's own errors come with the log. */
const sayOf =
  ({ host, name }: Running) =>
  (text: string): void => {
    if (text.trim() !== "") console.error(`${host.shell.name}: ${name}: ${text}`);
  };

function pastWords({ since, lines }: Options): string[] {
  const count = lines ?? (since === undefined ? usualLines : undefined);
  return [
    ...(count === undefined ? [] : ["--tail", count]),
    ...(since === undefined ? [] : ["--since", since]),
  ];
}

/**
 * The lines that come. A container that ends is followed no more, and one that begins is followed from its first line on.
 * @param past what was printed of them
 */
async function follow(
  first: readonly Running[],
  past: readonly LogLine[],
  { since }: Options,
  find: () => Promise<{ answers: Running[] }>,
  print: (line: LogLine) => void,
): Promise<void> {
  const last = new Map<string, string>();
  for (const { host, container, time } of past) last.set(`${host}/${container}`, time);
  const known = new Set(first.map(placeOf));
  const newest = Math.max(0, ...first.map(({ created }) => created));
  const followed = new Set<string>();
  const begin = (container: Running): void => {
    const key = placeOf(container);
    if (followed.has(key)) return;
    followed.add(key);
    const seen = last.get(key);
    // What had no line so far has its first one still to come. An old one that was not there to be asked is followed from now on.
    const late = !known.has(key) && container.created <= newest;
    const from = seen ?? (late ? (since ?? "0s") : known.has(key) ? since : undefined);
    void followOne(container, from, seen ?? "", (line) => {
      if (line.time !== "") last.set(key, line.time);
      print(line);
    })
      .catch((error: unknown) => {
        console.error(messageOf(error));
      })
      .finally(() => {
        // What was cut off is taken up again at the next look, and what has started again.
        followed.delete(key);
      });
  };
  for (const container of first) begin(container);
  for (;;) {
    await sleep(lookMs);
    const { answers } = await find().catch((error: unknown) => {
      console.error(messageOf(error));
      return { answers: [] };
    });
    for (const container of answers) if (container.state === "running") begin(container);
  }
}

/** @param seen the time of the last line that was printed; empty where none was */
async function followOne(
  container: Running,
  since: string | undefined,
  seen: string,
  print: (line: LogLine) => void,
): Promise<void> {
  const from = since === undefined ? ["--tail", "all"] : ["--since", since];
  const take = (printed: string): void => {
    const line = logLine(source(container), printed);
    // Docker's since takes in the line of that moment, which was printed.
    if (seen === "" || line.time === "" || sortable(line.time) > sortable(seen)) print(line);
  };
  const line = untilUnheard(docker(container.name, ["--follow", ...from]));
  const code = await streamOverSsh(container.host.shell, line, {
    out: take,
    err: sayOf(container),
    open: true,
  });
  if (code === 255)
    throw new Error(`${container.host.shell.name}: the connection was lost; it is opened again.`);
}

/** A command that ends when nobody listens any more: its own next line, by which it would notice, may never come. */
export function untilUnheard(command: string): string {
  const line = `exec 3<&0; ${command} & watched=$!; { cat <&3; kill "$watched"; } >/dev/null 2>&1 & wait "$watched"`;
  return `sh -c ${quote(line)}`;
}
