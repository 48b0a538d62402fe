/**
 * A server that Kamal deploys to, taken over in place under load, with Kamal's own proxy and Redis; taken back by mistake, taken over again by
 * an update that is killed, and given back. One server, the real Kamal.
 */
import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Machines } from "../../bench/hosts/machines";
import { labFacts } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { startLoad } from "../../lab/load/load";
import { on } from "../../lab/ssh";
import { Workspace } from "../../lab/workspace";
import { deployed, routeHost, type Edit } from "./takeover/edit";
import { Kamal } from "./takeover/kamal";

let machines: Machines;
let kamal: Kamal;
let workspace: Workspace;
let edit: Edit;

const onServer = (command: string): Promise<string> =>
  on({ address: edit.server.address, keyFile: machines.keyFile }, command);

/** The containers of Kamal's app, and whether each runs. */
const kamals = async (): Promise<string[]> =>
  (
    await onServer(
      `docker ps --all --filter label=service=lite --filter label=destination= --format '{{.Names}} {{.State}}' | sort`,
    )
  ).split("\n");

/** The containers of ours that run, each without what makes its name unique. */
const ours = async (): Promise<string[]> =>
  (await onServer("docker ps --filter label=sextant.app --format '{{.Names}}' | sort"))
    .split("\n")
    .map((name) => name.replace(/-[0-9a-f]{7}$/, ""));

/** What Redis has, asked from where the app's container is, by the name that the app has for it. */
const row = (): Promise<string> =>
  onServer(
    `docker run --rm --network "container:$(docker ps --quiet --filter label=sextant.role=takeover/test/lite/web)" ${redis()} redis-cli -h lite-redis get order`,
  );
const file = (): Promise<string> =>
  onServer(`docker run --rm --volume lite-files:/files ${redis()} cat /files/invoice`);
const redis = (): string => `${workspace.facts.registry.address}/redis:7`;

async function up(version: string, ...flags: string[]): Promise<string> {
  const ran = await workspace.tryPulumi(
    ["up", "--yes", "--skip-preview", ...flags],
    deployed({ ...edit, version }),
  );
  console.log(`pulumi up ${version} ${flags.join(" ")}: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`);
  expect(ran.code, ran.text).toBe(0);
  return ran.text;
}

/** `pulumi up` that is killed with all that it has started when it prints a line; then the state's lock is taken away as Pulumi says. */
async function killed(version: string, at: RegExp, ...flags: string[]): Promise<void> {
  const child = spawn("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive", ...flags], {
    cwd: workspace.directory,
    env: { ...process.env, ...workspace.env, ...deployed({ ...edit, version }) },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let text = "";
  let ended = false;
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (ended || child.pid === undefined || !at.test(text)) return;
      ended = true;
      process.kill(-child.pid, "SIGKILL");
    });
  await new Promise((resolve) => child.on("exit", resolve));
  expect(ended, text).toBe(true);
  await workspace.pulumi(["cancel", "--yes"]);
}

/** The work with requests all the while; none may be lost. Answers with the releases that were seen. */
async function underLoad(work: () => Promise<void>): Promise<string[]> {
  const targets = [`http://${edit.server.address}`];
  const load = startLoad({ targets, host: routeHost, rate: 40, timeoutMs: 30_000 });
  try {
    await work();
  } catch (error) {
    console.log("load", JSON.stringify(await load.stop()));
    throw error;
  }
  const { requests, lost, losses, longestGap, p99, versions } = await load.stop();
  console.log("load", JSON.stringify({ requests, lost, longestGap, p99, losses, versions }));
  expect({ lost, losses }).toEqual({ lost: 0, losses: [] });
  expect(requests).toBeGreaterThan(20);
  return versions.map(({ version }) => version);
}

beforeAll(async () => {
  const docker = await labUp((line) => {
    console.log(line);
  });
  const facts = await labFacts(docker);
  if (!facts) throw new Error("the lab does not answer after it was brought up");
  machines = await Machines.make(facts);
  const [server] = (await machines.count(1)).list;
  if (server === undefined) throw new Error("the lab made no server");
  const { address, hostKey } = server;
  edit = { server: { address, hostKey }, version: "v2" };
  kamal = await Kamal.make(facts, { address, keyFile: machines.keyFile });
  workspace = await Workspace.make(facts, "test/lab/takeover/program", "test");
  await workspace.pulumi(["config", "set", "serverKeyFile", machines.keyFile]);
  await kamal.run("setup", "--skip-push", "--version", "v1");
  await onServer("docker exec lite-redis redis-cli set order 4711");
  await onServer(`docker run --rm --volume lite-files:/files ${redis()} sh -c 'echo paid >/files/invoice'`);
});

afterAll(async () => {
  await machines.remove();
  workspace.remove();
  kamal.remove();
});

describe.sequential("a server that Kamal deploys to", () => {
  it("is taken over in place, with its proxy and its data, and no request is lost", async () => {
    expect(await kamals()).toEqual(["lite-job-v1 running", "lite-web-v1 running"]);
    const proxy = await onServer("docker inspect --format '{{.Id}} {{.State.StartedAt}}' kamal-proxy");
    let said = "";
    const versions = await underLoad(async () => {
      said = await up("v2");
    });
    expect(versions).toEqual(["v1", "v2"]);
    for (const words of [
      /Kamal's proxy \(\S+\/kamal-proxy:v0\.9\.2\): stays/,
      /Kamal's app lite, role web, release v1 \(lite-web-v1\): an App with takeOver/,
      /Kamal's accessory lite-redis \(\S+\/redis:7\), with its data in lite-redis: stays/,
      "lite-web has taken over Kamal's route lite-web, which led to lite-web-v1.",
      "Kamal's lite-web-v1 (lite, role web) is stopped and left over: kamal rollback v1 brings the app back.",
      "Kamal's lite-job-v1 (lite, role job) is stopped and left over: kamal rollback v1 brings the app back.",
    ])
      expect(said).toMatch(words);
    expect(await kamals()).toEqual(["lite-job-v1 exited", "lite-web-v1 exited"]);
    expect(await ours()).toEqual(["lite-job-web-1", "lite-web-web-1"]);
    expect(await onServer("docker inspect --format '{{.Id}} {{.State.StartedAt}}' kamal-proxy")).toBe(proxy);
    expect([await row(), await file()]).toEqual(["4711", "paid"]);
    await workspace.pulumi(["preview", "--expect-no-changes"], deployed(edit));
    await workspace.pulumi(["preview", "--refresh", "--expect-no-changes"], deployed(edit));
  });

  it("which deploys again by mistake is said by a refresh, and an update that is killed converges", async () => {
    const versions = await underLoad(async () => {
      await kamal.run("deploy", "--skip-push", "--version", "v3");
      expect(await kamals()).toContain("lite-web-v3 running");
      const { text } = await workspace.tryPulumi(["preview", "--refresh"], deployed({ ...edit }));
      expect(text).toMatch(/lite-web leads to lite-web-v3, a container of Kamal's, which has deployed since/);
      expect(text).toMatch(/takeover\/test\/lite\/job has lite-job-v3 beside it, a container of Kamal's/);
      await killed("v4", /Switch lite-web-web-1-switch updating/, "--refresh");
      await up("v4");
    });
    expect(versions).toEqual(["v2", "v3", "v4"]);
    expect((await kamals()).filter((line) => line.endsWith(" running"))).toEqual([]);
    expect(await ours()).toEqual(["lite-job-web-1", "lite-web-web-1"]);
    expect([await row(), await file()]).toEqual(["4711", "paid"]);
  });

  it("has its app back by a rollback of its own, and the program goes without harm to it", async () => {
    const versions = await underLoad(async () => {
      await kamal.run("rollback", "v3");
      await workspace.pulumi(["destroy", "--yes", "--skip-preview"], deployed(edit));
    });
    expect(versions).toEqual(["v4", "v3"]);
    expect(await onServer("docker exec lite-redis redis-cli get order")).toBe("4711");
    expect(await file()).toBe("paid");
    expect(await kamals()).toEqual(expect.arrayContaining(["lite-job-v3 running", "lite-web-v3 running"]));
  });
});
