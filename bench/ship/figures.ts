/** From runs to figures and aims. Pure. */
import { type Aim, atMost, divided } from "../compare/aims";
import { median, rounded } from "../stats/statistics";
import { type CaseName, type Tool, asked, caseNames, tools } from "./cases";

/** One run of one tool. */
export interface ShipRun {
  round: number;
  servers: number;
  case: CaseName;
  tool: Tool;
  /** Until it ended well; of a command until the first of its answer. */
  seconds: number;
  /** What left the client for servers and registry. */
  bytes: number;
  /** Of the changed layers, as they lie in the tool's registry; of `ship` alone. */
  layers?: number;
  /** Of the traffic while it shipped; of `ship` alone. */
  requests?: number;
  lost?: number;
}

/** What is kept of a measurement. */
export interface ShipResults {
  /** An ISO date. */
  begun: string;
  /** The commit of this library that was measured. */
  commit: string;
  cores: number;
  assetsMb: number;
  runs: ShipRun[];
}

/** A tool in a case on so many servers: medians over the rounds, and all requests. */
export interface ShipFigure {
  servers: number;
  case: CaseName;
  tool: Tool;
  seconds: number;
  bytes: number;
  /** Null where nothing is shipped. */
  layers: number | null;
  requests: number | null;
  lost: number | null;
}

/** The rows, by servers, case and tool. */
export function shipFigures(runs: readonly ShipRun[]): ShipFigure[] {
  const sizes = [...new Set(runs.map(({ servers }) => servers))].sort((a, b) => a - b);
  return sizes.flatMap((servers) =>
    caseNames.flatMap((name) =>
      tools.flatMap((tool) => {
        const these = runs.filter((run) => run.servers === servers && run.case === name && run.tool === tool);
        return these.length === 0 ? [] : [figureOf(these, { servers, case: name, tool })];
      }),
    ),
  );
}

function figureOf(runs: readonly ShipRun[], head: Pick<ShipFigure, "servers" | "case" | "tool">): ShipFigure {
  const known = (pick: (run: ShipRun) => number | undefined): number[] =>
    runs.map(pick).filter((each) => each !== undefined);
  const middle = (values: number[], decimals = 0): number | null => {
    const value = median(values);
    return value === undefined ? null : rounded(value, decimals);
  };
  const total = (values: number[]): number | null =>
    values.length === 0 ? null : values.reduce((sum, each) => sum + each, 0);
  return {
    ...head,
    seconds:
      middle(
        known(({ seconds }) => seconds),
        2,
      ) ?? 0,
    bytes: middle(known(({ bytes }) => bytes)) ?? 0,
    layers: middle(known(({ layers }) => layers)),
    requests: total(known(({ requests }) => requests)),
    lost: total(known(({ lost }) => lost)),
  };
}

/** What was to be reached, and whether it was; null where the runs that it takes were not made. */
export interface ShipAim extends Aim {
  aim: string;
}

/** All aims: Sextant's median divided by Kamal's, or by the layers that changed. */
export function shipAims(rows: readonly ShipFigure[]): ShipAim[] {
  const sizes = [...new Set([2, 8, ...rows.map(({ servers }) => servers)])].sort((a, b) => a - b);
  const row = (servers: number, name: CaseName, tool: Tool): ShipFigure | undefined =>
    rows.find((each) => each.servers === servers && each.case === name && each.tool === tool);
  const ratio = (servers: number, name: CaseName): number | undefined =>
    divided(row(servers, name, "sextant")?.seconds, row(servers, name, "kamal")?.seconds);
  const eight = row(8, "ship", "sextant");
  const lost = rows.filter(({ tool }) => tool === "sextant").flatMap((each) => each.lost ?? []);
  const all: [string, Aim][] = [
    ...sizes.map((size): [string, Aim] => [
      `ship, ${size} servers, against Kamal`,
      atMost(0.7, ratio(size, "ship")),
    ]),
    [
      "bytes off the client, 8 servers, against the changed layers",
      atMost(1.1, divided(eight?.bytes, eight?.layers ?? undefined)),
    ],
    ...sizes.flatMap((size) =>
      asked.map((name): [string, Aim] => [
        `first answer of ${name}, ${size} servers, against Kamal`,
        atMost(0.5, ratio(size, name)),
      ]),
    ),
    ["requests lost", atMost(0, lost.length === 0 ? undefined : lost.reduce((sum, each) => sum + each, 0))],
  ];
  return all.map(([aim, reached]) => ({ aim, ...reached }));
}

/** The last line of the output. */
export function lastLine(rows: readonly ShipFigure[]): string {
  return JSON.stringify({ cases: rows, aims: shipAims(rows) });
}

/** A row for the terminal. */
export const tableRow = ({ bytes, layers, ...row }: ShipFigure): Record<string, string | number> => ({
  servers: row.servers,
  case: row.case,
  tool: row.tool,
  seconds: row.seconds,
  "client kB": Math.round(bytes / 1000),
  "layers kB": layers === null ? "" : Math.round(layers / 1000),
  requests: row.requests ?? "",
  lost: row.lost ?? "",
});
