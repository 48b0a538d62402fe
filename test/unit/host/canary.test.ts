/** The part of the visitors that a canary has, at a proxy that is kept in memory: given, changed, looked at and taken back. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withoutDoing } from "../../../provider/ssh/doing";
import { RolloutHost, type Ended } from "./rollout-host";

const web = "shop/production/shop/web";
const role = `${web}-canary`;
let host: RolloutHost;

beforeEach(async () => {
  host = await new RolloutHost().listen();
  host.add("web-1", web);
  host.services.set("shop-web", {
    ...{ hosts: ["shop.test"], paths: ["/"], target: `web-1:${host.port}`, flags: [] },
  });
});

afterEach(() => {
  host.close();
});

const part = (container: string, percent: number, ...visitors: string[]): string[] => [
  ...[`role=${role}`, `container=${container}`, `percent=${percent}`],
  ...visitors.map((value) => `visitor=${value}`),
  `route=shop-web/${host.port}/5s/1s`,
];
const put = (...words: string[]): Promise<Ended> => host.run("canary", ["put", ...words, "stop=1"]);
const look = async (...words: string[]): Promise<string> =>
  (await host.run("canary", ["look", ...words])).stdout.trim();
const end = (...words: string[]): Promise<Ended> =>
  host.run("canary", ["end", `role=${role}`, "service=shop-web", ...words]);

async function good(ended: Promise<Ended>): Promise<void> {
  const { code, stderr } = await ended;
  expect({ code, stderr: withoutDoing(stderr) }).toEqual({ code: 0, stderr: "" });
}

const ofProxy = (): string[] => host.done.filter((line) => /^(rollout|stop|deploy) /.test(line));

describe("a canary", () => {
  it("gets its part, and only the share is set where it has the container's place already", async () => {
    host.add("canary-1", role);
    expect(await look(...part("canary-1", 10))).toBe("false");
    await good(put(...part("canary-1", 10)));
    expect(ofProxy()).toEqual([`rollout deploy shop-web canary-1:${host.port}`, "rollout set shop-web 10"]);
    expect(host.services.get("shop-web")?.part).toEqual({ percentage: 10, allowlist: [] });
    expect(await look(...part("canary-1", 10))).toBe("true");
    expect(await look(...part("canary-1", 20))).toBe("false");
    host.done.length = 0;
    await good(put(...part("canary-1", 20, "a&b<*", "team")));
    expect(ofProxy()).toEqual(["rollout set shop-web 20"]);
    expect(host.services.get("shop-web")?.part?.allowlist).toEqual(["a&b<*", "team"]);
    expect(await look(...part("canary-1", 20, "a&b<*", "team"))).toBe("true");
    expect(await look(...part("canary-1", 20, "team"))).toBe("false");
    host.done.length = 0;
    await good(put(...part("canary-1", 20, "a&b<*", "team")));
    expect(ofProxy()).toEqual([]);
  });

  it("has the settings of a route anew, where they have changed", async () => {
    host.add("canary-1", role);
    await good(put(...part("canary-1", 10)));
    host.done.length = 0;
    await good(put(...part("canary-1", 10), "again=yes"));
    expect(ofProxy()).toEqual([`rollout deploy shop-web canary-1:${host.port}`]);
  });

  it("takes the place of the one before it, which stops then; the role's own container goes on", async () => {
    host.add("canary-1", role);
    await good(put(...part("canary-1", 10)));
    host.add("canary-2", role);
    host.done.length = 0;
    await good(put(...part("canary-2", 10)));
    expect(ofProxy()).toEqual([`rollout deploy shop-web canary-2:${host.port}`, "stop canary-1"]);
    expect(host.running(web)).toEqual(["web-1"]);
    expect(host.running(role)).toEqual(["canary-2"]);
  });

  it("keeps its part through a release of the role", async () => {
    host.add("canary-1", role);
    await good(put(...part("canary-1", 10)));
    host.add("web-2", web);
    const words = [`role=${web}`, "container=web-2", "stop=1", "service=shop-web", `port=${host.port}`];
    await good(host.run("switch", [...words, "--", "--host=shop.test"]));
    expect(await look(...part("canary-1", 10))).toBe("true");
    expect(host.running(role)).toEqual(["canary-1"]);
  });

  it("is checked again where it has stopped since, and gets nothing where it is not there", async () => {
    host.add("canary-1", role, false);
    await good(put(...part("canary-1", 10)));
    expect(host.done).toContain("start canary-1");
    const gone = await put(...part("canary-9", 10));
    expect(gone.code).toBe(1);
    expect(gone.stderr).toContain("canary-9 is not there to get visitors");
  });

  it("that the proxy does not find fit leaves the one before it its part", async () => {
    host.add("canary-1", role);
    await good(put(...part("canary-1", 10)));
    host.add("canary-2", role);
    host.refuseRollout = true;
    const ended = await put(...part("canary-2", 50));
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({ stage: "switch", ending: "proxy-refused" });
    expect(await look(...part("canary-1", 10))).toBe("true");
    expect(host.running(role)).toContain("canary-1");
  });

  it("is refused without the route, and none of another stack's is touched", async () => {
    host.add("canary-1", role);
    host.services.clear();
    expect((await put(...part("canary-1", 10))).stderr).toContain("has no route shop-web");
    host.add("other-1", "shop/staging/shop/web");
    const theirs = { hosts: ["*"], paths: ["/"], target: "other-1:3000", flags: [] };
    host.services.set("shop-web", theirs);
    expect((await put(...part("canary-1", 10))).code).toBe(1);
    expect(ofProxy()).toEqual([]);
  });
});

describe("a canary of two routes", () => {
  const both = (container: string): string[] => [
    ...part(container, 10),
    `route=shop-web-api/${host.port}/5s/1s`,
  ];
  const gate = async (container: string): Promise<void> => {
    host.add(container, role, false);
    const words = [`role=${role}`, `container=${container}`, "timeout=5", `port=${host.port}`];
    expect(await host.run("ready", [...words, "lease=1"])).toMatchObject({ code: 0 });
  };
  const targets = (): (string | undefined)[] =>
    ["shop-web", "shop-web-api"].map((name) => host.services.get(name)?.rollout?.split(":")[0]);

  beforeEach(() => {
    const api = { hosts: ["api.test"], paths: ["/"], target: `web-1:${host.port}`, flags: [] };
    host.services.set("shop-web-api", api);
  });

  it("serves on with the first one where the second is refused, beside the one before it, until a later one has both", async () => {
    await gate("canary-1");
    await good(put(...both("canary-1")));
    await gate("canary-2");
    host.refuseRollout = "shop-web-api";
    expect((await put(...both("canary-2"))).code).toBe(1);
    expect(targets()).toEqual(["canary-2", "canary-1"]);
    await sleep(2500);
    expect(host.running(role)).toEqual(["canary-1", "canary-2"]);
    // The check of another one ends what has no visitors alone.
    await gate("canary-3");
    expect(host.running(role)).toEqual(["canary-1", "canary-2", "canary-3"]);
    host.refuseRollout = false;
    await good(put(...both("canary-3")));
    expect(host.running(role)).toEqual(["canary-3"]);
  });

  it("ends by its lease where it was refused at the first, as it has no visitors; the one before it goes on", async () => {
    await gate("canary-1");
    await good(put(...both("canary-1")));
    await gate("canary-2");
    host.refuseRollout = true;
    expect((await put(...both("canary-2"))).code).toBe(1);
    expect(targets()).toEqual(["canary-1", "canary-1"]);
    await expect.poll(() => host.running(role)).toEqual(["canary-1"]);
  });

  it("outlives its lease where the step was ended while the proxy was checking it, which goes on to give it visitors", async () => {
    await gate("canary-1");
    host.rolloutMs = 3000;
    const { child, ended } = host.start("canary", ["put", ...both("canary-1"), "stop=1"]);
    await expect.poll(() => host.checks).toBe(1);
    child.kill("SIGKILL");
    await ended;
    await expect.poll(targets).toEqual(["canary-1", undefined]);
    await expect.poll(() => existsSync(join(host.untilBoot, "lease-canary-1"))).toBe(false);
    await sleep(500);
    expect(host.running(role)).toEqual(["canary-1"]);
  });
});

describe("the clean-up", () => {
  const prune = (): Promise<Ended> =>
    host.run("prune", [
      ...[`role=${role}`, "wait=5", "keep=3", "for=shop/production/shop", "repository=acme/shop"],
      "container=canary-2",
    ]);

  beforeEach(async () => {
    host.add("canary-1", role);
    await good(put(...part("canary-1", 10)));
    host.add("canary-2", role);
  });

  it("removes no canary that has visitors, and says so", async () => {
    const ended = await prune();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/the proxy serves canary-1 and not canary-2 .* pulumi up --refresh/);
    expect([...host.containers.keys()]).toContain("canary-1");
  });

  it("removes nothing that runs where nobody knows who has visitors", async () => {
    host.readable = false;
    const ended = await prune();
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("which canaries have visitors");
    expect([...host.containers.keys()]).toContain("canary-1");
  });

  it("removes one whose visitors went to the role again, though the proxy keeps its place", async () => {
    delete host.services.get("shop-web")?.part;
    await good(prune());
    expect([...host.containers.keys()]).not.toContain("canary-1");
  });
});

describe("the end of a canary", () => {
  it("gives its visitors back first, and then has it drain; twice is no failure", async () => {
    host.add("canary-1", role);
    await good(put(...part("canary-1", 10)));
    host.done.length = 0;
    await good(end());
    expect(ofProxy()).toEqual(["rollout stop shop-web", `rollout deploy shop-web web-1:${host.port}`]);
    expect(await look(...part("canary-1", 10))).toBe("false");
    host.done.length = 0;
    await good(end());
    expect(ofProxy()).toEqual([]);
  });

  it("is a success without a proxy or its route, and where a role of another name has its place", async () => {
    await good(end());
    host.services.clear();
    await good(end());
    host.proxy = false;
    await good(end());
    host.proxy = true;
    host.add("canary-1", role);
    host.services.set("shop-web", {
      ...{ hosts: ["*"], paths: ["/"], target: `web-1:${host.port}`, flags: [] },
      ...{ rollout: `canary-1:${host.port}`, part: { percentage: 5, allowlist: [] } },
    });
    expect(
      await host.run("canary", ["end", "role=shop/production/shop/old-canary", "service=shop-web"]),
    ).toMatchObject({ code: 0 });
    expect(host.services.get("shop-web")?.part).toEqual({ percentage: 5, allowlist: [] });
  });
});

describe("what reads for a role", () => {
  const reader = "shop/production/shop/reader";
  const change = (n: number): Promise<Ended> =>
    host.run("switch", [
      ...[`role=${web}`, `container=web-${n}`, `reader=reader-${n}`, "stop=1"],
      ...["service=shop-web", "services=shop-web", `port=${host.port}`, "--", "--host=shop.test"],
    ]);

  it("gets a release with the role, and its old containers end by its own switch", async () => {
    for (const n of [2, 3]) {
      host.add(`web-${n}`, web);
      host.add(`reader-${n}`, reader);
      await good(change(n));
      expect(host.services.get("shop-web")).toMatchObject({
        target: `web-${n}:${host.port},reader-${n}:${host.port}`,
        readers: `reader-${n}:${host.port}`,
      });
      expect(host.running(reader)).toContain(`reader-${n}`);
      await good(host.run("switch", [`role=${reader}`, `container=reader-${n}`, `reads=${web}`, "stop=1"]));
    }
    await expect.poll(() => host.running(reader)).toEqual(["reader-3"]);
    await expect.poll(() => host.running(web)).toEqual(["web-3"]);
  });

  it("is stopped only when the route that led to it has drained", async () => {
    for (const n of [2, 3]) host.add(`reader-${n}`, reader);
    mkdirSync(host.untilBoot, { recursive: true });
    // As a deploy of the route that drains for long.
    const drains = join(host.untilBoot, "switching-shop-production-shop-web.drains");
    const draining = spawn("flock", ["--shared", drains, "sh", "-c", "echo held; read -r _"]);
    await once(draining.stdout, "data");
    await good(host.run("switch", [`role=${reader}`, "container=reader-3", `reads=${web}`, "stop=1"]));
    await sleep(1500);
    expect(host.running(reader)).toEqual(["reader-2", "reader-3"]);
    draining.stdin.end();
    await expect.poll(() => host.running(reader)).toEqual(["reader-3"]);
  });

  it("goes with the route, whose end is not held up by it", async () => {
    host.add("web-2", web);
    host.add("reader-2", reader);
    await good(change(2));
    await good(host.run("unroute", ["shop-web", `role=${web}`]));
    expect([...host.services]).toEqual([]);
  });
});
