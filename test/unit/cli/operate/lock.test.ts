/** The words of `sextant lock`: the reason, the time, and which stack it is. */
import { describe, expect, it } from "vitest";
import { length, lockRow, noteOf, patience } from "../../../../cli/operate/lock";
import { stackOf } from "../../../../cli/operate/who";

/** As a program reads it. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("sextant lock", () => {
  it("notes who has locked it, when, why, and until when", () => {
    const now = Date.parse("2026-11-30T02:00:00Z");
    expect(noteOf("  a\nmigration ", 7_200_000, now, "Jo")).toEqual({
      message: "a migration",
      who: "Jo",
      since: "2026-11-30T02:00:00.000Z",
      until: "2026-11-30T04:00:00.000Z",
    });
    expect(noteOf("x", undefined, now, "Jo")).not.toHaveProperty("until");
    expect(noteOf("x").who).not.toBe("");
    expect(() => noteOf(" \t")).toThrow("lock: the reason is empty");
  });

  it.each([
    ["30m", 1_800_000],
    ["2h", 7_200_000],
    ["1d", 86_400_000],
  ])("takes %s for a time", (text, ms) => {
    expect(length(text)).toBe(ms);
  });

  it("waits for seconds, or such a time", () => {
    expect(["900", "0", "15m"].map(patience)).toEqual([900_000, 0, 900_000]);
    expect(() => patience("1.5")).toThrow("Write a time such as");
  });

  it.each(["2", "0h", "h", "2w", "-1h", "1h30m"])("takes %j for none", (text) => {
    expect(() => length(text)).toThrow("Write a time such as 30m, 2h or 1d.");
  });

  it("says of each host as JSON whether it is locked, and by whom", () => {
    const host = { shell: { name: "web-1", destination: "root@192.0.2.1", port: 22 } };
    const note = noteOf("a migration", undefined, Date.parse("2026-11-30T02:00:00Z"), "Jo");
    expect([lockRow({ host, lock: note }), lockRow({ host, lock: undefined })].map(asJson)).toEqual([
      { host: "web-1", lock: { message: "a migration", who: "Jo", since: "2026-11-30T02:00:00.000Z" } },
      { host: "web-1", lock: null },
    ]);
  });

  it("is about the stack of the state", () => {
    const urn = "urn:pulumi:production::shop::pulumi:pulumi:Stack::shop-production";
    expect(stackOf({ deployment: { resources: [{ type: "pulumi:pulumi:Stack", urn }] } })).toBe(
      "shop/production",
    );
    expect(() => stackOf({})).toThrow("Nothing of this stack is deployed yet");
  });
});
