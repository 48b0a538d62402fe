import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inBytes } from "../../../../provider/core/bytes";

describe("an amount of bytes", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1 kB"],
    [56_123, "56 kB"],
    [999_400, "999 kB"],
    [999_600, "1 MB"],
    [4_100_000, "4.1 MB"],
    [12_345_678_901, "12 GB"],
  ])("%i is %s", (bytes, text) => {
    expect(inBytes(bytes)).toBe(text);
  });

  it("is short, and right to a twentieth", () => {
    const factors = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_000_000_000 }), (bytes) => {
        const text = inBytes(bytes);
        expect(text.length).toBeLessThanOrEqual(6);
        const [amount = "", unit = "B"] = text.split(" ");
        const read = Number(amount) * factors[unit as keyof typeof factors];
        expect(Math.abs(read - bytes)).toBeLessThanOrEqual(bytes / 20);
      }),
    );
  });
});
