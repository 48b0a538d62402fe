/**
 * `npm run bench -- compare`: Sextant and Kamal deploy the same image to the same servers with the same traffic in the
 * same run, in turn.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type LabFacts, factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { cacheDir } from "../../lab/paths";
import { onPinnedNode } from "../../lab/toolchain/node";
import { Machines } from "../hosts/machines";
import { installKamal } from "../kamal/install";
import { Kamal } from "../kamal/kamal";
import { aims } from "./aims";
import type { Tool } from "./cases";
import type { ToolDriver } from "./driver";
import { Empty } from "./empty";
import { figures, growth } from "./figures";
import { commit, machine } from "./machine";
import { type Options, parseOptions } from "./options";
import { type Results, resultsText } from "./record";
import { Rounds } from "./rounds";
import { Sextant, stepsAtATime } from "./sextant";
import { tableRows } from "./table";

const progress = (line: string): void => {
  console.error(line);
};

export async function compare(args: string[]): Promise<void> {
  const results = await measureAll(parseOptions(args));
  const rows = figures(results);
  console.table(tableRows(rows));
  const reached = aims(results);
  console.table(reached);
  const { machine: facts, traffic, failure, begun, rests } = results;
  console.log(
    JSON.stringify({
      ...{ begun, commit: results.commit, machine: facts, traffic, failure },
      ...{ figures: rows, rests, growth: growth(rows), aims: reached },
    }),
  );
}

async function measureAll(options: Options): Promise<Results> {
  const facts = await factsOfLab(await labUp(progress));
  const file = options.out ?? join(cacheDir(), "bench", "compare.json");
  const results = await resultsIn(file, options, facts);
  const save = (): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, resultsText(results));
    renameSync(`${file}.new`, file);
  };
  const machines = await Machines.make(facts);
  const made: ToolDriver[] = [];
  const stop = stopOnSignal();
  try {
    made.push(...(await drivers(facts, machines.keyFile, options.tools)));
    for (const [at, size] of options.sizes.entries()) {
      progress(`making ${size} servers`);
      const hosts = await machines.count(size);
      // What it warms is the client's, and the same for all sizes.
      const these = { ...options, warmUp: options.warmUp && at === 0 };
      await new Rounds({ options: these, drivers: made, results, save, progress, stop }, hosts, size).run();
    }
  } finally {
    progress("removing the servers");
    await machines.remove();
    for (const driver of made) driver.remove();
  }
  progress(`results: ${file}`);
  return results;
}

/** Ctrl-C ends the run that is going on, and then the servers go; a second one ends all at once. */
function stopOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      controller.abort(new Error("bench: stopped; --resume goes on from here"));
    });
  }
  return controller.signal;
}

async function drivers(facts: LabFacts, keyFile: string, wanted: readonly Tool[]): Promise<ToolDriver[]> {
  const made: ToolDriver[] = [];
  for (const tool of wanted) {
    switch (tool) {
      case "sextant":
        made.push(await Sextant.make(facts, keyFile, await onPinnedNode(progress)));
        break;
      case "kamal":
      case "kamal-serial":
        made.push(await Kamal.make(facts, await installKamal(progress), keyFile, tool));
        break;
      case "empty":
        made.push(await Empty.make(facts, await onPinnedNode(progress)));
    }
  }
  return made;
}

/** The results to go on with, or new ones. */
async function resultsIn(file: string, options: Options, facts: LabFacts): Promise<Results> {
  const fresh: Results = {
    begun: new Date().toISOString(),
    commit: await commit(),
    machine: await machine(facts),
    traffic: { rate: 60, slowSeconds: options.slowSeconds },
    steps: stepsAtATime,
    failure: options.failure,
    runs: [],
    rests: [],
  };
  if (!options.resume || !existsSync(file)) return fresh;
  const former = JSON.parse(readFileSync(file, "utf8")) as Results;
  const [then, now] = [former, fresh].map(({ commit: of, traffic, failure }) =>
    JSON.stringify([of, traffic, failure]),
  );
  if (then !== now)
    throw new Error(`bench: ${file} was measured with ${String(then)}, and this is ${String(now)}`);
  const resumed = [...(former.resumed ?? []), { at: fresh.begun, machine: fresh.machine }];
  return { ...former, resumed };
}
