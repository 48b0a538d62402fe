import { describe, expect, it } from "vitest";
import { aims } from "../../../bench/compare/aims";
import { caseNames, cases } from "../../../bench/compare/cases";
import { figures } from "../../../bench/compare/figures";
import { performancePage } from "../../../bench/report/page";
import { secondsPlot } from "../../../bench/report/plots";
import { reasons } from "../../../bench/report/reasons";
import { svg } from "../../../bench/report/svg";
import { table } from "../../../bench/report/words";
import { rest, results, run } from "./results";

const measured = results(
  [2, 8].flatMap((servers) =>
    caseNames.flatMap((name) =>
      cases[name].tools.map((tool, at) => run(servers, name, tool, 1.25 * servers * (at + 1))),
    ),
  ),
  [rest(2, "sextant", 8), rest(8, "kamal", 9)],
);

describe("performancePage", () => {
  const page = performancePage({ compare: measured });

  it("has every case that a user meets, with every tool", () => {
    const { config, uncached, ...met } = cases;
    for (const { title } of Object.values(met)) expect(page).toContain(`| ${title} | Sextant |`);
    for (const { title } of [config, uncached]) expect(page).not.toContain(`| ${title} |`);
    expect(page).toContain("| deploy, 8 s boot | Kamal, one by one | 7.5 | 30.0 |");
  });

  it("says what it was measured on, and whether the aims are met", () => {
    expect(page).toContain("2 cores (a processor), 24 GB");
    expect(page).toContain("commit `abcdef`");
    expect(page).toMatch(/\| deploy, 2 servers, against Kamal's fastest way \| 0\.5 \| 0\.8 \| yes \|/);
    expect(page).toMatch(/\| memory of the client per server at 8 servers, MB \| 100 \| 80 \| \*\*no\*\* \|/);
  });

  it("says when and on what it was gone on with", () => {
    const resumed = [
      { at: "2026-01-02T00:00:00.000Z", machine: { ...measured.machine, kernel: "6.2" } },
      { at: "2026-01-02T09:00:00.000Z", machine: { ...measured.machine, kernel: "6.2" } },
    ];
    const later = performancePage({ compare: { ...measured, resumed } });
    expect(page).toContain("Measured on 2026-01-01\n");
    expect(later).toContain("Measured on 2026-01-01 and 2026-01-02\n");
    expect(later).toContain("2 cores (a processor), 24 GB, Linux 6.1 and 6.2, Node");
  });

  it("says how many rounds there were, and where there were fewer", () => {
    const made = [0, 1, 2, 3].map((round) => run(2, "deploy", "sextant", 5, { round }));
    const fewer = [1, 2].map((round) => run(16, "deploy", "sextant", 20, { round }));
    const fewest = run(16, "deploy", "kamal-serial", 50, { round: 1 });
    expect(page).toContain("each time, 1 round. Measured");
    expect(performancePage({ compare: results([...made, ...fewer]) })).toContain(
      "each time, 3 rounds (2 with 16 servers) after one that does not count. Measured",
    );
    expect(performancePage({ compare: results([...made, ...fewer, fewest]) })).toContain(
      "3 rounds (2 with 16 servers, 1 with 16 servers of Kamal, one by one) after one",
    );
  });

  it("shows how a changed page was shipped, where that was measured, with the aims that were missed", () => {
    const run = (tool: "sextant" | "kamal", seconds: number) => ({
      ...{ round: 1, servers: 8, case: "ship" as const, tool, seconds },
      ...{ bytes: 6_000_000, layers: 4_000_000, requests: 300, lost: 0 },
    });
    const ship = {
      ...{ begun: "2026-01-03T00:00:00Z", commit: "fedcba", cores: 2, assetsMb: 4 },
      runs: [run("sextant", 9), run("kamal", 10)],
    };
    const heading = "## From a changed page to production";
    expect(page).not.toContain(heading);
    expect(page).not.toContain("bench -- ship");
    const shown = performancePage({ compare: measured, ship });
    expect(shown).toContain(heading);
    expect(shown).toContain("| 8 | ship | Sextant | 9.0 | 6000 | 4000 | 300 | 0 |");
    expect(shown).toContain("| ship, 8 servers, against Kamal | 0.9 | 0.7 | **no** |");
    expect(shown).toContain(
      "| bytes off the client, 8 servers, against the changed layers | 1.5 | 1.1 | **no** |",
    );
    expect(shown).toContain("| ship, 2 servers, against Kamal | not measured | 0.7 |  |");
    expect(shown).toContain("npm run bench -- ship --out bench/results/ship.json\nnpm run bench -- report");
  });

  it("shows what was said of releases with a fault, where that was measured", () => {
    const row = {
      ...{
        name: "force_ssl",
        cause: "force-ssl",
        named: true,
        seconds: 2.44,
        shows: 2.3,
        total: 7.1,
        lost: 0,
      },
      ...{ kamal: "ERROR | target failed\nto become `healthy`", kamalSeconds: 34.2 },
    };
    const diagnosis = {
      ...{ begun: "2026-11-26T00:00:00Z", cores: 2, named: 1, of: 2, late: [], median_s: 2.44 },
      fixtures: [row, { ...row, name: "other", named: false, seconds: null, kamal: "", kamalSeconds: null }],
    };
    expect(page).not.toContain("## When a release fails");
    const shown = performancePage({ compare: measured, diagnosis });
    expect(shown).toContain("**1 of 2 were named** with their cause, 2.44 s in the median");
    expect(shown).toContain("The command ended after 7.1 s in the median, Kamal's after\n34.2 s.");
  });

  it("says what stands in the way of an aim that is not met, and of no other", () => {
    expect(page).toContain("- **memory of the client per server at 8 servers, MB**: The engine");
    expect(page).not.toContain("- **deploy, 2 servers, against Kamal's fastest way**");
    for (const name of Object.keys(reasons)) expect(Object.keys(aims(measured))).toContain(name);
  });
});

describe("words", () => {
  it("leaves a missing cell empty", () => {
    expect(table(["a", "b"], [[1, undefined]])).toBe("| a | b |\n| --- | --- |\n| 1 |  |");
  });
});

describe("the plot", () => {
  it("is a picture with every tool and case in it", async () => {
    const seconds = await svg(secondsPlot(figures(measured)));
    expect(seconds).toMatch(/^<svg /);
    for (const { title } of Object.values(cases)) expect(seconds).toContain(title);
    for (const text of ["Sextant", "Kamal, one by one", "seconds"]) expect(seconds).toContain(text);
  });

  it("is the same each time", async () => {
    const rows = figures(measured);
    expect(await svg(secondsPlot(rows))).toBe(await svg(secondsPlot(rows)));
  });
});
