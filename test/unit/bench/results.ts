/** Results made up for the tests. */
import type { CaseName, Tool } from "../../../bench/compare/cases";
import type { Rest, Results, Run } from "../../../bench/compare/record";

export function run(
  servers: number,
  name: CaseName,
  tool: Tool,
  seconds: number,
  more: Partial<Run> = {},
): Run {
  return {
    ...{ round: 1, servers, case: name, tool, seconds },
    load: { requests: 600, lost: 0, p50: 3, p99: 9, gap: 30 },
    change: { requests: 200, p50: 3, p99: 12, gap: 25 },
    client: { cpuSeconds: 2, peakMb: 100 * servers, processes: 10 },
    hosts: { sshConnections: 4, sshBytes: 9000, registryBytes: 3000 },
    ...more,
  };
}

export function rest(servers: number, tool: Tool, p99: number): Rest {
  return { round: 1, servers, tool, requests: 600, lost: 0, p50: 3, p99, gap: 30 };
}

export function results(runs: Run[], rests: Rest[] = []): Results {
  return {
    begun: "2026-01-01T00:00:00.000Z",
    commit: "abcdef",
    machine: {
      ...{ cores: 2, processor: "a processor", memoryGb: 24, kernel: "6.1", node: "v20" },
      versions: { pulumi: "v3", kamal: "2", "kamal-proxy": "v0", docker: "20" },
    },
    traffic: { rate: 60, slowSeconds: 0 },
    failure: "exit",
    runs,
    rests,
  };
}
