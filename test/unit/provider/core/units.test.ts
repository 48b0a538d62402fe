import { describe, expect, it } from "vitest";
import { durationMs, seconds, sizeBytes } from "../../../../provider/core/units";

describe("units", () => {
  it.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["1.5m", 90_000],
    ["1h", 3_600_000],
    ["30", undefined],
    ["s", undefined],
    ["-1s", undefined],
    ["1 s", undefined],
  ])("%s is %s ms", (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it("rounds up to whole seconds, so that no limit becomes zero", () => {
    expect(seconds("1ms")).toBe(1);
  });

  it.each([
    ["512m", 536_870_912],
    ["1g", 1_073_741_824],
    ["1", undefined],
  ])("%s is %s bytes", (text, bytes) => {
    expect(sizeBytes(text)).toBe(bytes);
  });
});
