/**
 * A second version of a role beside it for a part of the visitors, and a role that gets its reads, behind a real proxy and under load: what the
 * proxy gives to whom, while shares, versions, routes and the proxy itself change.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { factsOfLab } from "../../lab/facts";
import { labUp } from "../../lab/lab";
import { startLoad } from "../../lab/load/load";
import { ask } from "../../lab/load/request";
import { on } from "../../lab/ssh";
import { type Ran, Workspace } from "../../lab/workspace";
import { type Edit, plain } from "./canary/edit";

const host = "shop.canary";
const lossless = { lost: 0, losses: [], wentBack: false };
let workspace: Workspace;
let address: string;
let now: Edit = plain;

const program = (edit: Edit): NodeJS.ProcessEnv => ({ CANARY: JSON.stringify(edit) });

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

async function unchanged(): Promise<void> {
  const same = await workspace.tryPulumi(["preview", "--expect-no-changes", "--diff"], program(now));
  expect(same.code, same.text).toBe(0);
  // The proxy's own word is read for it, too.
  const looked = await workspace.tryPulumi(["preview", "--refresh", "--diff"], program(now));
  expect(looked.code, looked.text).toBe(0);
  expect(looked.text).not.toMatch(/~ sextant:index:(Canary|Switch): \(update\)/);
}

const server = (command: string): Promise<string> => on({ address, keyFile: workspace.keyFile }, command);
const rollout = (words: string): Promise<string> =>
  server(`docker exec kamal-proxy kamal-proxy rollout ${words}`);

/** The containers of a role that run, by Docker's ids. */
async function ids(role: string): Promise<string[]> {
  const label = `--filter label=sextant.role=canary/canary/shop/${role}`;
  return (await server(`docker ps --quiet --no-trunc ${label}`)).split("\n").filter(Boolean).sort();
}

/** Values as an app would draw them. */
const visitors = Array.from({ length: 60 }, (_, at) =>
  createHash("sha256").update(`visitor ${at}`).digest("hex").slice(0, 12),
);

/** Who of them is in a share: those whose FNV-1a hash is in that part of all (v0.9.2 internal/server/rollout_controller.go). */
function within(percent: number): string[] {
  const hash = (value: string): number =>
    [...Buffer.from(value)].reduce((sum, byte) => Math.imul(sum ^ byte, 16_777_619) >>> 0, 0x811c9dc5);
  return visitors.filter((value) => hash(value) <= 0xffffffff * (percent / 100));
}

/** One request, with the cookie of a visitor or without one. */
async function request(path: string, cookie?: string, method: "GET" | "POST" = "GET") {
  return ask({
    ...{ method, url: `http://${address}${path}`, host, timeoutMs: 10_000 },
    ...(cookie === undefined ? {} : { headers: { Cookie: cookie } }),
  });
}

/** The version that a visitor gets. */
async function versionFor(visitor: string): Promise<string> {
  const { status, version } = await request("/whoami", `kamal-rollout=${visitor}`);
  expect(status).toBe(200);
  return version;
}

/** Who of the visitors gets a version. */
async function gets(version: string): Promise<string[]> {
  const all = await Promise.all(visitors.map(versionFor));
  return visitors.filter((_, at) => all[at] === version);
}

/** Whether a container that reads for the web answers. */
async function reads(method: "GET" | "POST", cookie?: string): Promise<boolean> {
  const { status, body } = await request("/env-check?name=READS", cookie, method);
  expect(status, body).toBe(200);
  return (JSON.parse(body) as { set: boolean }).set;
}

/** Does something under load of those without the cookie and of all visitors, of whom none may lose an answer. */
async function underLoad<T>(work: () => Promise<T>): Promise<T> {
  const load = startLoad({ targets: [`http://${address}`], host, rate: 30, slowSeconds: 1 });
  let over = false;
  const lost: string[] = [];
  let sent = 0;
  const visits = Array.from({ length: 4 }, async (_, client) => {
    for (let at = client; !over; at += 4) {
      const visitor = visitors[at % visitors.length] ?? "";
      const path = at % 20 === client ? "/slow?seconds=1" : "/whoami";
      sent++;
      await request(path, `kamal-rollout=${visitor}`).then(
        ({ status }) => status === 200 || lost.push(`${visitor}: ${status}`),
        (error: unknown) => lost.push(`${visitor}: ${String(error)}`),
      );
      await sleep(50);
    }
  });
  let done: T;
  try {
    done = await work();
    await sleep(1000);
  } finally {
    over = true;
    await Promise.all(visits);
  }
  const { requests, lost: losses, losses: why, wentBack, longestGap } = await load.stop();
  console.log("load", JSON.stringify({ requests, sent, losses, lost, longestGap }));
  expect({ lost: losses, losses: why, wentBack }).toEqual(lossless);
  expect(lost).toEqual([]);
  expect(sent).toBeGreaterThan(50);
  return done;
}

beforeAll(async () => {
  const facts = await factsOfLab(
    await labUp((line) => {
      console.log(line);
    }),
  );
  workspace = await Workspace.make(facts, "test/lab/canary/program", "canary");
  await up({});
  ({ address } = await workspace.outputs<{ address: string }>());
});

afterAll(async () => {
  await workspace.pulumi(["destroy", "--yes", "--skip-preview"], program(now));
  workspace.remove();
});

describe("a canary", () => {
  it("comes beside the role under load, and gets about its part of the visitors, and nobody without the cookie", async () => {
    const served = await ids("web");
    const canary = { version: "v2", percent: 30 };
    const plan = await workspace.tryPulumi(["preview", "--diff"], program({ ...now, canary }));
    expect(plan.text).toMatch(/\+ sextant:index:Canary: \(create\)[^]*percent *: 30/);
    await underLoad(() => up({ canary }));
    expect(await ids("web")).toEqual(served);
    const some = await gets("v2");
    expect(some).toEqual(within(30));
    expect(some.length).toBeGreaterThan(60 * 0.1);
    expect(some.length).toBeLessThan(60 * 0.5);
    expect((await request("/whoami")).version).toBe("v1");
    await unchanged();
  });

  it("has another share, and visitors by name, without a container being touched", async () => {
    const before = [await ids("web"), await ids("web-canary")];
    const few = await gets("v2");
    const named = visitors.find((visitor) => !few.includes(visitor)) ?? "";
    const plan = await workspace.tryPulumi(
      ["preview", "--diff"],
      program({ ...now, canary: { version: "v2", percent: 30, visitors: [named] } }),
    );
    expect(plan.text).toMatch(/~ sextant:index:Canary: \(update\)/);
    expect(plan.text).not.toMatch(/sextant:index:(Container|Switch|Ready)/);
    await underLoad(() => up({ canary: { version: "v2", percent: 30, visitors: [named] } }));
    expect(await gets("v2")).toEqual(visitors.filter((one) => few.includes(one) || one === named));
    await underLoad(() => up({ canary: { version: "v2", percent: 60 } }));
    const more = await gets("v2");
    expect(more).toEqual(within(60));
    expect(more).toEqual(expect.arrayContaining(few));
    await up({ canary: { version: "v2", percent: 100 } });
    expect(await gets("v2")).toEqual(visitors);
    await up({ canary: { version: "v2", percent: 0, visitors: [named] } });
    expect(await gets("v2")).toEqual([named]);
    expect([await ids("web"), await ids("web-canary")]).toEqual(before);
  });

  it("keeps its part through a release of the role, an edit of the route and another proxy", async () => {
    await up({ canary: { version: "v2", percent: 30 } });
    const some = await gets("v2");
    const own = await ids("web-canary");
    await underLoad(() => up({ version: "v3" }));
    expect(await gets("v2")).toEqual(some);
    expect((await request("/whoami")).version).toBe("v3");
    await underLoad(() => up({ responseTimeout: "20s" }));
    expect(await gets("v2")).toEqual(some);
    await underLoad(() => up({ debug: true }));
    expect(await gets("v2")).toEqual(some);
    expect(await ids("web-canary")).toEqual(own);
    await server("docker restart kamal-proxy");
    await expect.poll(() => gets("v2").catch(String), { timeout: 15_000 }).toEqual(some);
    await unchanged();
  });

  it("is seen to have lost its part, and has it again by a refresh", async () => {
    const some = await gets("v2");
    for (const change of ["stop shop-web", "set shop-web --percent=90"]) {
      await rollout(change);
      expect(await gets("v2")).not.toEqual(some);
      const plan = await workspace.tryPulumi(["preview", "--refresh", "--diff"], program(now));
      expect(plan.text).toMatch(/~ sextant:index:Canary: \(update\)/);
      await up({}, "--refresh");
      expect(await gets("v2")).toEqual(some);
    }
  });

  it("of another version takes the visitors over under load, and one that fails its check gets none", async () => {
    const some = await gets("v2");
    await underLoad(() => up({ canary: { version: "v4", percent: 30 } }));
    expect(await gets("v4")).toEqual(some);
    expect(await ids("web-canary")).toHaveLength(1);
    const bad = { ...now, canary: { version: "v5", percent: 50, env: { FAIL_UP_ON: "*" } } };
    const ran = await underLoad(() => tryUp(bad));
    expect(ran.code).not.toBe(0);
    expect(ran.text).toMatch(/shop-web-canary-can-1-\w+ is not ready/);
    expect(await gets("v4")).toEqual(some);
    await up({});
    expect(await gets("v4")).toEqual(some);
    expect(await ids("web-canary")).toHaveLength(1);
  });

  it("is promoted in one step under load: its visitors have its version all the time", async () => {
    const some = await gets("v4");
    const seen = new Set<string>();
    let over = false;
    const watch = (async () => {
      while (!over) seen.add(await versionFor(some[0] ?? ""));
    })();
    await underLoad(() => up({ version: "v4", canary: undefined }));
    over = true;
    await watch;
    expect([...seen]).toEqual(["v4"]);
    expect(await gets("v4")).toEqual(visitors);
    expect(await ids("web-canary")).toEqual([]);
    expect(await ids("web")).toHaveLength(1);
    await unchanged();
  });

  it("is taken out under load, and its visitors go back", async () => {
    await up({ canary: { version: "v5", percent: 40 } });
    expect((await gets("v5")).length).toBeGreaterThan(0);
    await underLoad(() => up({ canary: undefined }));
    expect(await gets("v4")).toEqual(visitors);
    expect(await ids("web-canary")).toEqual([]);
    expect(
      await server("docker ps --all --quiet --filter label=sextant.role=canary/canary/shop/web-canary"),
    ).toBe("");
  });
});

describe("a role that reads for another one", () => {
  it("gets GET under load and no POST, and what a visitor reads after a write is of the writer", async () => {
    const served = await ids("web");
    await underLoad(() => up({ readers: 2, writerAffinity: "3s" }));
    expect(await ids("web")).toEqual(served);
    expect(await reads("GET")).toBe(true);
    expect(await reads("POST")).toBe(false);
    expect(await reads("GET", `kamal-writer=${Date.now() + 60_000}`)).toBe(false);
    expect(await reads("GET", `kamal-writer=${Date.now() - 1}`)).toBe(true);
    const written = await server(
      `curl --silent --dump-header - --output /dev/null --request POST --header 'Host: ${host}' 'http://127.0.0.1/env-check?name=READS'`,
    );
    expect(written).toMatch(/set-cookie: kamal-writer=/i);
    await unchanged();
  });

  it("is released with the role in one step, and nothing old of it is left", async () => {
    const before = await ids("reader");
    await underLoad(() => up({ version: "v6" }));
    const after = await ids("reader");
    expect(after).toHaveLength(2);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
    expect((await request("/whoami")).version).toBe("v6");
    expect(await reads("GET")).toBe(true);
  });

  it("is not missed where it does not answer, and is behind another proxy as before", async () => {
    await server(`docker stop --time 1 ${(await ids("reader")).join(" ")}`);
    await expect.poll(() => reads("GET").catch(String), { timeout: 20_000 }).toBe(false);
    await underLoad(() => up({}, "--refresh"));
    await expect.poll(() => reads("GET"), { timeout: 10_000 }).toBe(true);
    await underLoad(() => up({ debug: false }));
    expect(await reads("GET")).toBe(true);
  });

  it("is taken out under load, and the role has its reads", async () => {
    const served = await ids("web");
    await underLoad(() => up({ readers: undefined, writerAffinity: undefined }));
    expect(await reads("GET")).toBe(false);
    expect(await ids("reader")).toEqual([]);
    expect(await ids("web")).toEqual(served);
    await unchanged();
  });
});

describe("a role with an image of its own", () => {
  const images = (): Promise<string> =>
    server("docker images --format '{{.Repository}}:{{.Tag}}' | sed 's|^[^/]*/||' | sort");
  const imageOf = async (role: string): Promise<string> => {
    const [id = ""] = await ids(role);
    return (await server(`docker inspect --format '{{.Config.Image}}' ${id}`)).trim().replace(/^[^/]*\//, "");
  };

  it("comes beside the others, which stay as they are, and the release command does not run", async () => {
    const served = await ids("web");
    const { text } = await underLoad(() => up({ worker: { image: "shop", version: "v1" } }));
    expect(text).not.toMatch(/sextant:index:Release/);
    expect(await ids("web")).toEqual(served);
    expect(await imageOf("worker")).toBe("shop:v1");
    await unchanged();
  });

  it("stays as it is where the app is released, and the others where it is released", async () => {
    const worker = await ids("worker");
    await underLoad(() => up({ version: "v7" }));
    expect((await request("/whoami")).version).toBe("v7");
    expect(await ids("worker")).toEqual(worker);
    const served = await ids("web");
    await underLoad(() => up({ worker: { image: "shop", version: "v2" } }));
    expect(await ids("web")).toEqual(served);
    expect(await ids("worker")).not.toEqual(worker);
    expect(await imageOf("worker")).toBe("shop:v2");
    await unchanged();
  });

  it("is taken out, and the images of the app are those that are kept of the app", async () => {
    expect((await images()).split("\n").filter((image) => image.startsWith("shop:"))).toEqual([
      ...["shop:v1", "shop:v2"],
    ]);
    await up({ worker: undefined });
    expect(await ids("worker")).toEqual([]);
    expect((await images()).split("\n").filter((image) => image.startsWith("lite:"))).toHaveLength(3);
  });
});
