/** `sextant stats`: what the containers of the stack take of their hosts, once. */
import type { Command } from "commander";
import { quote } from "../../provider/host/scripts";
import { runOverSsh } from "../../provider/ssh/run";
import { deployed } from "../deployed";
import { stackChoice } from "../stack";
import { askAll, choosing, containersNamed, sayProblems, type Choice } from "./choice";
import type { Running } from "./running";
import { table } from "./table";

interface Options extends Choice {
  json: boolean;
}

interface Row {
  readonly host: string;
  readonly part: string;
  readonly cpu: string;
  readonly memory: string;
  readonly network: string;
  readonly disk: string;
  readonly container: string;
}

/** Docker looks twice, a second apart. */
const lookSeconds = 60;
const format = "{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.NetIO}}\t{{.BlockIO}}";

/** Adds the command. */
export function addStats(program: Command): void {
  choosing(
    program
      .command("stats")
      .description("list what the containers take of processor, memory, network and disk"),
  )
    .option("--json", "print it as JSON", false)
    .action(async (options: Options, command: Command) => {
      const stack = deployed(stackChoice(command));
      const { answers, problems } = await containersNamed("stats", stack, options, "everything");
      const running = answers.filter(({ state }) => state === "running");
      const hosts = [...new Set(running.map(({ host }) => host))];
      const asked = await askAll(hosts, (host) => ask(running.filter((each) => each.host === host)));
      const all = asked.answers.flat();
      const rows = running.flatMap(({ host, name }) =>
        all.filter((row) => row.container === name && row.host === host.shell.name),
      );
      console.log(options.json ? JSON.stringify(rows, null, 2) : render(rows));
      sayProblems([...problems, ...asked.problems]);
    });
}

async function ask(containers: readonly Running[]): Promise<Row[]> {
  const [first] = containers;
  if (first === undefined) return [];
  const { shell } = first.host;
  const names = containers.map(({ name }) => quote(name)).join(" ");
  const line = `docker stats --no-stream --format ${quote(format)} ${names}`;
  const ran = await runOverSsh(shell, line, { timeout: lookSeconds, what: "docker stats" });
  if (ran.code !== 0) throw new Error(`${shell.name}: docker stats failed: ${ran.stderr.trim()}`);
  return rowsOf(containers, ran.stdout);
}

/** The rows of what Docker printed, in the order of the containers. */
export function rowsOf(containers: readonly Running[], printed: string): Row[] {
  const lines = printed
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));
  return containers.flatMap(({ host, part, name }) => {
    const found = lines.find(([container]) => container === name);
    if (found === undefined) return [];
    const [, cpu = "", memory = "", network = "", disk = ""] = found;
    return [{ host: host.shell.name, part, cpu, memory, network, disk, container: name }];
  });
}

function render(rows: readonly Row[]): string {
  if (rows.length === 0) return "Nothing of this stack runs.";
  return table(
    ["HOST", "WHAT", "CPU", "MEMORY", "NETWORK IN / OUT", "DISK IN / OUT", "CONTAINER"],
    rows.map(({ host, part, cpu, memory, network, disk, container }) => [
      ...[host, part, cpu, memory, network, disk, container],
    ]),
  );
}
