/**
 * A role that runs by a schedule, on servers whose timers really start it: once over all hosts, with its end seen, through releases, on another
 * host, and away again.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Job } from "../../cli/operate/jobs";
import { chance } from "../../lab/chance";
import { type Outcome, tryRun } from "../../lab/docker/exec";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { repoRoot } from "../../lab/paths";
import { tryOn } from "../../lab/ssh";
import { type Ran, Workspace } from "../../lab/workspace";
import type { Edit } from "./schedule/edit";

const [first, second] = ["schedule-1", "schedule-2"] as const;
const token = `canary-${chance("token of schedule").text(20, 20, "abcdef0123456789")}`;
/** No run of the timer's own. */
const never = "0 0 29 2 *";
let workspace: Workspace;
let addresses: string[];
let now: Edit = { release: "one", servers: [first, second], cron: "* * * * *", seconds: 0, code: 0 };

const program = (): NodeJS.ProcessEnv => ({ SCHEDULE: JSON.stringify(now) });

async function tryUp(change: Partial<Edit>, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  now = { ...now, ...change };
  const ran = await workspace.tryPulumi(["up", "--yes", "--skip-preview"], { ...program(), ...env });
  console.log(`pulumi up: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`);
  return ran;
}

async function up(change: Partial<Edit>, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const ran = await tryUp(change, env);
  expect(ran.code, ran.text).toBe(0);
  return ran;
}

async function sextant(...words: string[]): Promise<Outcome> {
  const { directory: cwd, env } = workspace;
  const outcome = await tryRun(
    process.execPath,
    ["--import", "tsx", join(repoRoot, "cli/main.ts"), ...words],
    { cwd, env },
  );
  console.log(`sextant ${words.join(" ")}: exit ${outcome.code}`);
  return outcome;
}

async function says(...words: string[]): Promise<string> {
  const outcome = await sextant(...words);
  expect(outcome, words.join(" ")).toMatchObject({ code: 0 });
  return outcome.stdout;
}

const job = async (): Promise<Job> => {
  const [one] = JSON.parse(await says("jobs", "--json")) as Job[];
  if (one === undefined) throw new Error("there is no job");
  return one;
};
const on = async (server: string, command: string): Promise<string> =>
  (
    await tryOn({ address: addresses[server === first ? 0 : 1] ?? "", keyFile: workspace.keyFile }, command)
  ).stdout.trim();
const running = (server: string): Promise<string> =>
  on(server, "docker ps --filter label=sextant.job --format '{{.Names}}'");
const left = (server: string): Promise<string> =>
  on(
    server,
    "docker ps --all --quiet --filter label=sextant.job; ls -d /etc/systemd/system/sextant-j* /etc/systemd/system/*/sextant-j* /var/lib/sextant/jobs/* 2>/dev/null; pgrep -fa '[s]extant-job'",
  );
/** What the runs on a server have written into their volume. */
const ran = (server: string): Promise<string> =>
  on(server, "cat /var/lib/docker/volumes/*shop-ran/_data/runs");

/** Waits until it holds; what it waited for is in the error. */
async function until(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !(await holds()); await sleep(1000))
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
}

/** Starts a run as the timer does, and waits for its end. */
async function runNow(): Promise<Job> {
  const before = (await job()).runs.length;
  await says("jobs", "--start", "nightly");
  await until("a run and its end", async () => {
    const { runs } = await job();
    return runs.length > before && runs.at(-1)?.how !== "now";
  });
  return job();
}

beforeAll(async () => {
  const facts = await factsOfLab(
    await labUp((line) => {
      console.log(line);
    }),
  );
  workspace = await Workspace.make(facts, "test/lab/schedule/program", "schedule");
  await workspace.setSecret("token", token);
  await up({});
  ({ addresses } = await workspace.outputs<{ addresses: string[] }>());
});

afterAll(async () => {
  await workspace.pulumi(["destroy", "--yes", "--skip-preview"], { ...program(), SEXTANT_GONE: second });
  workspace.remove();
});

describe("a role with a schedule", () => {
  it("runs when its time has come, once over all hosts, with the role's environment, secrets and volumes", async () => {
    await until("the timer's first run", async () => (await job()).runs.some(({ how }) => how === "ok"), 130);
    const { host, part, schedule, timeZone, active } = await job();
    expect({ host, part, schedule, timeZone, active }).toEqual({
      ...{ host: first, part: "shop/nightly", schedule: "* * * * *", timeZone: "Europe/Berlin" },
      active: true,
    });
    expect(await ran(first)).toContain(`one begins on ${first} with ${token.length}`);
    expect(await says("logs", "--role", "nightly")).toContain("one ends");
    expect(await left(second)).toBe("");
    // The limit of the role.
    const limit =
      "docker inspect --format '{{.HostConfig.Memory}}' $(docker ps --all --quiet --filter label=sextant.job)";
    expect(new Set((await on(first, limit)).split("\n"))).toEqual(new Set([String(64 * 1024 ** 2)]));
    const same = await workspace.tryPulumi(["preview", "--expect-no-changes"], program());
    expect(same.code, same.text).toBe(0);
  });

  it("shows its secrets in no unit, no argument and nothing that others than root read", async () => {
    const files =
      "grep -rl '[c]anary-' /etc/systemd /proc/[0-9]*/cmdline 2>/dev/null; find /var/lib/sextant/jobs -perm /077";
    expect(await on(first, files)).toBe("");
  });

  it("that fails is seen, with its exit code and its last lines", async () => {
    await up({ release: "failing", code: 3, cron: never });
    const { runs } = await runNow();
    expect(runs.at(-1)).toMatchObject({ how: "failed", code: 3 });
    expect(await says("jobs")).toMatch(/shop\/nightly .* failed: exit code 3 /);
    expect(await says("ps")).toMatch(/shop\/nightly +7 +Exited \(3\)/);
    expect(await says("logs", "--role", "nightly")).toContain("failing ends");
    const told = await says("doctor");
    expect(told).toMatch(/a run of \S*shop-nightly-\w+ did not succeed.*: it ended with exit code 3/s);
    expect(told).not.toContain(token);
  });

  it("ends a run that is under way at a release, and the next one is the release's; never are there two", async () => {
    await up({ release: "two", code: 0, seconds: 40 });
    await says("jobs", "--start", "nightly");
    await until("the run", async () => (await running(first)) !== "");
    const going = await running(first);
    expect(await says("jobs", "--start", "nightly")).toContain("is under way already");
    await up({ release: "three", seconds: 0 });
    expect(await running(first)).toBe(going);
    await until("its end", async () => (await running(first)) === "", 90);
    expect((await job()).runs.at(-1)).toMatchObject({ how: "ok", container: going });
    await runNow();
    expect((await ran(first)).split("\n").slice(-2)).toEqual([
      `two begins on ${first} with ${token.length}`,
      `three begins on ${first} with ${token.length}`,
    ]);
  });

  it("is stopped and started by hand, and put back by a refresh", async () => {
    expect(await says("stop", "--role", "nightly")).toContain("shop/nightly is stopped");
    expect((await job()).active).toBe(false);
    expect(await says("start", "--role", "nightly")).toContain("shop/nightly is started");
    expect((await job()).active).toBe(true);
    await says("stop", "--role", "nightly");
    const back = await workspace.tryPulumi(["up", "--refresh", "--yes", "--skip-preview"], program());
    expect(back.code, back.text).toBe(0);
    expect((await job()).active).toBe(true);
  });

  it("goes from its host before it comes to another one, and waits for one that is down or said to be gone", async () => {
    await up({ servers: [second] });
    expect(await left(first)).toBe("");
    expect((await runNow()).host).toBe(second);
    expect(await ran(second)).toContain(`three begins on ${second}`);
    await powerOff(second);
    const refused = await tryUp({ servers: [first] });
    expect(refused.code).not.toBe(0);
    expect(refused.text).toMatch(/schedule-2: ssh did not get through/);
    expect(await left(first)).toBe("");
    await up({}, { SEXTANT_GONE: second });
    expect((await runNow()).host).toBe(first);
  });

  it("leaves nothing but its data when the role goes", async () => {
    await up({ servers: [] }, { SEXTANT_GONE: second });
    expect(await left(first)).toBe("");
    expect(await ran(first)).toContain("three begins");
    expect(await says("jobs")).toBe("No role of this stack has a schedule.\n");
  });
});

/** Takes the power from a server, as a fault of its machine does. */
async function powerOff(name: string): Promise<void> {
  const { endpoint, token: key } = workspace.facts.api;
  const api = async (
    path: string,
    method = "GET",
  ): Promise<{ servers?: { id: number; name: string; status: string }[] }> => {
    const response = await fetch(`${endpoint}${path}`, {
      method,
      headers: { Authorization: `Bearer ${key}` },
    });
    expect(response.ok, `${method} ${path}`).toBe(true);
    return (await response.json()) as { servers?: { id: number; name: string; status: string }[] };
  };
  const find = async (): Promise<{ id: number; status: string } | undefined> =>
    (await api("/servers?per_page=50")).servers?.find((server) => server.name === name);
  await api(`/servers/${String((await find())?.id)}/actions/poweroff`, "POST");
  while ((await find())?.status !== "off") await sleep(200);
}
