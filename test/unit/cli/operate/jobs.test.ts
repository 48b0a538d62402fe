import { describe, expect, it } from "vitest";
import { hostsOf } from "../../../../cli/hosts";
import { current, partsNamed, type Choice } from "../../../../cli/operate/choice";
import { ended, jobIn, render, renderRuns } from "../../../../cli/operate/jobs";
import { partsOf } from "../../../../cli/operate/parts";
import { jobPlaces } from "../../../../cli/operate/power";
import { firstOf, listedBy, repositoriesIn } from "../../../../cli/operate/releases";
import { runningOf } from "../../../../cli/operate/running";
import { state } from "./state";

const parts = partsOf(state);
const hosts = hostsOf(state);
const part = parts.find(({ kind }) => kind === "job");
const [host] = hosts;
if (part === undefined || host === undefined) throw new Error("the state has no job");
const printed = [
  "timer=active",
  "next=Wed 2026-12-02 03:15:00 UTC",
  "run 1796008500 12 ok 0 demo-prod-shop-nightly-a registry.test:5000/shop:v1",
  "run 1796094900 4 failed 3 demo-prod-shop-nightly-b registry.test:5000/shop:v2",
  "run 1796181300 60 now - demo-prod-shop-nightly-c registry.test:5000/shop:v2",
  "",
].join("\n");

describe("what a host says of a role with a schedule", () => {
  const job = jobIn(printed, host, part);

  it("is when it runs next, and each of its runs with its end", () => {
    expect(job).toMatchObject({
      host: "web-1",
      part: "shop/nightly",
      active: true,
      next: "Wed 2026-12-02 03:15:00 UTC",
    });
    expect(job.runs).toMatchObject([
      { began: "2026-11-30T03:15:00Z", seconds: 12, how: "ok", code: 0 },
      { seconds: 4, how: "failed", code: 3, container: "demo-prod-shop-nightly-b" },
      { how: "now" },
    ]);
    expect(job.runs[2]).not.toHaveProperty("code");
    expect(job.runs.map(ended)).toEqual(["succeeded", "failed: exit code 3", "is under way"]);
  });

  it("is shown as a line, with how many of the runs that have ended failed", () => {
    expect(render([job]).split("\n")[1]?.split(/ {2,}/)).toEqual([
      ...["web-1", "shop/nightly", "15 3 * * * UTC", "Wed 2026-12-02 03:15:00 UTC"],
      ...["2026-12-02 03:15:00", "60", "is under way", "1 of 2", "v2"],
    ]);
    expect(renderRuns([job]).split("\n")).toHaveLength(4);
    const stopped = jobIn("timer=inactive\nnext=n/a\n", host, part);
    expect(render([stopped]).split("\n")[1]?.split(/ {2,}/)).toEqual([
      ...["web-1", "shop/nightly", "15 3 * * * UTC", "stopped", "-", "-", "-", "-", "-"],
    ]);
    expect(render([])).toBe("No role of this stack has a schedule.");
  });
});

describe("a role with a schedule among the others", () => {
  it("is one of the roles for its log, and none where containers are to run all the time", () => {
    const named = (role: string, otherwise: "roles" | "always"): string[] =>
      partsNamed("logs", { parts, hosts, state }, { role }, otherwise).map(({ name }) => name);
    expect(named("nightly", "roles")).toEqual(["shop/nightly"]);
    expect(() => named("nightly", "always")).toThrow(
      "logs: this stack has no role nightly that runs all the time; it has shop/web, shop/job.",
    );
  });

  it("is stopped and started where the choice of hosts has it, also with --primary", () => {
    const on = (choice: Choice, some = parts): string[] =>
      jobPlaces("stop", { parts, hosts, state }, some, choice).map(({ host: { shell } }) => shell.name);
    expect(on({})).toEqual(["web-1"]);
    expect(on({ host: "web-2" })).toEqual([]);
    // The first host of the first role is web-2.
    expect(on({ primary: true })).toEqual([]);
    expect(on({ primary: true }, [part])).toEqual(["web-1"]);
    expect(() => on({ host: "web-2" }, [part])).toThrow(
      "stop: shop/nightly is not on web-2; it is on web-1.",
    );
  });

  it("has releases to go back to by itself, and those of the others where there are some", () => {
    const alone = { parts: [part], hosts, state };
    expect(listedBy(alone, {})).toBe("roles");
    expect(listedBy({ parts, hosts, state }, {})).toBe("always");
    expect(listedBy({ parts, hosts, state }, { app: "shop" })).toBe("always");
    expect(() => listedBy({ parts: [], hosts, state }, {})).toThrow(
      "rollback: no app of this stack is deployed yet",
    );
    expect(() => listedBy({ parts: [part, { ...part, app: "blog" }], hosts, state }, {})).toThrow("--app");
  });

  it("is of the release of its next run, whatever the last one was of", () => {
    const one = (State: string, Created: number, Image: string) => ({
      ...{ Names: [`/${State}`], Image, State, Status: "", Created },
      Labels: { "sextant.job": "demo/prod/shop/nightly" },
    });
    const there = runningOf(host, parts, [one("created", 3, "shop:v2"), one("exited", 2, "shop:v1")]);
    expect(firstOf(there, new Set(["shop"]))?.image).toBe("shop:v2");
    expect(firstOf([], new Set(["shop"]))).toBeUndefined();
  });

  it("is of the app's own image, where another role has one of its own in front of it", () => {
    const one = (role: string, Image: string) => ({
      ...{ Names: [`/${role}`], Image, State: "running", Status: "", Created: 1 },
      Labels: { "sextant.role": `demo/prod/shop/${role}` },
    });
    const there = runningOf(host, parts, [one("web", "r.test/web:v7"), one("job", "r.test/shop:v2")]);
    const cleanUp = { type: "sextant:index:CleanUp", inputs: { repository: "r.test/shop" } };
    const known = repositoriesIn({ state: { deployment: { resources: [cleanUp] } } });
    expect(firstOf(there, known)?.image).toBe("r.test/shop:v2");
    expect(firstOf(there, new Set())?.image).toBe("r.test/web:v7");
  });

  it("is no app that is not deployed yet, where it is all that the stack has", () => {
    const restarted = () => partsNamed("restart", { parts: [part], hosts, state }, {}, "always");
    expect(restarted).toThrow("restart: this stack has no role that runs all the time; it has none.");
  });

  it("has the log of the run that goes on, or of the last one, and not of the one that waits", () => {
    const label = { "sextant.job": "demo/prod/shop/nightly" };
    const one = (name: string, State: string, Created: number) => ({
      ...{ Names: [`/${name}`], Image: "shop:v1", State, Status: "Exited (1)", Created, Labels: label },
    });
    const there = [one("c", "created", 3), one("b", "exited", 2), one("a", "exited", 1)];
    const found = runningOf(host, parts, there);
    expect(found.map(({ status }) => status)).toEqual(["waits for its next run", "Exited (1)", "Exited (1)"]);
    expect(current(found).map(({ name }) => name)).toEqual(["b"]);
    const going = runningOf(host, parts, [one("d", "running", 0), ...there]);
    expect(current(going).map(({ name }) => name)).toEqual(["d"]);
  });
});
