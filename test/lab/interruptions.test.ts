/**
 * Releases that are cut off and tried again, and what is renamed and moved, on the real engine under load: no request is lost, a host
 * carries two generations of a role at most, and the next `pulumi up` does what it says. One stack, one life.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { get, versions } from "./deploy/http";
import { type Edit, plain } from "./interruptions/edit";
import { TurnWorld, deployed, pause } from "./interruptions/world";

let world: TurnWorld;
let now: Edit = plain;

const lossless = { lost: 0, losses: [], wentBack: false };

/** Deploys an edit with requests for a host all the while, and expects none to be lost. */
async function release(change: Partial<Edit>, host = "shop.turn"): Promise<void> {
  now = { ...now, ...change };
  const { done, load } = await world.watching({ role: now.role, host }, () => world.up(now));
  expect(done.code, done.text).toBe(0);
  expect(load, `requests for ${host}`).toMatchObject(lossless);
}

const serving = async (host: string, version: string): Promise<void> => {
  expect(await versions(world.targets, host)).toEqual(world.targets.map(() => `200 ${version}`));
};

const runs = (version: string) => async (): Promise<boolean> =>
  (await Promise.all([0, 1].map((at) => world.containers(at, now.role)))).every((all) =>
    all.includes(`${version} running`),
  );

beforeAll(async () => {
  world = await TurnWorld.start();
  const made = await world.up(plain);
  expect(made.code, made.text).toBe(0);
});

afterAll(async () => {
  await world.end(now);
});

describe("a release that is cut off in its gates", () => {
  it("leaves two generations at most, no worker of its own, and the next release goes through", async () => {
    const slow = { ...now, version: "v2", env: { BOOT_DELAY: "30" } };
    const { load, most } = await world.watching({ role: "web", host: "shop.turn" }, async () => {
      await world.cut(slow, runs("v2"));
      expect(await world.containers(0, "job")).not.toContain("v2 running");
      now = { ...now, version: "v3" };
      const next = await world.up(now);
      expect(next.code, next.text).toBe(0);
    });
    expect(load).toMatchObject(lossless);
    expect(most, "generations of the role at a time").toBe(2);
    await serving("shop.turn", "v3");
  });

  it("does not have its container stopped by its own check, when the same release is given more time", async () => {
    const short: Edit = { ...now, version: "v4", env: { BOOT_DELAY: "12" }, readyTimeout: "6s" };
    await world.cut(short, runs("v4"));
    await release({ ...short, readyTimeout: "40s" });
    await serving("shop.turn", "v4");
  });
});

describe("a proxy that is dead during three releases", () => {
  it("leaves two generations at most on its host, and nothing when it is back", async () => {
    await release({ version: "v5", env: {} });
    await world.onServer(1, "docker kill kamal-proxy");
    const { load, most } = await world.watching(
      { role: "web", host: "shop.turn", targets: world.targets.slice(0, 1) },
      async () => {
        for (const version of ["v6", "v7", "v8"]) {
          const failed = await world.up({ ...now, version });
          expect(failed.code, failed.text).not.toBe(0);
        }
      },
    );
    expect(load).toMatchObject({ lost: 0, losses: [] });
    expect(most).toBe(2);
    await world.onServer(1, "docker start kamal-proxy");
    await pause(1000);
    now = { ...now, version: "v8" };
    const back = await world.up(now);
    expect(back.code, back.text).toBe(0);
    for (const at of [0, 1]) expect(await world.containers(at, "web")).toEqual(["v8 running"]);
    await serving("shop.turn", "v8");
  });
});

describe("what is routed", () => {
  it("is renamed with its role in one update", async () => {
    await release({ role: "site", version: "v7" });
    await serving("shop.turn", "v7");
    for (const at of [0, 1]) expect(await world.containers(at, "web")).toEqual([]);
    const again = await world.up(now);
    expect(again.stdout).toMatch(/Resources:\n +\d+ unchanged\n/);
  });

  it("moves to another app, and back, in one update each", async () => {
    await release({ shopHosts: ["shop.turn"], blogHosts: ["blog.turn", "www.turn"] }, "www.turn");
    await serving("www.turn", "v9");
    await serving("shop.turn", "v7");
    await release({ shopHosts: ["shop.turn", "www.turn"], blogHosts: ["blog.turn"] }, "www.turn");
    await serving("www.turn", "v7");
    await serving("blog.turn", "v9");
  });

  it("goes from the proxy when the route is taken off, and comes again", async () => {
    now = { ...now, routed: false };
    const without = await world.up(now);
    expect(without.code, without.text).toBe(0);
    expect((await get(world.targets[0] ?? "", "shop.turn")).status).toBe(404);
    now = { ...now, routed: true };
    const again = await world.up(now);
    expect(again.code, again.text).toBe(0);
    await serving("shop.turn", "v7");
  });
});

describe("an upgrade of the library that changes its verbs", () => {
  it("puts the verbs there, and runs no release command, no check and no switch", async () => {
    const state = await world.workspace.pulumi(["stack", "export"]);
    const hash = /\/usr\/local\/lib\/sextant\/([0-9a-f]{12})\b/.exec(state)?.[1];
    if (hash === undefined) return expect.fail("the state names no verbs");
    // As the version before has left it: with verbs of its own on the hosts.
    const before = "0123456789ab";
    for (const at of [0, 1])
      await world.onServer(at, `cd /usr/local/lib/sextant && cp -r ${hash} ${before} && rm -r ${hash}`);
    await world.workspace.pulumi(["stack", "import"], {}, state.replaceAll(hash, before));
    const since = await world.onServer(0, "date +%s");
    const steps = JSON.parse(await world.workspace.pulumi(["preview", "--json"], deployed(now))) as {
      steps: { op: string; urn: string }[];
    };
    const touched = steps.steps
      .filter(({ op }) => op !== "same")
      .map(({ op, urn }) => `${op} ${urn.split("::").at(-2)?.split(":").at(-1) ?? ""}`);
    expect([...new Set(touched)]).toEqual(["update HostReady"]);
    await release({});
    expect(await world.releases(since)).toBe(0);
    // What did not run since is undone by verbs of either version.
    for (const at of [0, 1]) await world.onServer(at, `rm -r /usr/local/lib/sextant/${before}`);
    const refreshed = await world.up(now, "--refresh");
    expect(refreshed.code, refreshed.text).toBe(0);
  });
});
