/** The figures as a table for the terminal. */
import { rounded } from "../stats/statistics";
import { cases } from "./cases";
import type { Figure } from "./figures";

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
