import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitLine, median, rounded, summary } from "../../../bench/stats/statistics";

const number = fc.integer({ min: -1_000_000, max: 1_000_000 });

describe("median", () => {
  it("is the middle value, or between the two middle ones", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeUndefined();
  });

  it("has as many values below as above, whatever their order", () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), (values) => {
        const middle = median(values) ?? NaN;
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(below).toBeLessThanOrEqual(values.length / 2);
        expect(above).toBeLessThanOrEqual(values.length / 2);
        expect(median([...values].reverse())).toBe(middle);
      }),
    );
  });
});

describe("summary", () => {
  it("tells median, least, most and how many", () => {
    expect(summary([2, 9, 4])).toEqual({ median: 4, min: 2, max: 9, count: 3 });
    expect(summary([])).toBeUndefined();
  });
});

describe("fitLine", () => {
  it("finds the line that points lie on", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 20 }),
        fc.integer({ min: -100, max: 100 }),
        fc.integer({ min: -100, max: 100 }),
        (xs, slope, intercept) => {
          const line = fitLine(xs.map((x) => ({ x, y: slope * x + intercept })));
          expect(line?.slope).toBeCloseTo(slope, 6);
          expect(line?.intercept).toBeCloseTo(intercept, 4);
          expect(line?.r2).toBeCloseTo(1, 6);
        },
      ),
    );
  });

  it("leaves residuals that add up to nothing", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })), {
          minLength: 2,
          maxLength: 20,
          selector: ([x]) => x,
        }),
        (points) => {
          const line = fitLine(points.map(([x, y]) => ({ x, y })));
          expect(line?.residuals.reduce((sum, each) => sum + each, 0)).toBeCloseTo(0, 6);
        },
      ),
    );
  });

  it("is not there for fewer than two sizes", () => {
    expect(fitLine([])).toBeUndefined();
    expect(
      fitLine([
        { x: 2, y: 1 },
        { x: 2, y: 3 },
      ]),
    ).toBeUndefined();
  });
});

describe("rounded", () => {
  it("keeps so many decimals", () => {
    expect(rounded(1.2345)).toBe(1.23);
    expect(rounded(1.2345, 0)).toBe(1);
  });
});
