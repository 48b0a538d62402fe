/**
 * `npm run bench -- takeover [--interrupt STEP]...`: Kamal deploys the Rails shop with its database, Redis and a worker to two servers; the
 * program that `sextant import --take-over` writes takes its place under load, brings a release, and is destroyed. No request and no row is
 * lost, and nothing of the library is left over.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, tryRun } from "../../lab/docker/exec";
import { factsOfLab, type LabFacts } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { startLoad } from "../../lab/load/load";
import { repoRoot } from "../../lab/paths";
import { on } from "../../lab/ssh";
import { Workspace } from "../../lab/workspace";
import { Machines } from "../hosts/machines";
import { environmentIn, fillDirectory } from "../kamal/directory";
import { installKamal, type KamalBinary } from "../kamal/install";
import { deployYml, forImport, leftLines, onLab, routeHost, secrets, type Site } from "./config";
import { parseTakeoverOptions } from "./options";
import { writeRows } from "./rows";

const progress = (line: string): void => {
  console.error(line);
};

export interface TakeoverResult {
  requests: number;
  lost: number;
  rows_written: number;
  rows_kept: number;
  /** Of the import, the takeover and the release. */
  seconds: number;
  /** What of the library is on the servers after `pulumi destroy` that was not there before, and what of Kamal's is another container than before. */
  left_over: string[];
}

/** Whether nothing was lost. Notes of checks and images in /var/lib/sextant stay until the next clean-up of a host: they are named, and no fault. */
export function isGood({
  lost,
  rows_kept: kept,
  rows_written: written,
  left_over: left,
}: TakeoverResult): boolean {
  return lost === 0 && kept === written && left.every((line) => line.includes(": /var/lib/sextant/"));
}

export async function takeover(args: string[]): Promise<void> {
  const options = parseTakeoverOptions(args);
  const facts = await factsOfLab(await labUp(progress));
  const binary = await installKamal(progress);
  const machines = await Machines.make(facts);
  const directory = mkdtempSync(join(tmpdir(), "sextant-takeover-"));
  const workspace = await Workspace.make(facts, "bench/takeover/program", "production", "compiled");
  try {
    const [first, second] = (await machines.count(2)).list.map(({ address }) => address);
    if (first === undefined || second === undefined)
      throw new Error("bench takeover: the lab made no servers");
    const { registry } = facts;
    const site: Site = { servers: [first, second], registry, keyFile: machines.keyFile };
    await deployByKamal(site, directory, facts, binary);
    const result = await takeOver(site, directory, workspace, options.interrupts);
    console.log(JSON.stringify(result));
    if (!isGood(result)) process.exitCode = 1;
  } finally {
    await machines.remove();
    workspace.remove();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The shop as its user has had it so far. */
async function deployByKamal(site: Site, cwd: string, facts: LabFacts, binary: KamalBinary): Promise<void> {
  await fillDirectory(cwd);
  writeFileSync(join(cwd, "config", "deploy.yml"), deployYml(site));
  const lines = Object.entries(secrets).map(([name, value]) => `${name}="${value}"\n`);
  writeFileSync(join(cwd, ".kamal", "secrets"), lines.join(""), { flag: "a" });
  progress("kamal setup");
  const env = environmentIn(cwd, binary, facts);
  const words = ["setup", "--skip-push", "--version", "v1"];
  const ran = await tryRun(binary.command, words, { cwd, env });
  if (ran.code !== 0) throw new Error(`kamal setup: exit ${ran.code}\n${ran.stdout}${ran.stderr}`);
  await onFirst(site, "docker exec shop-web-v1 bin/rails db:prepare");
}

const onFirst = ({ servers, keyFile }: Site, command: string): Promise<string> =>
  on({ address: servers[0], keyFile }, command);

/** The containers of the accessories, and since when they run. */
const accessories = (site: Site): Promise<string> =>
  onFirst(site, "docker inspect --format '{{.Name}} {{.Id}} {{.State.StartedAt}}' shop-db shop-redis");

async function takeOver(
  site: Site,
  directory: string,
  workspace: Workspace,
  interrupts: readonly RegExp[],
): Promise<TakeoverResult> {
  const before = await accessories(site);
  // The lab's servers are made by a stack of the library, which has its verbs there.
  const there = new Set(await leftOn(site));
  const load = startLoad({
    ...{ targets: site.servers.map((address) => `http://${address}`), host: routeHost },
    ...{ rate: 20, timeoutMs: 30_000 },
  });
  const rows = writeRows(site.servers);
  const begun = Date.now();
  let ended: ReturnType<typeof stopBoth> | undefined;
  const stopBoth = () => Promise.all([load.stop(), rows.stop()]);
  const stop = () => (ended ??= stopBoth());
  try {
    await importProgram(directory, workspace);
    for (const at of interrupts) await killed(workspace, at);
    for (const version of ["v1", "v2"]) {
      progress(`pulumi up of ${version}`);
      await workspace.pulumi(["up", "--yes", "--skip-preview", "--config", `version=${version}`]);
    }
  } finally {
    await stop();
  }
  const seconds = Math.round((Date.now() - begun) / 100) / 10;
  const [{ requests, lost, losses }, { written, losses: unwritten }] = await stop();
  for (const loss of [...losses.map((each) => JSON.stringify(each)), ...unwritten]) progress(`lost: ${loss}`);
  progress("pulumi destroy");
  await workspace.pulumi(["destroy", "--yes", "--skip-preview"]);
  const count = `docker exec shop-db psql -qAtX -U shop shop_production -c "select distinct product from orders where product like 'row-%'"`;
  const kept = new Set((await onFirst(site, count)).split("\n"));
  return {
    requests: requests + written.length + unwritten.length,
    lost: lost + unwritten.length,
    rows_written: written.length,
    rows_kept: written.filter((row) => kept.has(row)).length,
    seconds,
    left_over: [
      ...(await leftOn(site)).filter((line) => !there.has(line)),
      ...((await accessories(site)) === before ? [] : ["other accessories"]),
    ],
  };
}

/** What the user does: imports, edits what the lab needs, and gives the secrets. */
async function importProgram(directory: string, workspace: Workspace): Promise<void> {
  const file = join(directory, "config", "deploy.yml");
  writeFileSync(file, forImport(readFileSync(file, "utf8")));
  const words = ["tsx", join(repoRoot, "cli/main.ts"), "import", "--take-over", "-C", directory];
  progress(await run("npx", words, { cwd: repoRoot }));
  const program = readFileSync(join(directory, "infra", "index.ts"), "utf8");
  writeFileSync(join(workspace.directory, "index.ts"), onLab(program));
  await workspace.setSecret("kamalRegistryPassword", workspace.facts.registry.password);
  await workspace.setSecret("postgresPassword", secrets.POSTGRES_PASSWORD);
  await workspace.setSecret("secretKeyBase", secrets.SECRET_KEY_BASE);
}

/** `pulumi up` that is killed when it prints a line of the step. */
async function killed(workspace: Workspace, at: RegExp): Promise<void> {
  progress(`pulumi up that is killed at ${at.source}`);
  await workspace.killPulumi(["up", "--yes", "--skip-preview", "--config", "version=v1"], at);
}

async function leftOn({ servers, keyFile }: Site): Promise<string[]> {
  const left = await Promise.all(
    servers.map(async (address) => {
      const lines = (await on({ address, keyFile }, leftLines)).split("\n").filter((line) => line !== "");
      return lines.map((line) => `${address}: ${line}`);
    }),
  );
  return left.flat();
}
