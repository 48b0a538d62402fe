import { describe, expect, it } from "vitest";
import { aims } from "../../../bench/compare/aims";
import { figures, growth, restP99 } from "../../../bench/compare/figures";
import { resultsText, withoutCutOff } from "../../../bench/compare/record";
import { rest, results, run } from "./results";

describe("figures", () => {
  it("has a row for each number of servers, case and tool, with medians", () => {
    const rows = figures(
      results([
        run(2, "deploy", "sextant", 4),
        run(2, "deploy", "sextant", 6),
        run(2, "deploy", "sextant", 5),
        run(2, "deploy", "kamal", 8),
        run(1, "deploy", "sextant", 3),
      ]),
    );
    expect(rows.map((row) => [row.servers, row.tool, row.seconds.median])).toEqual([
      [1, "sextant", 3],
      [2, "sextant", 5],
      [2, "kamal", 8],
    ]);
    expect(rows[1]?.seconds).toEqual({ median: 5, min: 4, max: 6, count: 3 });
    expect(rows[1]?.requests).toBe(1800);
  });

  it("leaves the warm-up out", () => {
    const rows = figures(results([run(2, "same", "kamal", 99, { round: 0 }), run(2, "same", "kamal", 1)]));
    expect(rows.map((row) => row.seconds)).toEqual([{ median: 1, min: 1, max: 1, count: 1 }]);
  });

  it("has no latency where nothing served yet", () => {
    const [row] = figures(results([run(1, "first", "kamal", 9, { load: undefined, change: undefined })]));
    expect(row).toMatchObject({ requests: 0, p99: undefined, changeP99: undefined });
  });

  it("knows the traffic at rest of both ways of Kamal", () => {
    const measured = results([], [rest(2, "kamal", 7), rest(2, "sextant", 8)]);
    expect(restP99(measured, 2, "kamal-serial")).toBe(7);
    expect(restP99(measured, 4, "sextant")).toBeUndefined();
  });
});

describe("growth", () => {
  it("is the line over servers, for each case and tool", () => {
    const [law] = growth(figures(results([1, 2, 4, 8].map((n) => run(n, "deploy", "sextant", 3 + n / 4)))));
    expect(law).toMatchObject({ case: "deploy", tool: "sextant", servers: [1, 2, 4, 8] });
    expect(law?.seconds.slope).toBeCloseTo(0.25);
    expect(law?.seconds.intercept).toBeCloseTo(3);
    expect(law?.memory.slope).toBeCloseTo(100);
  });

  it("is not known from one number of servers", () => {
    expect(growth(figures(results([run(2, "deploy", "sextant", 1)])))).toEqual([]);
  });
});

describe("aims", () => {
  it("says of an aim without runs that it is not known", () => {
    for (const aim of Object.values(aims(results([])))) expect(aim).toMatchObject({ value: null, met: null });
  });

  it("holds the deploy against Kamal's fastest way", () => {
    const name = "deploy, 2 servers, against Kamal's fastest way";
    const with_ = (seconds: number) =>
      aims(
        results([
          run(2, "deploy", "sextant", seconds),
          run(2, "deploy", "kamal", 10),
          run(2, "deploy", "kamal-serial", 12),
        ]),
      )[name];
    expect(with_(8)).toEqual({ value: 0.8, limit: 0.8, met: true });
    expect(with_(8.004)).toEqual({ value: 0.8, limit: 0.8, met: false });
  });

  it("counts a lost request of any case, and only Sextant's", () => {
    const lossy = { load: { requests: 10, lost: 1, p50: 1, p99: 1, gap: 1 } };
    const name = "requests lost, any case";
    expect(
      aims(results([run(1, "deploy", "kamal", 1, lossy), run(1, "deploy", "sextant", 1)]))[name],
    ).toEqual({ value: 0, limit: 0, met: true });
    expect(aims(results([run(4, "failed", "sextant", 1, lossy)]))[name]).toEqual({
      value: 1,
      limit: 0,
      met: false,
    });
  });

  it("takes the worst size for the latency of the switch", () => {
    const measured = results(
      [run(1, "deploy", "sextant", 1), run(8, "deploy", "sextant", 1)],
      [rest(1, "sextant", 12), rest(8, "sextant", 6)],
    );
    expect(aims(measured)["p99 during the switch against p99 at rest, worst size"]).toEqual({
      value: 2,
      limit: 1.5,
      met: false,
    });
  });

  it("shares the client's memory among eight servers", () => {
    const name = "memory of the client per server at 8 servers, MB";
    expect(aims(results([run(8, "deploy", "sextant", 1), run(8, "first", "sextant", 1)]))[name]).toEqual({
      value: 100,
      limit: 80,
      met: false,
    });
  });
});

describe("resultsText", () => {
  it("is JSON with one run a line", () => {
    const measured = results(
      [run(1, "deploy", "sextant", 1), run(2, "same", "kamal", 2)],
      [rest(1, "kamal", 3)],
    );
    const text = resultsText(measured);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(measured)));
    expect(text.split("\n").filter((line) => line.includes('"seconds"'))).toHaveLength(2);
  });
});

describe("a round that was cut off", () => {
  const parts = [
    { name: "deploy", tool: "sextant" },
    { name: "deploy", tool: "kamal" },
  ] as const;
  const other = [
    run(8, "deploy", "sextant", 9),
    run(2, "deploy", "sextant", 5, { round: 2 }),
    run(2, "same", "sextant", 2),
  ];

  it("begins anew: what was measured of it goes, and nothing else", () => {
    const runs = [...other, run(2, "deploy", "sextant", 4)];
    expect(withoutCutOff(runs, { servers: 2, round: 1 }, parts)).toEqual(other);
    expect(withoutCutOff(other, { servers: 2, round: 1 }, parts)).toEqual(other);
  });

  it("is none where every part was measured", () => {
    const runs = [...other, run(2, "deploy", "sextant", 4), run(2, "deploy", "kamal", 6)];
    expect(withoutCutOff(runs, { servers: 2, round: 1 }, parts)).toBeUndefined();
  });
});
