/**
 * One of two servers dies: it is named, the other one is released without it, and it is taken out, with an exit code of 0 each time and
 * nothing of the state done by hand.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findDocker } from "../../lab/docker/docker";
import { factsOfLab, labFacts } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { startLoad } from "../../lab/load/load";
import { type Ran, Workspace } from "../../lab/workspace";
import type { Edit } from "./dead-hosts/edit";
import { versions } from "./deploy/http";

const host = "lite.test";
/** Lines that show a program's insides. */
const trace = /^\s+at .*:\d+:\d+\)?$/m;
/** What is said of the host that is down. */
const named = /dead-2: ssh did not get through to root@\S+, port 22: it does not answer/g;
let workspace: Workspace;
let now: Edit = { version: "v1", second: "serving" };

beforeAll(async () => {
  const log = (line: string): void => {
    console.log(line);
  };
  const found = await findDocker();
  const docker = found && (await labFacts(found)) ? found : await labUp(log);
  const facts = await factsOfLab(docker);
  workspace = await Workspace.make(facts, "test/lab/dead-hosts/program", "dead");
});

afterAll(async () => {
  await workspace.pulumi(["destroy", "--yes", "--skip-preview"], {
    ...program(now),
    SEXTANT_GONE: "dead-2",
  });
  workspace.remove();
});

function program(edit: Edit): NodeJS.ProcessEnv {
  return { DEAD_HOSTS: JSON.stringify(edit) };
}

async function tryPulumi(args: string[], edit: Edit = now, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const ran = await workspace.tryPulumi(args, { ...program(edit), ...env });
  console.log(`pulumi ${args[0] ?? ""}: exit ${ran.code}, ${ran.seconds.toFixed(1)} s`);
  return ran;
}

async function up(change: Partial<Edit>): Promise<Ran> {
  now = { ...now, ...change };
  const ran = await tryPulumi(["up", "--yes", "--skip-preview"]);
  expect(ran.code, ran.text).toBe(0);
  return ran;
}

async function urls(): Promise<string[]> {
  const { addresses } = await workspace.outputs<{ addresses: string[] }>();
  return addresses.map((address) => `http://${address}`);
}

interface CloudServer {
  id: number;
  name: string;
  status: string;
}

async function api(path: string, method = "GET"): Promise<{ servers?: CloudServer[] }> {
  const { endpoint, token } = workspace.facts.api;
  const response = await fetch(`${endpoint}${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(response.ok, `${method} ${path}`).toBe(true);
  return (await response.json()) as { servers?: CloudServer[] };
}

const inCloud = async (): Promise<CloudServer[]> => (await api("/servers?per_page=50")).servers ?? [];
const stateOf = async (name: string): Promise<CloudServer | undefined> =>
  (await inCloud()).find((server) => server.name === name);

/** Takes the power from a server, as a fault of its machine does. */
async function powerOff(name: string): Promise<void> {
  const { id } = (await stateOf(name)) ?? {};
  await api(`/servers/${String(id)}/actions/poweroff`, "POST");
  while ((await stateOf(name))?.status !== "off") await new Promise((resolve) => setTimeout(resolve, 200));
}

describe("a host that dies", () => {
  it("serves like the other one before", async () => {
    await up({});
    expect(await versions(await urls(), host)).toEqual(["200 v1", "200 v1"]);
  });

  it("is named once where a release has it, and nothing is switched", async () => {
    await powerOff("dead-2");
    const ran = await tryPulumi(["up", "--yes", "--skip-preview"], { ...now, version: "v2" });
    expect(ran.code).not.toBe(0);
    expect(ran.text).not.toMatch(trace);
    expect(ran.text).toContain("set gone: true on it");
    expect(new Set(lines(ran.text)).size).toBe(1);
    // The engine and the program take their part of it.
    expect(ran.seconds).toBeLessThan(60);
    expect(await versions((await urls()).slice(0, 1), host)).toEqual(["200 v1"]);
  });

  it("is named once by a refresh, which goes on where it is given up for that run", async () => {
    const alone = await tryPulumi(["refresh", "--yes", "--skip-preview"]);
    expect(alone.code).not.toBe(0);
    expect(alone.text).not.toMatch(trace);
    expect(new Set(lines(alone.text)).size).toBe(1);
    const without = await tryPulumi(["refresh", "--yes", "--skip-preview"], now, { SEXTANT_GONE: "dead-2" });
    expect(without.code, without.text).toBe(0);
    expect(without.text).toContain("dead-2 is gone: what the state has of it stays as it is.");
  });

  it("is refused in a role once it is gone, and the release goes on without it, with no request lost", async () => {
    const refused = await tryPulumi(["preview"], { ...now, second: "gone-and-serving" });
    expect(refused.code, refused.text).not.toBe(0);
    expect(refused.text).toContain('Proxy "proxy": servers[1] is "dead-2", but that server is gone');
    const load = startLoad({ targets: (await urls()).slice(0, 1), host, rate: 30, timeoutMs: 30_000 });
    const ran = await up({ version: "v2", second: "gone" });
    const { lost, losses, wentBack } = await load.stop();
    expect({ lost, losses, wentBack }).toEqual({ lost: 0, losses: [], wentBack: false });
    expect(ran.text).toMatch(/dead-2 is gone: the container lite-web-dead-2-\w+ is left there/);
    expect(ran.text).toMatch(/dead-2 is gone: the volume \S*lite-data\S*, with its data, is left there/);
    expect(await versions((await urls()).slice(0, 1), host)).toEqual(["200 v2"]);
    // It is still at Hetzner, and nothing of it stands in the way of a refresh.
    const again = await tryPulumi(["up", "--yes", "--refresh", "--skip-preview"]);
    expect(again.code, again.text).toBe(0);
    expect(again.seconds).toBeLessThan(60);
  });

  it("is taken out of the program", async () => {
    const ran = await up({ second: "out" });
    expect(ran.text).not.toMatch(trace);
    expect(await stateOf("dead-2")).toBeUndefined();
    expect((await stateOf("dead-1"))?.status).toBe("running");
    expect(await versions(await urls(), host)).toEqual(["200 v2"]);
    const same = await tryPulumi(["preview", "--expect-no-changes", "--diff"]);
    expect(same.code, same.text).toBe(0);
  });
});

/** What is said of the host that is down, a line for each time, without the engine's repeats of a line as it goes on. */
function lines(text: string): string[] {
  const diagnostics = text.slice(text.lastIndexOf("Diagnostics:"));
  return [...diagnostics.matchAll(named)].map(({ index }) => String(index));
}
