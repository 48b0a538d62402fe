/**
 * `npm run bench -- diagnosis [--alone] [--out FILE] [name...]`: every fixture deployed with Sextant and, unless `--alone`,
 * with Kamal, in turn: whether the cause is named, after how many seconds, and what Kamal said instead. Both have the same
 * time limit.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { type Evidence } from "../../provider/diagnosis/evidence";
import { parseEvidence } from "../../provider/diagnosis/parse";
import { type Fixture, fixtures } from "../../test/lab/faults/fixtures";
import { report } from "../../test/lab/faults/said";
import { FaultWorld } from "../../test/lab/faults/world";
import { median, rounded } from "../stats/statistics";
import { installKamal } from "../kamal/install";
import { beyondKamal } from "./kamal-config";
import { momentsOf } from "./moments";
import { KamalDeploys } from "./kamal";

/** One fixture, deployed. */
export interface Row {
  name: string;
  cause: string;
  /** Whether the report names the cause. */
  named: boolean;
  /** Seconds until it was said, from the container's own start; from the start of the step where no container ran, or more than once. */
  seconds: number | null;
  /** Seconds from then that the cause needed to show, by the host's evidence; where that does not tell, those of the fixture. */
  shows: number;
  /** Seconds that `pulumi up` took in all. */
  total: number;
  lost: number;
  kamal: string;
  /** Seconds that `kamal deploy` took in all. */
  kamalSeconds: number | null;
}

export interface DiagnosisResults {
  begun: string;
  cores: number;
  named: number;
  of: number;
  /** Those that were said more than a fifth of that time after the cause could be seen. */
  late: string[];
  fixtures: Row[];
  median_s: number | null;
}

const progress = (line: string): void => {
  console.error(line);
};

export async function diagnosis(args: string[]): Promise<void> {
  const { values, positionals: wanted } = parseArgs({
    args,
    options: { alone: { type: "boolean", default: false }, out: { type: "string" } },
    allowPositionals: true,
  });
  const { alone, out } = values;
  const begun = new Date().toISOString();
  const chosen = fixtures.filter(
    ({ name }) => wanted.length === 0 || wanted.some((each) => name.includes(each)),
  );
  if (chosen.length === 0)
    throw new Error(`bench diagnosis: no fixture is named like ${wanted.join(" or ")}`);
  const binary = alone ? undefined : await installKamal(progress);
  const world = await FaultWorld.start("bench-faults", progress, { kamal: !alone });
  const rows: Row[] = [];
  try {
    const kamal = binary && (await KamalDeploys.start(world, binary));
    for (const fixture of chosen) {
      const deployed = await world.deploy(fixture);
      const { said, lines, total, load } = deployed;
      const { started, shows } = momentsOf(await lastEvidence(world, fixture, deployed.begun));
      const own =
        started !== undefined && said.at !== undefined ? deployed.begun + said.at - started : undefined;
      const beyond = beyondKamal(fixture);
      const other = beyond === undefined ? await kamal?.deploy(fixture) : undefined;
      const row = {
        name: fixture.name,
        cause: fixture.cause,
        named: said.cause === fixture.cause,
        seconds: own === undefined ? (said.seconds ?? null) : Math.round(own) / 1000,
        shows: shows ?? fixture.shows,
        total: rounded(total, 1),
        lost: load?.lost ?? 0,
        kamal: other?.printed ?? beyond ?? "",
        kamalSeconds: other === undefined ? null : rounded(other.seconds, 1),
      };
      rows.push(row);
      progress(`${row.name}: ${said.cause ?? "not named"}, ${row.seconds ?? "-"} s; Kamal: ${row.kamal}`);
      if (!row.named) progress(report(lines).join("\n"));
    }
    kamal?.remove();
  } finally {
    await world.end();
  }
  console.table(rows);
  const middle = median(rows.flatMap(({ seconds }) => (seconds === null ? [] : [seconds])));
  const result: DiagnosisResults = {
    begun,
    cores: cpus().length,
    named: rows.filter(({ named }) => named).length,
    of: rows.length,
    late: rows.flatMap(({ name, seconds, shows }) => ((seconds ?? 0) > shows * 1.2 ? [name] : [])),
    fixtures: rows,
    median_s: middle === undefined ? null : rounded(middle, 3),
  };
  if (out !== undefined) writeFileSync(out, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(JSON.stringify(result));
}

/** The evidence that the fixture's server has kept since a moment; nothing where the release never came to a gate. */
async function lastEvidence(
  world: FaultWorld,
  { on = "fault-1" }: Fixture,
  since: number,
): Promise<Evidence> {
  const newest = `find /var/lib/sextant/evidence -name '*.json' -newermt @${Math.floor(since / 1000)} -printf '%T@ %p\\n' 2>/dev/null |
    sort -n | tail -n 1 | cut -d' ' -f2- | xargs -r cat`;
  const text = await world.onServer(on, newest);
  return text === "" ? { stage: "ready" } : parseEvidence(text).evidence;
}
