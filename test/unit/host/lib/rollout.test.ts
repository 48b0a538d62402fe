/** The verbs of a rollout under interruptions, run in a real shell: how many generations run, and whose turn it is. */
import { writeFileSync, rmSync, readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RolloutHost, type Ended } from "../rollout-host";

/** What takes its time, and is no matter of a machine's tools, is tried with those of this machine alone. */
const once = process.env["SEXTANT_TOOLS"] !== undefined;
let host: RolloutHost;
let role: string;
let count = 0;

beforeEach(async () => {
  count += 1;
  role = `p/s/shop/web${process.pid}x${count}`;
  host = await new RolloutHost().listen();
});
afterEach(() => {
  host.close();
});

/** A container's name, which no other test's is. */
const named = (version: string): string => `c${process.pid}x${count}-${version}`;
const gate = (version: string, ...more: string[]): string[] => [
  `role=${role}`,
  `container=${named(version)}`,
  "timeout=5",
  `port=${host.port}`,
  "lease=60",
  ...more,
];
const workerGate = (version: string, ...more: string[]): string[] => [
  `role=${role}`,
  `container=${named(version)}`,
  "timeout=5",
  "delay=0",
  "lease=60",
  ...more,
];
const swap = (version: string): string[] => [
  `role=${role}`,
  `container=${named(version)}`,
  "stop=5",
  "service=shop-web",
  "port=3000",
  "--",
  "--host=shop.test",
];
const workerSwap = (version: string): string[] => [`role=${role}`, `container=${named(version)}`, "stop=5"];
const running = (): string[] => host.running(role).map((name) => name.slice(name.indexOf("-") + 1));
const good = (ended: Ended): void => {
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
};

/** A release that goes through. */
async function release(version: string, worker = false): Promise<void> {
  host.add(named(version), role, false);
  good(await host.run("ready", worker ? workerGate(version) : gate(version)));
  good(await host.run("switch", worker ? workerSwap(version) : swap(version)));
  good(
    await host.run("prune", [
      `role=${role}`,
      "wait=5",
      "keep=3",
      "for=p/s/shop",
      "repository=acme/shop",
      `container=${named(version)}`,
    ]),
  );
}

describe("two generations at most", () => {
  it.each([false, true])("when releases are cut in their gates (worker: %s)", async (worker) => {
    await release("v1", worker);
    for (const version of ["v2", "v3", "v4"]) {
      host.add(named(version), role, false);
      // Cut before the gate has set a lease.
      const { child, ended } = host.start("ready", worker ? workerGate(version, "delay=60") : gate(version));
      host.status = 503;
      await expect.poll(running, { timeout: 15_000 }).toEqual(["v1", version]);
      child.kill();
      await ended;
    }
    expect(running()).toEqual(["v1", "v4"]);
  });

  it("when the proxy is dead for three releases, after a reboot that forgot the leases", async () => {
    await release("v1");
    for (const version of ["v2", "v3", "v4"]) {
      host.add(named(version), role, false);
      host.proxy = true;
      good(await host.run("ready", gate(version)));
      host.proxy = false;
      rmSync(`${host.untilBoot}/lease-${named(version)}`);
      const switched = await host.run("switch", swap(version));
      expect(switched.code).toBe(1);
      expect(switched.stdout).toContain('"proxy-gone"');
      expect(running()).toEqual(["v1", version]);
    }
    host.proxy = true;
    good(await host.run("switch", swap("v4")));
    await expect.poll(running).toEqual(["v4"]);
  });

  it("keeps what is at work where older verbs noted nothing: what the proxy serves, or the oldest", async () => {
    for (const version of ["v1", "v2", "v3"]) host.add(named(version), role);
    good(await host.run("ready", workerGate("v3")));
    expect(running()).toEqual(["v1", "v3"]);
    host.services.set("shop-web", {
      hosts: ["shop.test"],
      paths: ["/"],
      target: `${named("v3")}:3000`,
      flags: [],
    });
    host.add(named("v4"), role, false);
    good(await host.run("ready", gate("v4")));
    expect(running()).toEqual(["v3", "v4"]);
  });

  it("does not take the time of what is checked for stopping what was left", async () => {
    await release("v1");
    host.add(named("v2"), role);
    host.add(named("v3"), role, false);
    host.stopMs = 2500;
    host.status = 503;
    setTimeout(() => (host.status = 200), 3500);
    good(await host.run("ready", gate("v3", "timeout=3")));
    expect(running()).toEqual(["v1", "v3"]);
  });

  it("lets what drains or stops have its own time", async () => {
    await release("v1");
    host.add(named("v2"), role, false);
    good(await host.run("ready", gate("v2")));
    host.stopMs = 1500;
    good(await host.run("switch", swap("v2")));
    await expect.poll(() => host.done.at(-1)).toBe(`stop ${named("v1")}`);
    host.add(named("v3"), role, false);
    good(await host.run("ready", gate("v3")));
    expect(host.done.filter((line) => line === `stop ${named("v1")}`)).toHaveLength(1);
    await expect.poll(running, { timeout: 15_000 }).toEqual(["v2", "v3"]);
  });
});

describe("several containers of a role", () => {
  const all = ["a", "b", "c"];
  const beside = (version: string, own: string): string[] =>
    all.filter((one) => one !== own).map((one) => `beside=${named(version + one)}`);
  const swapAll = (version: string, some = all): string[] => [
    `role=${role}`,
    ...some.map((one) => `container=${named(version + one)}`),
    ...["stop=5", "service=shop-web", "port=3000", "--", "--host=shop.test"],
  ];
  const targets = (version: string, some = all): string =>
    some.map((one) => `${named(version + one)}:3000`).join(",");
  const check = (version: string, own: string, ...more: string[]): Promise<Ended> =>
    host.run("ready", gate(version + own, ...beside(version, own), ...more));

  async function releaseAll(version: string): Promise<void> {
    for (const one of all) host.add(named(version + one), role, false);
    for (const ended of await Promise.all(all.map((one) => check(version, one)))) good(ended);
  }

  it("are checked side by side beside one that serves, and get its traffic in one step", async () => {
    await release("v1");
    await releaseAll("v2");
    expect(running()).toEqual(["v1", "v2a", "v2b", "v2c"]);
    good(await host.run("switch", swapAll("v2")));
    expect(host.done.filter((line) => line.startsWith("deploy"))).toEqual([
      `deploy shop-web ${named("v1")}:3000`,
      `deploy shop-web ${targets("v2")}`,
    ]);
    await expect.poll(running).toEqual(["v2a", "v2b", "v2c"]);
  });

  it("are two generations at most, when one of the second fails its check and a third comes", async () => {
    await releaseAll("v1");
    good(await host.run("switch", swapAll("v1")));
    for (const one of all) host.add(named(`v2${one}`), role, false);
    good(await check("v2", "a"));
    good(await check("v2", "b"));
    host.status = 503;
    expect(await check("v2", "c", "timeout=1")).toMatchObject({ code: 1 });
    await expect.poll(running, { timeout: 15_000 }).toEqual(["v1a", "v1b", "v1c", "v2a", "v2b"]);
    host.status = 200;
    await releaseAll("v3");
    expect(running()).toEqual(["v1a", "v1b", "v1c", "v3a", "v3b", "v3c"]);
    expect(host.target("shop.test")).toBe(targets("v1"));
  });

  it("become fewer by a switch, which stops what is too many and nothing else", async () => {
    await releaseAll("v1");
    good(await host.run("switch", swapAll("v1")));
    good(await host.run("switch", swapAll("v1", ["a"])));
    expect(host.target("shop.test")).toBe(targets("v1", ["a"]));
    await expect.poll(running).toEqual(["v1a"]);
    expect(host.done.filter((line) => line.startsWith("stop")).sort()).toEqual([
      `stop ${named("v1b")}`,
      `stop ${named("v1c")}`,
    ]);
  });

  it("stay where one of them has stopped before the switch, which checks that one again", async () => {
    await release("v1");
    await releaseAll("v2");
    const stopped = host.containers.get(named("v2b"));
    if (stopped !== undefined) stopped.running = false;
    host.done.length = 0;
    good(await host.run("switch", swapAll("v2")));
    expect(host.done.slice(0, 2)).toEqual([`start ${named("v2b")}`, `deploy shop-web ${targets("v2")}`]);
    await expect.poll(running).toEqual(["v2a", "v2b", "v2c"]);
  });

  it("boot side by side where several have stopped, also where another does meanwhile", async () => {
    await release("v1");
    await releaseAll("v2");
    const stop = (version: string): void => {
      const there = host.containers.get(named(version));
      if (there !== undefined) there.running = false;
    };
    for (const one of ["v2b", "v2c"]) stop(one);
    // The lease of the first ends while the others are checked.
    host.onStart = (name) => {
      if (name === named("v2c")) stop("v2a");
    };
    host.done.length = 0;
    good(await host.run("switch", swapAll("v2")));
    expect(host.done.slice(0, 4)).toEqual([
      ...["v2b", "v2c", "v2a"].map((version) => `start ${named(version)}`),
      `deploy shop-web ${targets("v2")}`,
    ]);
    await expect.poll(running).toEqual(["v2a", "v2b", "v2c"]);
  });

  it("are all stopped again where the first of several that have stopped fails its check: none works without a lease", async () => {
    await release("v1", true);
    for (const one of all) {
      host.add(named(`v2${one}`), role, false);
      const words = [...beside("v2", one), "--", "bin/ok"];
      good(await host.run("ready", workerGate(`v2${one}`, "timeout=1", ...words)));
    }
    for (const one of all) {
      const there = host.containers.get(named(`v2${one}`));
      if (there !== undefined) there.running = false;
      rmSync(`${host.untilBoot}/lease-${named(`v2${one}`)}`);
    }
    host.execCode = 1;
    const words = all.map((one) => `container=${named(`v2${one}`)}`);
    const failed = await host.run("switch", [`role=${role}`, ...words, "stop=5"]);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('"words":"bin/ok"');
    await expect.poll(running, { timeout: 15_000 }).toEqual(["v1"]);
    expect(host.done.filter((line) => line.startsWith("stop")).sort()).toEqual(
      all.map((one) => `stop ${named(`v2${one}`)}`),
    );
    host.execCode = 0;
    good(await host.run("switch", [`role=${role}`, ...words, "stop=5"]));
    await expect.poll(running).toEqual(["v2a", "v2b", "v2c"]);
  });

  it("of a worker go to work together", async () => {
    await release("v1", true);
    for (const one of all) {
      host.add(named(`v2${one}`), role, false);
      good(await host.run("ready", workerGate(`v2${one}`, ...beside("v2", one))));
    }
    expect(running()).toEqual(["v1", "v2a", "v2b", "v2c"]);
    const words = all.map((one) => `container=${named(`v2${one}`)}`);
    good(await host.run("switch", [`role=${role}`, ...words, "stop=5"]));
    await expect.poll(running).toEqual(["v2a", "v2b", "v2c"]);
    const kept = ["wait=5", "keep=3", "for=p/s/shop", "repository=acme/shop"];
    good(await host.run("prune", [`role=${role}`, ...kept, ...words]));
    expect([...host.containers.keys()]).toEqual(all.map((one) => named(`v2${one}`)));
  });
});

describe.skipIf(once)("the lease", () => {
  it("stays until the traffic is switched, and ends what never got it", async () => {
    await release("v1");
    host.add(named("v2"), role, false);
    good(await host.run("ready", gate("v2", "lease=1")));
    await expect.poll(running, { timeout: 15_000 }).toEqual(["v1"]);
  });

  it("does not end what a switch has put to work meanwhile", async () => {
    host.add(named("v1"), role, false);
    good(await host.run("ready", gate("v1", "lease=1")));
    good(await host.run("switch", swap("v1")));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(running()).toEqual(["v1"]);
  });

  it("whose end meets the switch leaves one container at work: the switch checks what was stopped again", async () => {
    await release("v1");
    host.add(named("v2"), role, false);
    good(await host.run("ready", gate("v2", "lease=1")));
    host.stopMs = 1000;
    await expect.poll(() => host.done.at(-1), { timeout: 15_000 }).toBe(`stop ${named("v2")}`);
    // Docker says that it runs until it has stopped.
    expect(running()).toEqual(["v1", "v2"]);
    good(await host.run("switch", swap("v2")));
    await expect.poll(running, { timeout: 15_000 }).toEqual(["v2"]);
    expect(host.target("shop.test")).toBe(`${named("v2")}:3000`);
  });

  it("over, a worker gets nothing before it has passed its gate again", async () => {
    await release("v1", true);
    host.add(named("v2"), role, false);
    good(await host.run("ready", workerGate("v2", "timeout=1", "lease=1", "--", "bin/ok", "two words")));
    await expect.poll(running, { timeout: 15_000 }).toEqual(["v1"]);
    host.execCode = 1;
    const failed = await host.run("switch", workerSwap("v2"));
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('"words":"bin/ok two words"');
    expect(host.done).not.toContain(`stop ${named("v1")}`);
    host.execCode = 0;
    good(await host.run("switch", workerSwap("v2")));
    await expect.poll(running).toEqual(["v2"]);
  });
});

describe.skipIf(once)("a check whose client is gone", () => {
  it("does not stop the container under a second check of it", async () => {
    await release("v1");
    host.status = 503;
    host.add(named("v2"), role, false);
    const first = host.start("ready", gate("v2", "timeout=2"));
    await expect.poll(running, { timeout: 15_000 }).toEqual(["v1", "v2"]);
    const second = host.start("ready", gate("v2", "timeout=20"));
    expect(await first.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("another check of") as string,
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    host.status = 200;
    good(await second.ended);
    expect(running()).toEqual(["v1", "v2"]);
    expect(host.done).not.toContain(`stop ${named("v2")}`);
  });

  it("ends by itself, and leaves the container to the lease", async () => {
    await release("v1");
    host.status = 503;
    host.add(named("v2"), role, false);
    const { child, ended } = host.start("ready", gate("v2", "timeout=60", "lease=1"));
    await expect.poll(running, { timeout: 15_000 }).toEqual(["v1", "v2"]);
    child.stdout?.destroy();
    expect(await ended).toMatchObject({ code: 1 });
    await expect.poll(running, { timeout: 15_000 }).toEqual(["v1"]);
  });
});

describe.skipIf(once)("Docker that does not answer", () => {
  it("for a while is no reason to give a container up", async () => {
    host.add(named("v1"), role, false);
    host.status = 503;
    const { ended } = host.start("ready", gate("v1", "timeout=20"));
    await expect.poll(running, { timeout: 15_000 }).toEqual(["v1"]);
    host.awake = false;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    host.awake = true;
    host.status = 200;
    good(await ended);
  });

  it("is waited for before anything is started, too", async () => {
    host.add(named("v1"), role, false);
    host.awake = false;
    const { ended } = host.start("ready", gate("v1"));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    host.awake = true;
    good(await ended);
  });

  it("is told apart from a container that was removed", async () => {
    host.add(named("v1"), role, false);
    host.status = 503;
    host.command("sleep", "#!/bin/sh\nexec /bin/sleep 0.05\n");
    const away = host.start("ready", gate("v1", "timeout=20"));
    await expect.poll(running, { timeout: 15_000 }).toEqual(["v1"]);
    host.awake = false;
    const { stdout } = await away.ended;
    expect(stdout).toContain('"ending":"engine-away"');
    expect(stdout).not.toContain('Cannot connect to the Docker daemon"');
    host.awake = true;
    host.asked = 0;
    const { ended } = host.start("ready", gate("v1", "timeout=20"));
    await expect.poll(() => host.asked, { timeout: 10_000 }).toBeGreaterThan(0);
    host.containers.delete(named("v1"));
    const gone = await ended;
    expect(gone.stdout).toContain('"ending":"gone"');
    expect(gone.stdout).not.toContain("No such container");
  });
});

describe("what has no switch, as it must not run twice", () => {
  const alone = (version: string): string[] => [
    `role=${role}`,
    `container=${named(version)}`,
    "timeout=1",
    "delay=0",
    "--",
    "bin/ok",
  ];

  it("is at work once it has passed its gate, so that a later check which fails leaves it there", async () => {
    host.add(named("v1"), role, false);
    good(await host.run("ready", alone("v1")));
    host.execCode = 1;
    expect(await host.run("ready", alone("v1"))).toMatchObject({ code: 1 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(running()).toEqual(["v1"]);
  });
});

describe("what is noted", () => {
  it("goes with the containers that it is about", async () => {
    await release("v1");
    writeFileSync(`${host.untilBoot}/lease-${named("v0")}`, "");
    await release("v2");
    expect(host.keptText(`gates/${named("v1")}`)).toBeUndefined();
    expect(host.keptText(`gates/${named("v2")}`)).toContain(`role=${role}`);
    expect(readdirSync(host.untilBoot).filter((name) => name.includes(`c${process.pid}x`))).toEqual([]);
    expect(readdirSync(`${host.kept}/work`)).toHaveLength(1);
  });

  it("stays while a container that is of no role is checked, as an accessory's", async () => {
    host.add(named("db"), "", false);
    const { ended } = host.start("ready", [`container=${named("db")}`, "timeout=20", "delay=3"]);
    await expect.poll(() => host.running("").length, { timeout: 15_000 }).toBe(1);
    await release("v1");
    good(await ended);
  });
});
