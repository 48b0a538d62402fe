/** What the benchmark of a takeover calls good. */
import { describe, expect, it } from "vitest";
import { isGood } from "../../../../bench/takeover/takeover";

const good = { requests: 100, lost: 0, rows_written: 10, rows_kept: 10, seconds: 60, left_over: [] };

describe("a takeover", () => {
  it("is good where nothing was lost, also with notes that the next clean-up takes", () => {
    expect(isGood(good)).toBe(true);
    expect(isGood({ ...good, left_over: ["192.0.2.1: /var/lib/sextant/images/lock"] })).toBe(true);
  });

  it.each([
    { lost: 1 },
    { rows_kept: 9 },
    { left_over: ["192.0.2.1: container shop-web"] },
    { left_over: ["192.0.2.1: volume shop-data"] },
    { left_over: ["other accessories"] },
  ])("is not with %o", (bad) => {
    expect(isGood({ ...good, ...bad })).toBe(false);
  });
});
