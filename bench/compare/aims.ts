/** The aims: what was to be reached, and whether it was. */
import { rounded } from "../stats/statistics";
import type { CaseName, Tool } from "./cases";
import { type Figure, figures, growth, restP99 } from "./figures";
import type { Results } from "./record";

export interface Aim {
  /** Null where the runs that it takes were not made. */
  value: number | null;
  limit: number;
  /** Null with the value. */
  met: boolean | null;
}

/** All aims by name; ratios are Sextant's median divided by the other's. */
export function aims(results: Results): Record<string, Aim> {
  const rows = figures(results);
  const row = (servers: number, name: CaseName, tool: Tool): Figure | undefined =>
    rows.find((each) => each.servers === servers && each.case === name && each.tool === tool);
  const ratio = (servers: number, name: CaseName, ...others: Tool[]): number | undefined =>
    divided(
      row(servers, name, "sextant")?.seconds.median,
      least(others.map((tool) => row(servers, name, tool)?.seconds.median)),
    );
  const laws = growth(rows);
  const slope = (name: CaseName): number | undefined =>
    laws.find((law) => law.case === name && law.tool === "sextant")?.seconds.slope;
  return {
    "deploy, 2 servers, against Kamal's fastest way": atMost(
      0.8,
      ratio(2, "deploy", "kamal", "kamal-serial"),
    ),
    "deploy, 8 servers, 8 s boot, against one by one": atMost(0.25, ratio(8, "slow", "kamal-serial")),
    "deploy, 8 servers, 8 s boot, against all at once": atMost(0.9, ratio(8, "slow", "kamal")),
    "rollback, 2 servers, against Kamal's fastest way": atMost(
      0.8,
      ratio(2, "rollback", "kamal", "kamal-serial"),
    ),
    "failed health check, 2 servers": atMost(0.3, ratio(2, "failed", "kamal")),
    "no change, 2 servers": atMost(0.35, ratio(2, "same", "kamal")),
    "requests lost, any case": atMost(0, lost(rows)),
    "p99 during the switch against p99 at rest, worst size": atMost(1.5, worstP99(results, rows)),
    "seconds per server: deploy": below(0.5, slope("deploy")),
    "seconds per server: no change": below(0.15, slope("same")),
    "seconds per server: preview": below(0.1, slope("preview")),
    "preview, 2 servers, against an empty program": atMost(1.3, ratio(2, "preview", "empty")),
    "memory of the client per server at 8 servers, MB": atMost(80, memory(rows)),
  };
}

/** Over all cases of Sextant. */
function lost(rows: readonly Figure[]): number | undefined {
  const loaded = rows.filter(({ tool, requests }) => tool === "sextant" && requests > 0);
  return loaded.length === 0 ? undefined : loaded.reduce((sum, row) => sum + row.lost, 0);
}

function worstP99(results: Results, rows: readonly Figure[]): number | undefined {
  const ratios = rows
    .filter((row) => row.tool === "sextant" && row.case === "deploy")
    .map(({ servers, changeP99 }) => divided(changeP99, restP99(results, servers, "sextant")))
    .filter((each) => each !== undefined);
  return ratios.length === 0 ? undefined : Math.max(...ratios);
}

/** The largest peak of any case at eight servers, for each of them. */
function memory(rows: readonly Figure[]): number | undefined {
  const peaks = rows.filter((row) => row.servers === 8 && row.tool === "sextant").map(({ peakMb }) => peakMb);
  return peaks.length === 0 ? undefined : Math.max(...peaks) / 8;
}

export function divided(value: number | undefined, by: number | undefined): number | undefined {
  return value === undefined || by === undefined || by === 0 ? undefined : value / by;
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((each) => each !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

// Judged before it is rounded, so that 0.804 is not 0.8.
export function atMost(limit: number, value: number | undefined): Aim {
  return aim(limit, value, value !== undefined && value <= limit);
}

function below(limit: number, value: number | undefined): Aim {
  return aim(limit, value, value !== undefined && value < limit);
}

function aim(limit: number, value: number | undefined, met: boolean): Aim {
  return value === undefined ? { value: null, limit, met: null } : { value: rounded(value, 3), limit, met };
}
