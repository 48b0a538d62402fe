/**
 * `npm run demo`: the lab, and the sample app on it by `pulumi up`. `npm run demo -- release`: the next version under load.
 */
import { spawn } from "node:child_process";
import { findDocker } from "./docker/docker";
import { tryRun } from "./docker/exec";
import { labFacts, type LabFacts } from "./facts";
import { labUpToStay } from "./lab";
import { startLoad, type LoadReport } from "./load/load";
import { repoRoot } from "./paths";
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
    env: { ...process.env, ...stackEnvironment(facts) },
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

const command = process.argv[2];
(command === "release"
  ? release()
  : command === undefined
    ? deploy()
    : Promise.reject(new Error("usage: npm run demo [-- release]"))
).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
