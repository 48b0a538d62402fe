/** `npm run bench -- trace [--servers 2] [--out FILE] [--results FILE]`: one deploy with the engine's trace on, and where its time went. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { labFacts } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { cacheDir } from "../../lab/paths";
import { Workspace } from "../../lab/workspace";
import { installNode } from "../client/node";
import { runClient } from "../client/run";
import type { CaseName, Release } from "../compare/cases";
import { Sextant } from "../compare/sextant";
import { Hosts } from "../hosts/hosts";
import { endSessions } from "../hosts/scripts";
import { rounded } from "../stats/statistics";
import { chromeTrace } from "./chrome";
import { parseTraceOptions } from "./options";
import { parts } from "./parts";
import { type Span, changedIn, parseSpans } from "./spans";

const progress = (line: string): void => {
  console.error(line);
};

export async function trace(args: string[]): Promise<void> {
  const options = parseTraceOptions(args);
  const out = options.out ?? join(cacheDir(), "bench", "trace.json");
  const spans = await traced(options.servers);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, JSON.stringify(chromeTrace(spans)));
  const found = parts(spans);
  console.table(
    found.map(({ name, wall, sum, count, from, to }) => ({
      part: name,
      wall: rounded(wall),
      sum: rounded(sum),
      count,
      from: rounded(from),
      to: rounded(to),
    })),
  );
  console.table(longest(spans));
  progress(`open it in chrome://tracing or ui.perfetto.dev: ${out}`);
  const seconds = found.find(({ name }) => name === "whole run")?.wall ?? 0;
  const result = { servers: options.servers, seconds, parts: found };
  if (options.results !== undefined)
    writeFileSync(options.results, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(JSON.stringify({ ...result, trace: out }));
}

/** The second deploy on so many servers, as spans. */
async function traced(servers: number): Promise<Span[]> {
  const facts = await labFacts(await labUp(progress));
  if (!facts) throw new Error("bench trace: the lab does not answer after it was brought up");
  // The engine's trace holds whole messages, secrets among them: only this user may read it, and it does not stay.
  const directory = mkdtempSync(join(tmpdir(), "sextant-trace-"));
  const file = join(directory, "trace.json");
  const machines = await Workspace.make(facts, "bench/servers", "cmp-servers");
  const setServers = (count: number): Record<string, string> => ({
    BENCH: JSON.stringify({ servers: count }),
  });
  let sextant: Sextant | undefined;
  try {
    progress(`making ${servers} servers`);
    await machines.pulumi(["up", "--yes", "--skip-preview"], setServers(servers));
    const { list } = await machines.outputs<{ list: { name: string; address: string }[] }>();
    const hosts = await Hosts.find(facts, list);
    sextant = await Sextant.make(facts, machines.keyFile, await installNode(progress));
    const deploys: [CaseName, Release][] = [
      ["first", { version: "v1", env: { BOOT_DELAY: "1" } }],
      ["deploy", { version: "v2", env: { BOOT_DELAY: "1" } }],
      ["deploy", { version: "v3", env: { BOOT_DELAY: "1" } }],
    ];
    let printed = "";
    for (const [name, release] of deploys) {
      progress(`deploying ${release.version}`);
      await sextant.prepare(hosts, name, release);
      await hosts.all(endSessions);
      const command = sextant.command(hosts, name, release);
      const ran = await runClient({ ...command, args: [...command.args, "--otel-traces", `file://${file}`] });
      if (ran.code !== 0) throw new Error(`bench trace: exit ${ran.code}\n${ran.text}`);
      progress(`${ran.seconds.toFixed(1)} s`);
      printed = ran.text;
    }
    // Each run writes the file anew: it is of the last one.
    return parseSpans(readFileSync(file, "utf8"), changedIn(printed));
  } finally {
    await machines.pulumi(["destroy", "--yes", "--skip-preview"], setServers(0));
    machines.remove();
    sextant?.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The longest calls that do something to a resource or start something. */
function longest(spans: readonly Span[]): Record<string, string | number>[] {
  return spans
    .filter(({ name }) => /^(ResourceProvider\/|newPlugin|locateModule|gocloud)/.test(name))
    .sort((a, b) => b.end - b.start - (a.end - a.start))
    .slice(0, 20)
    .map(({ name, start, end, resource, program }) => ({
      call: name.replace(/^\w+\//, ""),
      about: resource ?? program ?? "",
      seconds: rounded((end - start) / 1000),
      from: rounded(start / 1000),
    }));
}
