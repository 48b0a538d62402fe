import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CaseName, type Tool, asked } from "../../../../bench/ship/cases";
import { type ShipRun, lastLine, shipAims, shipFigures, tableRow } from "../../../../bench/ship/figures";

const run = (
  servers: number,
  name: CaseName,
  tool: Tool,
  seconds: number,
  more: Partial<ShipRun> = {},
): ShipRun => ({
  ...{ round: 1, servers, case: name, tool, seconds, bytes: 1000 },
  ...(name === "ship" ? { layers: 4000, requests: 100, lost: 0 } : {}),
  ...more,
});

const aim = (runs: readonly ShipRun[], name: string) => {
  const found = shipAims(shipFigures(runs)).find((each) => each.aim === name);
  if (found === undefined) throw new Error(`there is no aim ${name}`);
  const { value, limit, met } = found;
  return { value, limit, met };
};

describe("figures", () => {
  it("are medians of times and bytes, and sums of requests", () => {
    const rows = shipFigures([
      run(2, "ship", "sextant", 9, { bytes: 300, layers: 10, lost: 1 }),
      run(2, "ship", "sextant", 5, { bytes: 100, layers: 30 }),
      run(2, "ship", "sextant", 6, { bytes: 200, layers: 20, lost: 2 }),
    ]);
    expect(rows).toEqual([
      {
        ...{ servers: 2, case: "ship", tool: "sextant", seconds: 6 },
        ...{ bytes: 200, layers: 20, requests: 300, lost: 3 },
      },
    ]);
  });

  it("stand by servers, case and tool, in whatever order they were run", () => {
    const runs = [2, 8].flatMap((servers) =>
      (["ship", "ps"] as const).flatMap((name) =>
        (["sextant", "kamal"] as const).map((tool) => run(servers, name, tool, 1)),
      ),
    );
    fc.assert(
      fc.property(fc.shuffledSubarray(runs, { minLength: runs.length }), (shuffled) => {
        expect(shipFigures(shuffled)).toEqual(shipFigures(runs));
      }),
    );
    expect(shipFigures(runs).map((row) => `${row.servers} ${row.case} ${row.tool}`)).toEqual([
      "2 ship sextant",
      "2 ship kamal",
      "2 ps sextant",
      "2 ps kamal",
      "8 ship sextant",
      "8 ship kamal",
      "8 ps sextant",
      "8 ps kamal",
    ]);
  });

  it("have no traffic and no layers where nothing was shipped", () => {
    const [row] = shipFigures([run(2, "logs", "kamal", 3)]);
    expect(row).toMatchObject({ layers: null, requests: null, lost: null });
    expect(row && tableRow(row)).toMatchObject({ "client kB": 1, "layers kB": "", requests: "", lost: "" });
  });
});

describe("aims", () => {
  it("are not known without the runs that they take", () => {
    const all = shipAims([]);
    expect(all.length).toBeGreaterThan(0);
    for (const each of all) expect(each).toMatchObject({ value: null, met: null });
  });

  it("hold the shipping against Kamal's, and miss by as little as is measured", () => {
    const at = (seconds: number) =>
      aim(
        [run(2, "ship", "sextant", seconds), run(2, "ship", "kamal", 10)],
        "ship, 2 servers, against Kamal",
      );
    expect(at(7)).toEqual({ value: 0.7, limit: 0.7, met: true });
    expect(at(7.01)).toEqual({ value: 0.701, limit: 0.7, met: false });
  });

  it("hold what leaves the client against the layers that changed, at 8 servers alone", () => {
    const name = "bytes off the client, 8 servers, against the changed layers";
    const at = (servers: number, bytes: number) => aim([run(servers, "ship", "sextant", 1, { bytes })], name);
    expect(at(8, 4400)).toEqual({ value: 1.1, limit: 1.1, met: true });
    expect(at(8, 4405)).toEqual({ value: 1.101, limit: 1.1, met: false });
    expect(at(2, 4000)).toMatchObject({ value: null });
  });

  it("take each command by itself, on each number of servers", () => {
    for (const servers of [2, 3, 8])
      for (const name of asked) {
        const others = asked.filter((each) => each !== name);
        const runs = [
          run(servers, name, "sextant", 0.6),
          run(servers, name, "kamal", 1),
          ...others.flatMap((each) => [run(servers, each, "sextant", 0.1), run(servers, each, "kamal", 1)]),
        ];
        expect(aim(runs, `first answer of ${name}, ${servers} servers, against Kamal`)).toEqual({
          ...{ value: 0.6, limit: 0.5, met: false },
        });
        for (const each of others)
          expect(aim(runs, `first answer of ${each}, ${servers} servers, against Kamal`).met).toBe(true);
      }
  });

  it("count a request that Sextant lost, and none of Kamal's", () => {
    const with_ = (sextant: number, kamal: number) =>
      aim(
        [run(2, "ship", "sextant", 1, { lost: sextant }), run(8, "ship", "kamal", 1, { lost: kamal })],
        "requests lost",
      );
    expect(with_(1, 0)).toEqual({ value: 1, limit: 0, met: false });
    expect(with_(0, 5)).toEqual({ value: 0, limit: 0, met: true });
  });
});

describe("the last line", () => {
  it("is JSON with all cases and all aims", () => {
    const rows = shipFigures([run(2, "ship", "sextant", 1), run(2, "ship", "kamal", 2)]);
    const text = lastLine(rows);
    expect(text).not.toContain("\n");
    const { cases, aims } = JSON.parse(text) as { cases: object[]; aims: object[] };
    expect(cases[0]).toMatchObject({
      ...{ servers: 2, case: "ship", tool: "sextant", seconds: 1, bytes: 1000, lost: 0 },
    });
    expect(aims).toContainEqual({ aim: "ship, 2 servers, against Kamal", value: 0.5, limit: 0.7, met: true });
  });
});
