/** The words of the step that gives a canary its visitors: what is told to the proxy again, and what is not. */
import { describe, expect, it } from "vitest";
import { canaryRoute, canaryStep, type CanaryInputs } from "../../../../provider/release/canary";
import { needsRun } from "../../../../provider/release/step";
import { shell, switched } from "./steps";

const route = canaryRoute(switched.route ?? expect.fail());
const inputs: CanaryInputs = {
  ...{ shell, role: "shop/prod/shop/web-canary", container: "shop-web-canary-web-1-9a2cd08", percent: 10 },
  ...{ visitors: ["team"], routes: [route], stopTimeout: "10s", timeout: "120s" },
};
const words = (former?: CanaryInputs): string[] => canaryStep.call(inputs, former).words;

describe("a canary's step", () => {
  it("has the proxy's times of each route", () => {
    expect(words()).toEqual([
      ...["put", "role=shop/prod/shop/web-canary", "container=shop-web-canary-web-1-9a2cd08", "percent=10"],
      ...["visitor=team", "route=shop-web/3000/60s/30s", "stop=10"],
    ]);
  });

  it("has the proxy take the container anew where what counts of a route has changed, and not for another share", () => {
    expect(words({ ...inputs, percent: 5, visitors: [] })).not.toContain("again=yes");
    expect(words({ ...inputs, routes: [{ ...route, responseTimeout: "5s" }] })).toContain("again=yes");
    // A state has no members without a value.
    expect(words({ ...inputs, routes: [JSON.parse(JSON.stringify(route)) as typeof route] })).not.toContain(
      "again=yes",
    );
  });

  it("is taken again for another share, and not for another time of its own", () => {
    const state = { ...inputs, undone: false };
    expect(needsRun(canaryStep, state, { ...inputs, percent: 20 })).toBe(true);
    expect(needsRun(canaryStep, state, { ...inputs, visitors: ["team", "press"] })).toBe(true);
    expect(needsRun(canaryStep, state, { ...inputs, timeout: "90s", stopTimeout: "20s" })).toBe(false);
    expect(needsRun(canaryStep, { ...inputs, undone: true }, inputs)).toBe(true);
  });

  it("looks by one line, in which nothing of a value is the shell's", () => {
    const [line = ""] = canaryStep.looks?.({ ...inputs, visitors: ["$(id)'x"] }, "/verbs") ?? [];
    expect(line).toMatch(/^\/verbs\/canary look /);
    expect(line).toContain(String.raw`'visitor=$(id)'\''x'`);
    expect(line).not.toContain("stop=");
  });

  it("is undone by role and services alone, so that a route's other settings are no other canary", () => {
    const undo = (each: typeof route) => canaryStep.undo?.({ ...inputs, routes: [each] });
    expect(undo(route)).toEqual({
      verb: "canary",
      words: ["end", "role=shop/prod/shop/web-canary", "service=shop-web"],
    });
    expect(undo({ ...route, drainTimeout: "5s" })).toEqual(undo(route));
  });

  it("says who gets it", () => {
    expect(canaryStep.says?.(inputs, "")).toBe(
      "shop-web-canary-web-1-9a2cd08 gets 10% of the visitors, and 1 by name, of those that have the cookie kamal-rollout.",
    );
  });
});
