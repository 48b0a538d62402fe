/** The verb of the release command, run in a real shell: once a release, whatever happens to who asked for it, and no shell sees the environment. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { releaseBody } from "../../../provider/release/release";
import { RolloutHost, type Ended } from "./rollout-host";

let host: RolloutHost;
const name = `release${process.pid}`;

beforeEach(async () => {
  host = await new RolloutHost().listen();
});
afterEach(() => {
  host.close();
});

/** What the container is made from, with these variables. */
const body = (env: Record<string, string>): string =>
  releaseBody({
    name,
    image: "r.test/shop:v2",
    command: ["bin/rails", "db:prepare"],
    env,
    network: "sextant",
    volumes: [{ volumeName: "data", containerPath: "/data" }],
  });
const words = [`name=${name}`, "image=r.test/shop:v2", "timeout=20", "--", "bin/rails", "db:prepare"];
const run = (text = body({ A: "1" })): Promise<Ended> => host.run("release", words, text);
const starts = (): number => host.done.filter((line) => line === `start ${name}`).length;

describe("the environment of the release command", () => {
  it("is data: nothing of it is the verb's own, whatever it is called", async () => {
    const env = {
      DOCKER_HOST: "tcp://192.0.2.1",
      IFS: "a",
      PATH: "/nowhere",
      TEXT: '"a\\\n\u0001é$(id)`',
      image: "x",
      name: "y",
    };
    let made: unknown;
    host.onStart = (container) => {
      made = host.containers.get(container)?.body;
    };
    expect(await run(body(env))).toMatchObject({ code: 0, stderr: "" });
    expect(made).toMatchObject({
      Env: Object.entries(env).map(([variable, value]) => `${variable}=${value}`),
      Image: "r.test/shop:v2",
      HostConfig: { NetworkMode: "sextant" },
    });
    expect(host.containers.has(name)).toBe(false);
  });
});

describe("a release command", () => {
  it("is in the further networks before it starts, and does not start without one of them", async () => {
    const joined = (network: string): Promise<Ended> =>
      host.run("release", [`join=${network}`, ...words], body({}));
    expect(await joined("kamal")).toMatchObject({ code: 0, stderr: "" });
    expect(host.done.slice(0, 3)).toEqual([`create ${name}`, `connect kamal ${name}`, `start ${name}`]);
    const { code, stdout } = await host.run("release", ["join=nowhere", ...words], body({ A: "2" }));
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ stage: "release", ending: "start-failed" });
    expect(starts()).toBe(1);
  });

  it("that was cut off is waited for, and its success is everybody's", async () => {
    host.runMs = 600;
    const first = run();
    await expect.poll(starts).toBe(1);
    expect(await run()).toMatchObject({ code: 0 });
    expect(await first).toMatchObject({ code: 0 });
    expect(starts()).toBe(1);
  });

  it("that was cut off is waited for, and its failure is told as one's own; the next try runs it again", async () => {
    host.runMs = 600;
    host.exitCode = 3;
    const first = run();
    await expect.poll(starts).toBe(1);
    const second = await run();
    expect(second).toMatchObject({ code: 1 });
    expect(second.stdout).toContain('"exitCode":3');
    await first;
    expect(starts()).toBe(1);
    host.exitCode = 0;
    expect(await run()).toMatchObject({ code: 0 });
    expect(starts()).toBe(2);
  });

  it("whose verb was killed is waited for by the next one", async () => {
    host.runMs = 1000;
    const { child, ended } = host.start("release", words, body({ A: "1" }));
    await expect.poll(starts).toBe(1);
    child.kill("SIGKILL");
    const second = run();
    await ended;
    expect(await second).toMatchObject({ code: 0 });
    expect(starts()).toBe(1);
  });

  it("whose verb was killed, and which ended meanwhile, has run", async () => {
    host.runMs = 300;
    // It waits by nothing that outlives it.
    host.command("timeout", '#!/bin/sh\nshift\nexec 9>&-\nexec "$@"\n');
    host.waitMs = 60_000;
    const { child } = host.start("release", words, body({ A: "1" }));
    await expect.poll(starts).toBe(1);
    child.kill("SIGKILL");
    host.waitMs = 0;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await run()).toMatchObject({ code: 0 });
    expect(starts()).toBe(1);
  });

  it("that has succeeded is not run again for the same, and is for another environment, and when it is forgotten", async () => {
    for (const _ of [1, 2]) expect(await run()).toMatchObject({ code: 0 });
    expect(starts()).toBe(1);
    expect(await run(body({ A: "2" }))).toMatchObject({ code: 0 });
    expect(starts()).toBe(2);
    expect(await host.run("release", [`name=${name}`, "forget"])).toMatchObject({ code: 0 });
    expect(await run(body({ A: "2" }))).toMatchObject({ code: 0 });
    expect(starts()).toBe(3);
  });

  it("whose container Docker does not make says Docker's words, and the next try makes it", async () => {
    host.refuse = "mkdir /var/lib/docker/overlay2/0a1b: no space left on device";
    const { code, stdout } = await run();
    expect(code).toBe(1);
    expect(stdout).toContain("no space left on device");
    host.refuse = undefined;
    expect(await run()).toMatchObject({ code: 0 });
  });
});
