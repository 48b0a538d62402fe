/** The verbs of a role with a schedule, run in a real shell: what a release leaves, what a run does, and what is left when the role goes. */
import { existsSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scheduleBody, scheduleStep, type ScheduleInputs } from "../../../provider/release/schedule";
import { removeDirectory } from "./remove-directory";
import { RolloutHost, type Ended } from "./rollout-host";

let host: RolloutHost;
let units: string;
const name = `nightly${process.pid}`;
const role = "shop/prod/shop/nightly";
const unit = (kind: string): string => join(units, `sextant-job-${name}.${kind}`);

beforeEach(async () => {
  host = await new RolloutHost().listen();
  units = mkdtempSync(join(tmpdir(), "sextant-units-"));
  host.command("systemctl", `#!/bin/sh\necho "$*" >>"${units}/asked"\n`);
});
afterEach(() => {
  host.close();
  removeDirectory(units);
});

const inputs = (more: Partial<ScheduleInputs> = {}): ScheduleInputs => ({
  ...{ shell: { name: "web-1", destination: "root@192.0.2.1", port: 22 }, name, role },
  ...{ owner: "shop/prod/app/shop", schedule: "15 3 * * *", timeZone: "Europe/Berlin" },
  ...{ timeout: "20s", stopTimeout: "1s", image: "r.test/shop:v1", command: ["bin/nightly"] },
  ...{ secrets: { TOKEN: "s3cr3t-value" }, network: "sextant" },
  ...more,
});
const env = (): Record<string, string> => ({ SEXTANT_UNITS: units });
const put = (more: Partial<ScheduleInputs> = {}): Promise<Ended> => {
  const { verb, words, stdin } = scheduleStep.call(inputs(more));
  return host.run(verb, words, stdin, env());
};
const run = (): Promise<Ended> => host.run("job", [`name=${name}`], "", env());
const look = async (): Promise<string[]> =>
  (await host.run("job", [`name=${name}`, "look"], "", env())).stdout
    .split("\n")
    .filter((line) => line.startsWith("run "));
/** How the runs ended, the oldest first. */
const ends = async (): Promise<string[]> =>
  (await look()).map((line) => line.split(" ").slice(3, 5).join(" "));
const asked = (): string => readFileSync(join(units, "asked"), "utf8");
const waiting = (): string[] =>
  [...host.containers].filter(([, { started }]) => started !== true).map(([container]) => container);
const starts = (): string[] => host.done.filter((line) => line.startsWith("start "));

describe("a role with a schedule", () => {
  it("is put there with its timer, and the container of the next run waits", async () => {
    expect(await put()).toMatchObject({ code: 0, stderr: "" });
    expect(readFileSync(unit("timer"), "utf8")).toContain("OnCalendar=*-*-* 03:15:00 Europe/Berlin\n");
    expect(readFileSync(unit("service"), "utf8")).toMatch(
      new RegExp(`^ExecStart=/.*/job name=${name}$`, "m"),
    );
    expect(asked()).toContain(`enable sextant-job-${name}.timer`);
    expect(waiting()).toHaveLength(1);
    expect(starts()).toEqual([]);
  });

  it("has its secrets in a file of root's and in its container, and in no unit and no argument", async () => {
    expect(JSON.stringify(scheduleStep.call(inputs()).words)).not.toContain("s3cr3t");
    await put();
    for (const kind of ["timer", "service"]) expect(readFileSync(unit(kind), "utf8")).not.toContain("s3cr3t");
    expect(statSync(join(host.kept, `jobs/${name}/body`)).mode & 0o077).toBe(0);
    expect(statSync(join(host.kept, `jobs/${name}`)).mode & 0o077).toBe(0);
    const [container = ""] = waiting();
    expect(host.containers.get(container)?.body).toMatchObject({
      Env: expect.arrayContaining(["KAMAL_DESTINATION=prod", "TOKEN=s3cr3t-value"]) as string[],
      Labels: { "sextant.job": role, "sextant.secrets": "TOKEN" },
      HostConfig: { RestartPolicy: { Name: "no" } },
    });
  });

  it("holds nothing back that its timer starts while it is put there", async () => {
    // What goes on with all that it was given open.
    host.command(
      "systemctl",
      `#!/bin/sh\necho "$*" >>"${units}/asked"\ncase $1 in restart) setsid sleep 60 >/dev/null 2>&1 & ;; esac\n`,
    );
    await put();
    const ran = await Promise.race([run(), new Promise((resolve) => setTimeout(resolve, 20_000))]);
    expect(ran).toMatchObject({ code: 0 });
  });

  it("that is put there again as it is changes no unit, and one container waits", async () => {
    await put();
    const before = asked();
    await put();
    expect(asked().slice(before.length)).not.toMatch(/restart|daemon-reload/);
    expect(waiting()).toHaveLength(1);
    await put({ schedule: "*/5 * * * *" });
    expect(asked()).toContain(`restart sextant-job-${name}.timer`);
  });

  it("that has another name by now is not there under its former one", async () => {
    await put();
    const former = inputs({ name: `former${process.pid}`, role: "shop/old/shop/nightly" });
    const { words: before, stdin } = scheduleStep.call(former);
    await host.run("schedule", before, stdin, env());
    expect(existsSync(join(units, `sextant-job-${former.name}.timer`))).toBe(true);
    const { words, stdin: body } = scheduleStep.call(inputs(), former);
    expect(await host.run("schedule", words, body, env())).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(units, `sextant-job-${former.name}.timer`))).toBe(false);
    expect(existsSync(unit("timer"))).toBe(true);
    expect(waiting()).toHaveLength(1);
  });

  it("whose container Docker does not make fails, and what ran before is still to run", async () => {
    await put();
    const [former] = waiting();
    host.refuse = "invalid mount path";
    const { code, stdout } = await put({ image: "r.test/shop:v2" });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      stage: "job",
      ending: "create-failed",
      error: expect.stringContaining("invalid mount path") as string,
    });
    expect(waiting()).toEqual([former]);
    expect(host.keptText(`jobs/${name}/body`)).toBe(scheduleBody(inputs()));
  });
});

describe("a name that two programs have", () => {
  const other = { role: "shop-prod/eu/shop/nightly", image: "r.test/other:v1" };

  it("is the first one's: the other says whose it is, and changes nothing", async () => {
    await put();
    const [waits] = waiting();
    const before = asked();
    const ended = await put(other);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain(`${name} on this host is the job of ${role}`);
    expect(host.keptText(`jobs/${name}/body`)).toBe(scheduleBody(inputs()));
    expect(waiting()).toEqual([waits]);
    expect(asked()).toBe(before);
  });

  it("stays with all that it has where the other program goes", async () => {
    await put();
    const before = asked();
    const undo = scheduleStep.undo?.(inputs(other));
    expect(await host.run("schedule", undo?.words ?? [], "", env())).toMatchObject({ code: 0, stderr: "" });
    expect(asked()).toBe(before);
    expect(existsSync(unit("timer"))).toBe(true);
    expect(host.keptText(`jobs/${name}/body`)).toBe(scheduleBody(inputs()));
    expect(waiting()).toHaveLength(1);
  });

  it("stays, too, where the other was called so before", async () => {
    await put();
    const renamed = inputs({ ...other, name: `renamed${process.pid}` });
    const { words, stdin } = scheduleStep.call(renamed, inputs(other));
    expect(await host.run("schedule", words, stdin, env())).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(unit("timer"))).toBe(true);
    expect(host.keptText(`jobs/${name}/body`)).toBe(scheduleBody(inputs()));
  });

  it("goes over where it is the same role that was renamed, and what waited under the former one goes", async () => {
    await put();
    const { words, stdin } = scheduleStep.call(inputs(other), inputs());
    expect(await host.run("schedule", words, stdin, env())).toMatchObject({ code: 0, stderr: "" });
    expect(host.keptText(`jobs/${name}/body`)).toBe(scheduleBody(inputs(other)));
    expect(waiting()).toHaveLength(1);
    // Taken again after it was cut off: it is its own by then.
    expect(await host.run("schedule", words, stdin, env())).toMatchObject({ code: 0, stderr: "" });
    expect(waiting()).toHaveLength(1);
    await run();
    expect((await look()).map((line) => line.split(" ").at(-1))).toEqual(["r.test/other:v1"]);
  });

  it("goes over while a run is under way, which ends as it would", async () => {
    await put();
    host.runMs = 800;
    const first = run();
    await expect.poll(starts).toHaveLength(1);
    const { words, stdin } = scheduleStep.call(inputs(other), inputs());
    expect(await host.run("schedule", words, stdin, env())).toMatchObject({ code: 0, stderr: "" });
    expect(await first).toMatchObject({ code: 0, stderr: "" });
    expect(await ends()).toEqual(["ok 0"]);
    expect([...host.containers.values()].map(({ body }) => body?.["Image"])).toEqual(["r.test/other:v1"]);
  });
});

describe("a run", () => {
  it("starts the container that waits, notes how it ended, and makes the next one", async () => {
    await put();
    const [first = ""] = waiting();
    expect(await run()).toMatchObject({ code: 0 });
    expect(starts()).toEqual([`start ${first}`]);
    expect(await ends()).toEqual(["ok 0"]);
    expect(waiting()).toHaveLength(1);
    expect(waiting()).not.toContain(first);
    // Its log is there until the next one has run.
    expect(host.containers.has(first)).toBe(true);
    await run();
    expect(host.containers.has(first)).toBe(false);
  });

  it("that fails is noted with its exit code and its evidence, and is kept while others go well", async () => {
    await put();
    const [first = ""] = waiting();
    host.exitCode = 3;
    expect(await run()).toMatchObject({ code: 1 });
    expect(await ends()).toEqual(["failed 3"]);
    expect(JSON.parse(host.keptText(`evidence/${first}.json`) ?? "")).toMatchObject({
      ...{ stage: "job", ending: "command-failed", container: first, image: "r.test/shop:v1" },
      command: { exitCode: 3, words: expect.stringContaining("bin/nightly") as string },
    });
    host.exitCode = 0;
    for (const _ of [1, 2, 3]) await run();
    expect(await ends()).toEqual(["failed 3", "ok 0", "ok 0", "ok 0"]);
    // The one that failed, the last one, and the one that waits.
    expect(host.containers.size).toBe(3);
    expect(host.containers.has(first)).toBe(true);
  });

  it("that takes too long is stopped, and has failed", async () => {
    await put({ timeout: "1s" });
    host.runMs = 60_000;
    expect(await run()).toMatchObject({ code: 1 });
    const [first] = host.done.filter((line) => line.startsWith("stop "));
    expect(first).toMatch(/^stop nightly/);
    expect(await ends()).toEqual(["timeout -"]);
  });

  it("is never one of two, and a release lets it end and has the next one", async () => {
    await put();
    host.runMs = 800;
    const first = run();
    await expect.poll(starts).toHaveLength(1);
    expect(await run()).toMatchObject({ code: 0 });
    expect(await ends()).toEqual(["now -"]);
    expect(await put({ image: "r.test/shop:v2" })).toMatchObject({ code: 0, stderr: "" });
    expect(await first).toMatchObject({ code: 0 });
    expect(starts()).toHaveLength(1);
    host.runMs = 0;
    await run();
    const images = (await look()).map((line) => line.split(" ").at(-1));
    expect(images).toEqual(["r.test/shop:v1", "r.test/shop:v2"]);
    expect(host.containers.get(starts()[1]?.slice(6) ?? "")?.body).toMatchObject({ Image: "r.test/shop:v2" });
  });

  it("whose verb was killed is waited for by the next one, which starts nothing", async () => {
    await put();
    host.runMs = 1500;
    const { child, ended } = host.start("job", [`name=${name}`], "", env());
    await expect.poll(starts).toHaveLength(1);
    child.kill("SIGKILL");
    await ended;
    expect(await run()).toMatchObject({ code: 0 });
    expect(starts()).toHaveLength(1);
    expect(await ends()).toEqual(["ok 0"]);
  });

  it("that ended with its machine was cut off, and the next one runs", async () => {
    await put();
    host.runMs = 60_000;
    const { child, ended } = host.start("job", [`name=${name}`], "", env());
    await expect.poll(starts).toHaveLength(1);
    child.kill("SIGKILL");
    await ended;
    for (const one of host.containers.values()) one.running = false;
    host.runMs = 0;
    expect(await run()).toMatchObject({ code: 0 });
    expect(await ends()).toEqual(["cut-off -", "ok 0"]);
  });

  it("is of the release that serves, also where a container of an earlier one was left waiting", async () => {
    await put();
    const [former = ""] = waiting();
    const left = host.containers.get(former);
    await put({ image: "r.test/shop:v2" });
    // Docker did not answer when it was to be removed.
    if (left !== undefined) host.containers.set(former, left);
    for (const _ of [1, 2]) await run();
    const images = (await look()).map((line) => line.split(" ").at(-1));
    expect(images).toEqual(["r.test/shop:v2", "r.test/shop:v2"]);
    expect(starts()).not.toContain(`start ${former}`);
    expect(waiting()).not.toContain(former);
  });

  it("has a container where somebody has removed the one that waited", async () => {
    await put();
    host.containers.clear();
    expect(await run()).toMatchObject({ code: 0 });
    expect(await ends()).toEqual(["ok 0"]);
  });
});

describe("a role with a schedule that goes", () => {
  it("leaves no timer, no container and no file, ends what is under way, and is gone already the second time", async () => {
    await put();
    host.exitCode = 1;
    await run();
    host.runMs = 60_000;
    const going = run();
    await expect.poll(starts).toHaveLength(2);
    const forget = (): Promise<Ended> =>
      host.run("schedule", scheduleStep.undo?.(inputs())?.words ?? [], "", env());
    expect(await forget()).toMatchObject({ code: 0, stderr: "" });
    await going;
    expect(asked()).toContain(`disable --now sextant-job-${name}.timer`);
    expect(host.containers.size).toBe(0);
    for (const file of [unit("timer"), unit("service"), join(host.kept, "jobs", name)])
      expect(existsSync(file)).toBe(false);
    expect(host.keptText(`evidence/${name}.json`)).toBeUndefined();
    expect(await forget()).toMatchObject({ code: 0, stderr: "" });
  });
});
