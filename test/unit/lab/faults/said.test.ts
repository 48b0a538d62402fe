import { describe, expect, it } from "vitest";
import { type Line, report, said } from "../../../lab/faults/said";

const lines = (...texts: [number, string][]): Line[] => texts.map(([at, text]) => ({ at, text }));

const failed = lines(
  [1000, "Updating (faults):"],
  [3000, " ++ docker:index:Container shop-web-fault-1 creating replacement (0s) [diff: ~image]"],
  [3500, " ++ docker:index:Container shop-web-fault-1 created replacement (0.5s) [diff: ~image]"],
  [4000, " ~  pulumi-nodejs:dynamic:Resource shop-web-fault-1-ready updating (0s) [diff: ~words]"],
  [
    9800,
    " ~  pulumi-nodejs:dynamic:Resource shop-web-fault-1-ready **updating failed** [diff: ~words]; error: x",
  ],
  [9900, "Diagnostics:"],
  [9900, "  pulumi-nodejs:dynamic:Resource (shop-web-fault-1-ready):"],
  [9900, "    error: it does not listen on 3000"],
  [9900, "    cure: bind 0.0.0.0"],
  [9900, "    more: npx sextant docs troubleshooting#loopback-bind"],
  [9900, ""],
  [9950, "Resources:"],
);

describe("what pulumi said", () => {
  it("has the cause by its anchor, and the seconds since the resource that failed began", () => {
    expect(said(failed)).toMatchObject({ cause: "loopback-bind", seconds: 5.9 });
  });

  it("counts from the start where nothing of the program was reached", () => {
    const refused = lines([2500, "    error: App: too old, see troubleshooting#proxy-too-old"]);
    expect(said(refused)).toMatchObject({ cause: "proxy-too-old", seconds: 2.5 });
  });

  it("is the verdict, and not what else it may be", () => {
    const two = lines(
      [1, "    also: it boots slowly (npx sextant docs troubleshooting#slow-boot)"],
      [1, "    more: npx sextant docs troubleshooting#hang; on the host: sextant doctor"],
    );
    expect(said(two).cause).toBe("hang");
  });

  it("names nothing where no anchor was printed", () => {
    expect(said(lines([1, "error: update failed"]))).toEqual({
      cause: undefined,
      seconds: undefined,
      at: undefined,
    });
    expect(report(lines([1, "error: update failed"]))).toEqual([]);
  });

  it("knows a refusal by its words", () => {
    const refused = lines([
      2000,
      "    error: Proxy: image is old, but routes use options; take a newer one.",
    ]);
    const refusal = { says: "routes use options", cause: "proxy-too-old" };
    expect(said(refused, refusal)).toMatchObject({ cause: "proxy-too-old", seconds: 2 });
    expect(said([], refusal).cause).toBeUndefined();
  });

  it("shows the report alone", () => {
    expect(report(failed)).toEqual([
      "    error: it does not listen on 3000",
      "    cure: bind 0.0.0.0",
      "    more: npx sextant docs troubleshooting#loopback-bind",
    ]);
  });
});
