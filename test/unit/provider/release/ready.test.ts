import { describe, expect, it } from "vitest";
import { accessoryReadyStep, type AccessoryReadyInputs } from "../../../../provider/release/accessory-ready";
import { readyStep, type ReadyInputs } from "../../../../provider/release/ready";
import { needsRun, stepProvider } from "../../../../provider/release/step";
import { shell } from "./steps";

const routed: ReadyInputs = {
  shell,
  role: "shop/prod/shop/web",
  container: "shop-web-web-1-9a2cd08",
  timeout: "2m",
  health: { port: 3000, path: "/up", host: "shop.test", proto: "https", timeout: "5s" },
  lease: "235s",
};
const worker: ReadyInputs = { ...routed, health: undefined, delay: "3s", command: ["bin/ok", "a b"] };
const accessory: AccessoryReadyInputs = {
  shell,
  container: "shop-prod-db",
  instance: "0a1b2c",
  timeout: "120s",
  secretNames: ["A", "B.c"],
  command: ["pg_isready", "-q"],
};

describe("the words of a check", () => {
  it("ask the health of a route, with all times in seconds", () => {
    expect(readyStep.call(routed)).toEqual({
      verb: "ready",
      words: [
        "role=shop/prod/shop/web",
        "container=shop-web-web-1-9a2cd08",
        "timeout=120",
        "port=3000",
        "path=/up",
        "host=shop.test",
        "proto=https",
        "probe=5",
        "lease=235",
      ],
    });
  });

  it("name what is checked beside it, of which another is no change", () => {
    const beside = { ...routed, replicas: ["b", "c"] };
    expect(readyStep.call(beside).words.slice(1, 4)).toEqual([
      "container=shop-web-web-1-9a2cd08",
      "beside=b",
      "beside=c",
    ]);
    expect(needsRun(readyStep, { ...routed, undone: false }, beside)).toBe(false);
    expect(needsRun(readyStep, { ...beside, undone: false }, { ...beside, replicas: ["b", "d"] })).toBe(
      false,
    );
  });

  it("wait for a worker, and run its command", () => {
    const { words } = readyStep.call(worker);
    expect(words.slice(3)).toEqual(["delay=3", "lease=235", "--", "bin/ok", "a b"]);
  });

  it("run the command of an accessory, or wait where it has none", () => {
    expect(accessoryReadyStep.call(accessory)).toEqual({
      verb: "accessory-ready",
      words: ["container=shop-prod-db", "timeout=120", "secrets=A,B.c", "--", "pg_isready", "-q"],
    });
    expect(accessoryReadyStep.call({ ...accessory, secretNames: [], command: undefined })).toEqual({
      verb: "ready",
      words: ["container=shop-prod-db", "timeout=120", "delay=2"],
    });
  });
});

describe("a check", () => {
  it("is made again for another container, question, time or command, and not for another lease", async () => {
    const state = { ...routed, undone: false };
    for (const edit of [
      { container: "shop-web-web-1-0b1c2d3" },
      { timeout: "60s" as const },
      { command: ["true"] },
      { health: { ...routed.health, path: "/health" } as ReadyInputs["health"] },
    ])
      expect(needsRun(readyStep, state, { ...routed, ...edit })).toBe(true);
    const longer = { ...routed, lease: "300s" as const };
    expect(needsRun(readyStep, state, longer)).toBe(false);
    expect(await stepProvider(readyStep).diff?.("x", state, longer)).toEqual({ changes: false });
  });

  it("is made again for a new container of the same name, and not for what is only said of a failure", () => {
    const state = { ...accessory, undone: false };
    expect(needsRun(accessoryReadyStep, state, { ...accessory, instance: "3d4e5f" })).toBe(true);
    expect(needsRun(accessoryReadyStep, state, { ...accessory, secretNames: undefined })).toBe(false);
  });

  it("looks whether the container of a role runs, and leaves an accessory's to its own resource", () => {
    expect(readyStep.looks?.(routed, "/verbs")).toEqual([
      "docker inspect --type container --format '{{.State.Running}}' shop-web-web-1-9a2cd08 2>/dev/null || true",
    ]);
    expect(accessoryReadyStep.looks).toBeUndefined();
  });
});
