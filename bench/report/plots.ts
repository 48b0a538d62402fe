/** The plot of the report, as a Vega-Lite specification on plain rows. */
import type { TopLevelSpec } from "vega-lite" with { "resolution-mode": "import" };
import { type CaseName, cases } from "../compare/cases";
import type { Figure } from "../compare/figures";
import { toolNames } from "./words";

const shown: readonly CaseName[] = [
  "first",
  "deploy",
  "slow",
  "rollback",
  "config",
  "same",
  "failed",
  "preview",
];
/** Colours that people with any kind of sight tell apart (Okabe and Ito). */
const colours = {
  domain: Object.values(toolNames),
  range: ["#0072b2", "#e69f00", "#d55e00", "#999999"],
};
const look = { background: "white", font: "sans-serif" };

/** Seconds over servers, a panel a case: the median as a line, from least to most as a bar. */
export function secondsPlot(rows: readonly Figure[]): TopLevelSpec {
  const values = rows.map(({ servers, case: name, tool, seconds }) => ({
    servers,
    case: cases[name].title,
    tool: toolNames[tool],
    ...seconds,
  }));
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    config: look,
    data: { values },
    facet: { field: "case", title: null, sort: shown.map((name) => cases[name].title) },
    columns: 4,
    resolve: { scale: { y: "independent" } },
    spec: {
      width: 180,
      height: 150,
      encoding: {
        x: { field: "servers", type: "quantitative", title: "servers", axis: { tickMinStep: 1 } },
        color: { field: "tool", type: "nominal", title: null, scale: colours, legend: { orient: "top" } },
      },
      layer: [
        {
          mark: { type: "line", point: true },
          encoding: { y: { field: "median", type: "quantitative", title: "seconds", scale: { zero: true } } },
        },
        {
          mark: { type: "rule", opacity: 0.5 },
          encoding: { y: { field: "min", type: "quantitative" }, y2: { field: "max" } },
        },
      ],
    },
  };
}
