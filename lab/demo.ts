/**
 * `npm run demo`: the lab, and the sample app on it by `pulumi up`. `npm run demo -- release`: the next version under load.
 * `npm run demo -- ship`: a changed page, built on a server, brought to all without a registry elsewhere, under load.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { ensureDocker, findDocker } from "./docker/docker";
import { run, tryRun } from "./docker/exec";
import { installMissing } from "./docker/packages";
import { Lines, timed, toldBy, type Told } from "./events";
import { labFacts, type LabFacts } from "./facts";
import { labUpToStay } from "./lab";
import { startLoad, type LoadReport } from "./load/load";
import { repoRoot } from "./paths";
import { prepareOwnRegistry } from "./registry/own";
import { changePage, partsOf, SentBytes, sourcesDir, type Parts } from "./ship";
import { ensureStack, stackEnvironment } from "./stack";

const host = "shop.lab";
/** The versions of the sample app in the lab's registry. */
const versions = ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9"];

const say = (line: string): void => {
  console.log(line);
};
const progress = (line: string): void => {
  console.error(line);
};

interface Outputs {
  version?: string;
  addresses?: string[];
  addresses6?: string[];
}

async function lab(): Promise<LabFacts> {
  await labUpToStay(progress);
  const facts = await labFacts(await findDocker());
  if (!facts) throw new Error("lab: it was started and does not answer; see npm run lab -- status");
  await ensureStack(facts);
  return facts;
}

/** Runs pulumi in the open, with its own progress; resolves with the seconds it took. */
async function pulumi(facts: LabFacts, ...args: string[]): Promise<number> {
  const started = Date.now();
  const child = spawn("pulumi", args, {
    cwd: repoRoot,
    stdio: "inherit",
    // The log of events is one of the flags that Pulumi shows only then.
    env: { ...process.env, ...stackEnvironment(facts), PULUMI_DEBUG_COMMANDS: "true" },
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      resolve(status ?? 1);
    });
  });
  if (code !== 0)
    throw new Error(`pulumi ${args[0] ?? ""} ended with exit code ${code}; what it said is above`);
  return (Date.now() - started) / 1000;
}

async function outputs(facts: LabFacts): Promise<Outputs> {
  const { stdout, code } = await tryRun("pulumi", ["stack", "output", "--json"], {
    cwd: repoRoot,
    env: stackEnvironment(facts),
  });
  return code === 0 ? (JSON.parse(stdout) as Outputs) : {};
}

function targets({ addresses = [], addresses6 = [] }: Outputs): string[] {
  return [...addresses.map((ip) => `http://${ip}`), ...addresses6.map((ip) => `http://[${ip}]`)];
}

/** Asks each address for the page, as a person would. */
async function serves(url: string): Promise<string> {
  const { stdout, stderr, code } = await tryRun("curl", [
    ...["--silent", "--show-error", "--globoff", "--noproxy", "*", "--max-time", "10"],
    ...["--output", "/dev/null", "--write-out", "%{http_code} %header{x-app-version}"],
    ...["--header", `Host: ${host}`, url],
  ]);
  return code === 0 ? stdout : stderr.trim();
}

async function deploy(): Promise<void> {
  const facts = await lab();
  const seconds = await pulumi(facts, "up", "--yes", "--skip-preview");
  const urls = targets(await outputs(facts));
  say(`\npulumi up took ${seconds.toFixed(1)} s. The shop serves at`);
  for (const url of urls) say(`  curl -g -H 'Host: ${host}' ${url}    (${await serves(url)})`);
  say(`
What to try next:
  npm run demo -- release    deploys the next version while requests come in, and counts the lost ones
  npm run demo -- ship       changes a page, builds it on a server, and deploys it under load, without another registry
  npm run lab -- shell       a shell in which pulumi, docker and ssh work on the lab: pulumi preview, ssh web-1
  npm run lab -- down        stops the lab and removes everything of it; what was built stays in the cache`);
}

async function release(): Promise<void> {
  const facts = await lab();
  const before = await outputs(facts);
  if (before.version === undefined) {
    throw new Error("demo: nothing is deployed yet. Run npm run demo first.");
  }
  const next = versions[(versions.indexOf(before.version) + 1) % versions.length] ?? "v1";
  say(`Deploying ${next} over ${before.version}, with requests all the while.`);
  await ensureStack(facts, next);
  // After `ship` the app goes back to the images of the lab's registry.
  if (before.version.startsWith("ship-"))
    await run("pulumi", ["config", "rm", "sources"], { cwd: repoRoot, env: stackEnvironment(facts) });
  // On a small machine the next release boots on the cores that serve: an answer may be late, and must not be missing.
  const load = startLoad({ targets: targets(before), host, timeoutMs: 30_000 });
  let report: LoadReport;
  let seconds: number;
  try {
    seconds = await pulumi(facts, "up", "--yes", "--skip-preview");
  } finally {
    report = await load.stop();
  }
  say(`\n${before.version} to ${next} in ${seconds.toFixed(1)} s`);
  say(`requests ${report.requests}  lost ${report.lost}  seconds ${report.seconds.toFixed(1)}`);
  say(
    `slowest of a hundred ${report.p99.toFixed(0)} ms, longest gap between two answers ${report.longestGap.toFixed(0)} ms`,
  );
  for (const loss of report.losses) say(`  lost: ${JSON.stringify(loss)}`);
  if (report.lost > 0) process.exitCode = 1;
}

/** What a server builds with and where it pushes to: made when it is first asked for. */
async function preparations(): Promise<void> {
  await installMissing([{ command: "ss", package: "iproute2" }], progress);
  await prepareOwnRegistry(await ensureDocker(progress), progress);
}

/** One `pulumi up` of a version that is built, with what each part of it took. */
async function build(facts: LabFacts, version: string): Promise<{ seconds: number; parts: Parts }> {
  changePage(version);
  await ensureStack(facts, version);
  const settings = { cwd: repoRoot, env: stackEnvironment(facts) };
  await run("pulumi", ["config", "set", "sources", relative(repoRoot, sourcesDir())], settings);
  const folder = mkdtempSync(join(tmpdir(), "sextant-ship-"));
  const file = join(folder, "events");
  writeFileSync(file, "");
  const told: (Told & { at: number })[] = [];
  const lines = new Lines(file, (line) => {
    const one = toldBy(line);
    if (one !== undefined) told.push({ ...one, at: Date.now() });
  });
  try {
    const seconds = await pulumi(facts, "up", "--yes", "--skip-preview", "--event-log", file);
    lines.close();
    return { seconds, parts: partsOf(timed(told), seconds) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A version of its own for each run: a repository's release is its commit, and the demo's sources are in none. */
const shipped = (at = Date.now()): string => `ship-${Math.floor(at / 1000)}`;

async function ship(): Promise<void> {
  const facts = await lab();
  const before = await outputs(facts);
  if (before.version === undefined) {
    throw new Error("demo: nothing is deployed yet. Run npm run demo first.");
  }
  await preparations();
  if (!before.version.startsWith("ship-")) {
    say("The first build: a registry on a server, and the base image on it.");
    await build(facts, shipped());
  }
  const version = shipped();
  say(`Shipping ${version}: a changed page, with requests all the while.`);
  const load = startLoad({ targets: targets(before), host, timeoutMs: 30_000 });
  const sent = new SentBytes();
  let report: LoadReport;
  let bytes: number;
  let built: { seconds: number; parts: Parts };
  try {
    built = await build(facts, version);
  } finally {
    bytes = await sent.stop();
    report = await load.stop();
  }
  const { parts, seconds } = built;
  say(`\n${version} in ${seconds.toFixed(1)} s, of which`);
  say(
    `  build ${parts.build.toFixed(1)} s  transfer ${parts.transfer.toFixed(1)} s  rollout ${parts.rollout.toFixed(1)} s`,
  );
  say(`bytes sent from this machine ${bytes}`);
  say(`requests ${report.requests}  lost ${report.lost}`);
  for (const loss of report.losses) say(`  lost: ${JSON.stringify(loss)}`);
  if (report.lost > 0) process.exitCode = 1;
}

const commands: Readonly<Record<string, () => Promise<void>>> = { "": deploy, release, ship };
const command = commands[process.argv[2] ?? ""];
(command === undefined
  ? Promise.reject(new Error("usage: npm run demo [-- release | ship]"))
  : command()
).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
