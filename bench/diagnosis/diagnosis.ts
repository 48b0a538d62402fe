/**
 * `npm run bench -- diagnosis [--alone] [name...]`: every fixture deployed with Sextant and, unless `--alone`, with Kamal, in
 * turn: whether the cause is named, after how many seconds, and what Kamal said instead. Both have the same time limit.
 */
import { cpus } from "node:os";
import { fixtures } from "../../test/lab/faults/fixtures";
import { report } from "../../test/lab/faults/said";
import { FaultWorld } from "../../test/lab/faults/world";
import { installKamal } from "../kamal/install";
import { beyondRival } from "./rival-config";
import { Rival } from "./rival";

interface Row {
  name: string;
  cause: string;
  /** Whether the report names the cause. */
  named: boolean;
  /** Seconds from the start of the step that failed until it was said. */
  seconds: number | null;
  /** Seconds that the cause needs to show. */
  shows: number;
  /** Seconds that `pulumi up` took in all. */
  total: number;
  lost: number;
  kamal: string;
  /** Seconds that `kamal deploy` took in all. */
  kamalSeconds: number | null;
}

const progress = (line: string): void => {
  console.error(line);
};

export async function diagnosis(args: string[]): Promise<void> {
  const alone = args.includes("--alone");
  const wanted = args.filter((arg) => !arg.startsWith("--"));
  const chosen = fixtures.filter(
    ({ name }) => wanted.length === 0 || wanted.some((each) => name.includes(each)),
  );
  if (chosen.length === 0)
    throw new Error(`bench diagnosis: no fixture is named like ${wanted.join(" or ")}`);
  const binary = alone ? undefined : await installKamal(progress);
  const world = await FaultWorld.start("bench-faults", progress, { rival: !alone });
  const rows: Row[] = [];
  try {
    const rival = binary && (await Rival.start(world, binary));
    for (const fixture of chosen) {
      const { said, lines, total, load } = await world.deploy(fixture);
      const beyond = beyondRival(fixture);
      const other = beyond === undefined ? await rival?.deploy(fixture) : undefined;
      const row = {
        name: fixture.name,
        cause: fixture.cause,
        named: said.cause === fixture.cause,
        seconds: said.seconds ?? null,
        shows: fixture.shows,
        total: tenths(total),
        lost: load?.lost ?? 0,
        kamal: other?.printed ?? beyond ?? "",
        kamalSeconds: other === undefined ? null : tenths(other.seconds),
      };
      rows.push(row);
      progress(`${row.name}: ${said.cause ?? "not named"}, ${row.seconds ?? "-"} s; Kamal: ${row.kamal}`);
      if (!row.named) progress(report(lines).join("\n"));
    }
    rival?.remove();
  } finally {
    await world.end();
  }
  console.table(rows);
  const times = rows.flatMap(({ seconds }) => (seconds === null ? [] : [seconds])).sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      cores: cpus().length,
      named: rows.filter(({ named }) => named).length,
      of: rows.length,
      // Said more than a fifth of that time after the cause could be seen.
      late: rows.flatMap(({ name, seconds, shows }) => ((seconds ?? 0) > shows * 1.2 ? [name] : [])),
      fixtures: rows,
      median_s: median(times),
    }),
  );
}

/** The middle of sorted numbers; null where there are none. */
function median(sorted: readonly number[]): number | null {
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : Math.round(((sorted[middle - 1] ?? upper) + upper) * 500) / 1000;
}

const tenths = (seconds: number): number => Math.round(seconds * 10) / 10;
