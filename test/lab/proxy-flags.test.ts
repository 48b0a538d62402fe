/** What kamal-proxy itself does by each argument of a route and of a Proxy: a real proxy of the pinned version, on this machine. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ownCertificate, type RouteArgs } from "../../components/app/route";
import { ensureToolchain } from "../../lab/toolchain/toolchain";
import { selfSigned } from "./certificates/tls";
import { type Answer, type Question, ask } from "./proxy-flags/ask";
import { RealProxy } from "./proxy-flags/real-proxy";
import { Target } from "./proxy-flags/target";

let proxy: RealProxy;
let target: Target;
let other: Target;
/** A host name of its own for each test, so that none has another one's route. */
let host: string;
let count = 0;

beforeAll(async () => {
  const { kamalProxy } = await ensureToolchain((line) => {
    console.log(line);
  });
  proxy = await RealProxy.start(kamalProxy);
});
beforeEach(async () => {
  host = `shop-${++count}.test`;
  [target, other] = [await Target.start("first"), await Target.start("second")];
  return async () => {
    await Promise.all([target.stop(), other.stop()]);
  };
});
afterAll(async () => {
  await proxy.stop();
});

/** Routes the host of the test to its target. */
async function routed(route: RouteArgs = {}, given: Parameters<RealProxy["route"]>[3] = {}): Promise<void> {
  const outcome = await proxy.route(host, target.port, { hosts: [host], ...route }, given);
  expect(outcome).toMatchObject({ code: 0 });
}

const get = (path = "/", question: Question = {}): Promise<Answer> =>
  ask(proxy.http, host, { path, ...question });

/** What the app says that it was asked. */
const seen = ({ body }: Answer): { path: string; body: number; headers: Record<string, string> } =>
  JSON.parse(body.split("\n")[0] ?? "") as { path: string; body: number; headers: Record<string, string> };

describe("where a route's requests go", () => {
  it("is redirected to the canonical host, and to HTTPS unless redirectToHttps is off", async () => {
    await routed({ hosts: [host, `www.${host}`], canonicalHost: host });
    const moved = await ask(proxy.http, `www.${host}`, { path: "/a?b=1" });
    expect([moved.status, moved.headers.location]).toEqual([301, `http://${host}/a?b=1`]);
    expect((await get()).status).toBe(200);

    const certificate = mkdtempSync(join(tmpdir(), "sextant-flags-tls-"));
    try {
      const pair = await selfSigned(host);
      writeFileSync(join(certificate, "cert.pem"), pair.certificate);
      writeFileSync(join(certificate, "key.pem"), pair.key);
      const tls = ownCertificate(pair.certificate, pair.key);
      await routed({ tls }, { certificate });
      const secured = await get("/a");
      expect([secured.status, secured.headers.location]).toEqual([301, `https://${host}/a`]);
      await routed({ tls, redirectToHttps: false }, { certificate });
      expect((await get("/a")).status).toBe(200);
    } finally {
      rmSync(certificate, { recursive: true });
    }
  });

  it("has its path prefix taken off or not, and cookies' paths get it where scopeCookiePaths says so", async () => {
    await routed({ paths: ["/api"] });
    const plain = await get("/api/orders");
    expect(seen(plain).path).toBe("/orders");
    expect(plain.headers["set-cookie"]).toEqual(["session=1; Path=/"]);
    expect((await get("/orders")).status).toBe(404);
    await routed({ paths: ["/api"], stripPath: false });
    expect(seen(await get("/api/orders")).path).toBe("/api/orders");
    await routed({ paths: ["/api"], scopeCookiePaths: true });
    expect((await get("/api/orders")).headers["set-cookie"]).toEqual(["session=1; Path=/api"]);
  });

  it("shows the app X-Forwarded-* of the client where forwardHeaders says so", async () => {
    const headers = { "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https" };
    await routed({ forwardHeaders: true });
    expect(seen(await get("/", { headers })).headers).toMatchObject({
      "x-forwarded-for": "203.0.113.9, 127.0.0.1",
      "x-forwarded-proto": "https",
    });
    await routed({ forwardHeaders: false });
    expect(seen(await get("/", { headers })).headers).toMatchObject({
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
    });
  });

  it("is the readers' for WebSockets where readers.websockets says so, and the writer's for as long as writerAffinity", async () => {
    const upgrade = { Connection: "Upgrade", Upgrade: "websocket" };
    const of = async (question: Question = {}): Promise<unknown> =>
      (await get("/", question)).headers["x-target"];
    const readers = [other.port];
    await routed({}, { readers });
    expect([await of(), await of({ headers: upgrade })]).toEqual(["second", "first"]);
    await routed({ readers: { websockets: true, writerAffinity: "90s" } }, { readers });
    expect(await of({ headers: upgrade })).toBe("second");
    const wrote = await get("/", { method: "POST" });
    const [cookie = ""] = (wrote.headers["set-cookie"] ?? []).filter((each) => /^kamal-writer=/.test(each));
    const until = Date.parse(/Expires=([^;]+)/.exec(cookie)?.[1] ?? "");
    expect(Math.abs(until - Date.now() - 90_000)).toBeLessThan(10_000);
    expect(await of({ headers: { Cookie: cookie.split(";")[0] ?? "" } })).toBe("first");
    await routed({ readers: { writerAffinity: "0s" } }, { readers });
    expect(String((await get("/", { method: "POST" })).headers["set-cookie"])).not.toContain("kamal-writer");
  });
});

describe("how long a route waits", () => {
  it("is responseTimeout for the app's answer to begin", async () => {
    await routed({ responseTimeout: "1s" });
    const late = await get("/?wait=3000");
    expect(late.status).toBe(504);
    expect(late.ms).toBeLessThan(2500);
    await routed({ responseTimeout: "30s" });
    expect((await get("/?wait=1500")).status).toBe(200);
  });

  it("is drainTimeout for what is under way at a switch", async () => {
    const switched = async (drainTimeout: "1s" | "20s"): Promise<number> => {
      await routed({ drainTimeout });
      const before = target.begun.length;
      const slow = get("/?wait=3000");
      await expect.poll(() => target.begun.length).toBe(before + 1);
      const next = await proxy.route(host, other.port, { hosts: [host], drainTimeout });
      expect(next.code).toBe(0);
      return (await slow).status;
    };
    expect(await switched("20s")).toBe(200);
    expect(await switched("1s")).toBe(504);
  });

  it("is readyTimeout for a target that is not fit, which gets no traffic", async () => {
    await routed();
    other.nextHealth.push(...Array<number>(50).fill(503));
    const began = performance.now();
    const refused = await proxy.route(host, other.port, { hosts: [host] }, { deployTimeout: "2s" });
    expect(performance.now() - began).toBeLessThan(8000);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("(2s)");
    expect((await get()).headers["x-target"]).toBe("first");
  });

  it("is health.timeout for one answer, and health.interval from one question to the next", async () => {
    target.healthMs = 1000;
    const health = { timeout: "300ms", interval: "400ms" } as const;
    const refused = await proxy.route(host, target.port, { hosts: [host], health }, { deployTimeout: "2s" });
    expect(refused.code).toBe(1);
    const times = target.health.map(({ at }) => at);
    const gaps = times.slice(1).map((at, place) => at - (times[place] ?? 0));
    expect(gaps.length).toBeGreaterThan(2);
    for (const gap of gaps) expect(gap).toBeLessThan(900);
    await routed({ health: { timeout: "5s" } });
  });
});

describe("the question for a route's health", () => {
  it("goes to health.path and health.port with health.host, or to the route's own", async () => {
    await routed();
    expect(target.health.at(-1)).toMatchObject({ path: "/up", host });
    const asked = target.health.length;
    await routed({ health: { path: "/fit", host: "internal.test", port: other.port } });
    expect(other.health.at(-1)).toMatchObject({ path: "/fit", host: "internal.test" });
    expect(target.health).toHaveLength(asked);
  });
});

describe("the bodies of a route", () => {
  it("come whole to the app and the client, unless buffer says that they stream", async () => {
    const halves = { method: "POST", body: "x".repeat(2000), halfMs: 1500 };
    await routed();
    const whole = get("/whole", halves);
    await sleep(700);
    expect(target.begun).not.toContain("/whole");
    expect(seen(await whole).body).toBe(2000);
    const held = await get("/?late=1500");
    expect(held.firstMs).toBeGreaterThan(1400);

    await routed({ buffer: { requests: false, responses: false } });
    const streamed = get("/streamed", halves);
    await expect.poll(() => target.begun, { timeout: 1200 }).toContain("/streamed");
    expect(seen(await streamed).body).toBe(2000);
    const early = await get("/?late=1500");
    expect(early.firstMs).toBeLessThan(1000);
    expect(early.ms).toBeGreaterThan(1400);
  });

  it("are held in memory as far as buffer.memory says, and on the disk from there on", async () => {
    const post = { method: "POST", body: "x".repeat(200_000) };
    const onDisk = async (memory: "64k" | "1m"): Promise<number> => {
      await routed({ buffer: { memory } });
      const before = target.begun.length;
      const answer = get("/?wait=1000", post);
      await expect.poll(() => target.begun.length).toBe(before + 1);
      const { length } = proxy.spilled;
      expect(seen(await answer).body).toBe(200_000);
      return length;
    };
    expect(await onDisk("1m")).toBe(0);
    expect(await onDisk("64k")).toBe(1);
  });

  it("are refused from maxRequestBody and maxResponseBody on", async () => {
    await routed({ buffer: { maxRequestBody: "1k", maxResponseBody: "4k" } });
    const post = (length: number): Promise<Answer> => get("/", { method: "POST", body: "x".repeat(length) });
    expect([(await post(1000)).status, (await post(1100)).status]).toEqual([200, 413]);
    expect([(await get("/?more=1000")).status, (await get("/?more=5000")).status]).toEqual([200, 500]);
  });
});

describe("the proxy's own log and numbers", () => {
  it("have the headers that logHeaders names, and no other ones", async () => {
    const lineOf = async (path: string): Promise<Record<string, unknown>> => {
      await get(path, { headers: { "X-A": "of the client" } });
      await expect.poll(() => proxy.log.filter((line) => line["path"] === path)).toHaveLength(1);
      return proxy.log.find((line) => line["path"] === path) ?? {};
    };
    await routed();
    expect(Object.keys(await lineOf("/plain"))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(req_x_a|resp_x_b)$/)]),
    );
    await routed({ logHeaders: { request: ["X-A"], response: ["X-B"] } });
    expect(await lineOf("/logged")).toMatchObject({ req_x_a: "of the client", resp_x_b: "of the app" });
  });

  it("say more with debug, and count requests at metricsPort", async () => {
    await routed();
    await get("/counted");
    expect(proxy.log.some(({ level }) => level === "DEBUG")).toBe(true);
    const metrics = await ask(proxy.metrics, "127.0.0.1", { path: "/metrics" });
    expect(metrics.body).toMatch(new RegExp(`kamal_proxy_\\w+\\{[^}]*service="${host}"[^}]*\\}`));
  });
});
