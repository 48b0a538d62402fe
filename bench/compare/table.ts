/** The figures as a table for the terminal. */
import { rounded } from "../stats/statistics";
import { cases } from "./cases";
import type { Figure, Growth } from "./figures";

/** One row for each figure, with short headings. */
export function tableRows(rows: readonly Figure[]): Record<string, string | number>[] {
  return rows.map((row) => ({
    servers: row.servers,
    case: cases[row.case].title,
    tool: row.tool,
    seconds: rounded(row.seconds.median),
    "min-max": `${row.seconds.min.toFixed(1)}-${row.seconds.max.toFixed(1)}`,
    runs: row.seconds.count,
    requests: row.requests,
    lost: row.lost,
    p50: row.p50 ?? "",
    p99: row.p99 ?? "",
    "p99 switch": row.changeP99 ?? "",
    gap: row.gap ?? "",
    cpu: row.cpuSeconds,
    MB: row.peakMb,
    procs: row.processes,
    ssh: row.sshConnections,
    "ssh kB": Math.round(row.sshBytes / 1000),
    "pull kB": Math.round(row.registryBytes / 1000),
  }));
}

/** One row for each law: what a server adds, what is there without any, and how well a line fits. */
export function growthRows(laws: readonly Growth[]): Record<string, string | number>[] {
  return laws.map(({ case: name, tool, servers, seconds, memory }) => ({
    case: cases[name].title,
    tool,
    servers: servers.join(" "),
    "s per server": rounded(seconds.slope, 3),
    "s at 0": rounded(seconds.intercept),
    "residuals, s": seconds.residuals.map((each) => each.toFixed(2)).join(" "),
    "MB per server": rounded(memory.slope, 1),
    "MB at 0": Math.round(memory.intercept),
    "residuals, MB": memory.residuals.map((each) => each.toFixed(0)).join(" "),
  }));
}
