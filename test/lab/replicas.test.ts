/**
 * Several containers of a role on a server, behind one route of a real proxy: more and fewer of them under load, releases of all of them in
 * one step, one that fails, one that is removed by hand, and the commands for a day's work.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tryRun } from "../../lab/docker/exec";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { startLoad } from "../../lab/load/load";
import { repoRoot } from "../../lab/paths";
import { on } from "../../lab/ssh";
import { type Ran, Workspace } from "../../lab/workspace";
import { get } from "./deploy/http";
import { type Edit, plain } from "./replicas/edit";

const host = "shop.replicas";
const three = ["rep-1", "rep-1-2", "rep-1-3"];
const lossless = { lost: 0, losses: [], wentBack: false };
let workspace: Workspace;
let address: string;
let now: Edit = plain;

const program = (edit: Edit): NodeJS.ProcessEnv => ({ REPLICAS: JSON.stringify(edit) });

async function tryUp(edit: Edit, ...flags: string[]): Promise<Ran> {
  const ran = await workspace.tryPulumi(["up", "--yes", "--skip-preview", ...flags], program(edit));
  console.log(`pulumi up ${flags.join(" ")}: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`);
  return ran;
}

async function up(change: Partial<Edit>, ...flags: string[]): Promise<Ran> {
  now = { ...now, ...change };
  const ran = await tryUp(now, ...flags);
  expect(ran.code, ran.text).toBe(0);
  return ran;
}

const server = (command: string): Promise<string> => on({ address, keyFile: workspace.keyFile }, command);

const label = (role: string): string => `--filter label=sextant.role=replicas/replicas/shop/${role}`;

/** The containers of a role, `v1 running`, with those that are stopped. */
async function containers(role: string): Promise<string[]> {
  const text = await server(`docker ps --all ${label(role)} --format '{{.Image}} {{.State}}'`);
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => line.replace(/^\S*:/, ""))
    .sort();
}

/** What runs of a role, by Docker's ids. */
const ids = async (role: string): Promise<string[]> =>
  (await server(`docker ps --quiet --no-trunc ${label(role)}`)).split("\n").filter(Boolean).sort();

/** Which containers answer requests, by the names that they know themselves by. */
async function answering(): Promise<string[]> {
  const names = new Set<string>();
  for (let turn = 0; turn < 12; turn++) {
    const { status, body } = await get(`http://${address}/whoami`, host);
    expect(status, body).toBe(200);
    names.add((JSON.parse(body) as { hostname: string }).hostname);
  }
  return [...names].sort();
}

/** Does something under load, and counts the containers of the web that run meanwhile, ten times a second. */
async function underLoad<T>(work: () => Promise<T>): Promise<{ done: T; most: number }> {
  const load = startLoad({ targets: [`http://${address}`], host, rate: 30, slowSeconds: 1 });
  const counting = server(
    `rm -f /run/stop-counting; most=0; end=$(($(date +%s) + 180)); while [ ! -e /run/stop-counting ] && [ "$(date +%s)" -lt "$end" ]; do
      now=$(docker ps --quiet ${label("web")} | wc -l)
      [ "$now" -le "$most" ] || most=$now
      sleep 0.1
    done; echo "$most"`,
  );
  let done: T;
  try {
    done = await work();
  } finally {
    await server("touch /run/stop-counting");
  }
  const { requests, lost, losses, wentBack, longestGap } = await load.stop();
  console.log("load", JSON.stringify({ requests, lost, losses, longestGap }));
  expect({ lost, losses, wentBack }).toEqual(lossless);
  expect(requests).toBeGreaterThan(0);
  return { done, most: Number(await counting) };
}

/** The command, as a person types it. */
async function sextant(...words: string[]): Promise<string> {
  const { directory: cwd, env } = workspace;
  const all = ["--import", "tsx", join(repoRoot, "cli/main.ts"), ...words];
  const ran = await tryRun(process.execPath, all, { cwd, env: { ...env, ...program(now) } });
  console.log(`sextant ${words.join(" ")}: exit ${ran.code}`);
  expect(ran.code, `${ran.stdout}\n${ran.stderr}`).toBe(0);
  return ran.stdout;
}

async function unchanged(): Promise<void> {
  const same = await workspace.tryPulumi(["preview", "--expect-no-changes", "--diff"], program(now));
  expect(same.code, same.text).toBe(0);
}

beforeAll(async () => {
  const facts = await factsOfLab(
    await labUp((line) => {
      console.log(line);
    }),
  );
  workspace = await Workspace.make(facts, "test/lab/replicas/program", "replicas");
  await up({});
  ({ address } = await workspace.outputs<{ address: string }>());
});

afterAll(async () => {
  await workspace.pulumi(["destroy", "--yes", "--skip-preview"], program(now));
  workspace.remove();
});

describe("a role with replicas", () => {
  it("is as before with one", async () => {
    expect(await answering()).toEqual(["rep-1"]);
    now = { ...now, web: 1 };
    await unchanged();
  });

  it("goes from one to three under load, beside the one that serves, and all of them get requests", async () => {
    const [first = ""] = await ids("web");
    const plan = await workspace.tryPulumi(["preview", "--diff"], program({ ...now, web: 3 }));
    expect(plan.text).toMatch(/\+ sextant:index:Container: \(create\)[^]*shop-web-rep-1-2/);
    await underLoad(() => up({ web: 3, job: 2 }));
    expect(await containers("web")).toEqual(["v1 running", "v1 running", "v1 running"]);
    expect(await containers("job")).toEqual(["v1 running", "v1 running"]);
    expect(await ids("web")).toContain(first);
    expect(await answering()).toEqual(three);
    await unchanged();
  });

  it("is released in one step, with two generations at most, and without a lost request", async () => {
    const { most } = await underLoad(() => up({ version: "v2" }));
    expect(most).toBe(6);
    expect(await containers("web")).toEqual(["v2 running", "v2 running", "v2 running"]);
    expect(await containers("job")).toEqual(["v2 running", "v2 running"]);
    expect(await answering()).toEqual(three);
  });

  it("is not switched where one of three fails its check, and the next release clears that away", async () => {
    const served = await ids("web");
    const bad = { ...now, version: "v3", env: { FAIL_UP_ON: "rep-1-3" } };
    const { done } = await underLoad(() => tryUp(bad));
    expect(done.code).not.toBe(0);
    expect(done.text).toMatch(/shop-web-rep-1-3-\w+ is not ready/);
    expect(done.text).not.toMatch(/shop-web-rep-1-2-\w+ is not ready/);
    await expect.poll(() => containers("web"), { timeout: 10_000 }).toContain("v3 exited");
    expect((await ids("web")).filter((id) => served.includes(id))).toEqual(served);
    expect(await answering()).toEqual(three);
    const { most } = await underLoad(() => up({ version: "v4" }));
    expect(most).toBeLessThanOrEqual(6);
    expect(await containers("web")).toEqual(["v4 running", "v4 running", "v4 running"]);
  });

  it("has what was removed by hand, and what was stopped, again by a refresh, and nothing else is touched", async () => {
    const before = await ids("web");
    const find = (name: string): string =>
      `$(for each in $(docker ps --quiet ${label("web")}); do [ "$(docker inspect --format '{{.Config.Hostname}}' "$each")" != ${name} ] || echo "$each"; done)`;
    await server(`docker rm --force ${find("rep-1-2")} && docker stop --time 1 ${find("rep-1-3")}`);
    // The proxy finds out by its next question, and sends them nothing from then on.
    await sleep(8000);
    expect(await answering()).toEqual(["rep-1"]);
    const { most } = await underLoad(() => up({}, "--refresh"));
    expect(most).toBe(3);
    await expect.poll(answering, { timeout: 10_000 }).toEqual(three);
    const after = await ids("web");
    expect(after).toHaveLength(3);
    expect(after.filter((id) => before.includes(id))).toHaveLength(2);
    await unchanged();
  });

  it("keeps all of them behind a proxy that is replaced", async () => {
    const before = await ids("web");
    await underLoad(() => up({ debug: true }));
    expect(await ids("web")).toEqual(before);
    expect(await answering()).toEqual(three);
  });

  it("is listed, read, stopped, started and restarted as one", async () => {
    const listed = (await sextant("ps", "--role", "web")).split("\n").filter((line) => line.includes(host));
    expect(listed).toHaveLength(3);
    const lines = (await sextant("logs", "--role", "web", "--json", "-n", "5")).trim().split("\n");
    const sources = new Set(lines.map((line) => (JSON.parse(line) as { container: string }).container));
    expect(sources.size).toBe(3);
    const ran = await sextant("exec", "--role", "web", "--each-host", "--reuse", "lite", "release");
    expect(ran.match(/release v4 done/g)).toHaveLength(1);
    for (const [verb, running] of [
      ["stop", 0],
      ["start", 3],
    ] as const) {
      for (const role of ["web", "job"]) await sextant(verb, "--role", role);
      expect(await ids("web")).toHaveLength(running);
      expect(await ids("job")).toHaveLength(running === 0 ? 0 : 2);
    }
    const status = async (): Promise<number> => (await get(`http://${address}/whoami`, host)).status;
    await expect.poll(status, { timeout: 15_000 }).toBe(200);
    const before = await ids("web");
    await underLoad(() => sextant("restart", "--role", "web", "--yes"));
    const after = await ids("web");
    expect(after).toHaveLength(3);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
    expect(await sextant("prune", "--dry-run")).not.toContain("the container");
  });

  it("goes from three to one under load, and the one that stays is the same", async () => {
    const before = await ids("web");
    await underLoad(() => up({ web: 1, job: 1 }));
    const after = await ids("web");
    expect(after).toHaveLength(1);
    expect(before).toEqual(expect.arrayContaining(after));
    expect(await containers("web")).toEqual(["v4 running"]);
    expect(await containers("job")).toEqual(["v4 running"]);
    expect(await answering()).toEqual(["rep-1"]);
    await unchanged();
  });
});
