/** From runs to figures: one row for each number of servers, case and tool. */
import { type Line, type Summary, fitLine, median, rounded, summary } from "../stats/statistics";
import { type CaseName, type Tool, caseNames, tools } from "./cases";
import { type Results, type Run, counted } from "./record";

export interface Figure {
  servers: number;
  case: CaseName;
  tool: Tool;
  seconds: Summary;
  /** Over all rounds. */
  requests: number;
  lost: number;
  /** Medians over the rounds, in milliseconds. */
  p50: number | undefined;
  p99: number | undefined;
  gap: number | undefined;
  /** The 99th percentile around the change from the old release to the new one. */
  changeP99: number | undefined;
  cpuSeconds: number;
  peakMb: number;
  processes: number;
  sshConnections: number;
  sshBytes: number;
  registryBytes: number;
}

/** The rows, by servers, then by case and tool in their usual order. */
export function figures(results: Results): Figure[] {
  const runs = counted(results);
  const sizes = [...new Set(runs.map(({ servers }) => servers))].sort((a, b) => a - b);
  return sizes.flatMap((servers) =>
    caseNames.flatMap((name) =>
      tools.flatMap((tool) => {
        const these = runs.filter((run) => run.servers === servers && run.case === name && run.tool === tool);
        const seconds = summary(these.map((run) => run.seconds));
        return seconds === undefined ? [] : [figure(these, { servers, case: name, tool, seconds })];
      }),
    ),
  );
}

function figure(runs: readonly Run[], head: Pick<Figure, "servers" | "case" | "tool" | "seconds">): Figure {
  const middle = (pick: (run: Run) => number | undefined, decimals = 1): number | undefined => {
    const value = median(runs.map(pick).filter((each) => each !== undefined));
    return value === undefined ? undefined : rounded(value, decimals);
  };
  const sum = (pick: (run: Run) => number): number => runs.reduce((total, run) => total + pick(run), 0);
  return {
    ...head,
    requests: sum(({ load }) => load?.requests ?? 0),
    lost: sum(({ load }) => load?.lost ?? 0),
    p50: middle(({ load }) => load?.p50),
    p99: middle(({ load }) => load?.p99),
    gap: middle(({ load }) => load?.gap),
    changeP99: middle(({ change }) => change?.p99),
    cpuSeconds: middle(({ client }) => client.cpuSeconds, 2) ?? 0,
    peakMb: middle(({ client }) => client.peakMb, 0) ?? 0,
    processes: middle(({ client }) => client.processes, 0) ?? 0,
    sshConnections: middle(({ hosts }) => hosts.sshConnections, 0) ?? 0,
    sshBytes: middle(({ hosts }) => hosts.sshBytes, 0) ?? 0,
    registryBytes: middle(({ hosts }) => hosts.registryBytes, 0) ?? 0,
  };
}

/** The 99th percentile at rest for a tool on so many servers: the median over the rounds, in milliseconds. */
export function restP99({ rests }: Results, servers: number, tool: Tool): number | undefined {
  const family = tool === "kamal-serial" ? "kamal" : tool;
  return median(
    rests
      .filter((rest) => rest.round > 0 && rest.servers === servers && rest.tool === family)
      .map(({ p99 }) => p99),
  );
}

export interface Growth {
  case: CaseName;
  tool: Tool;
  /** The numbers of servers. */
  servers: number[];
  /** Seconds over servers, from the medians. */
  seconds: Line;
  /** Megabytes over servers, from the medians. */
  memory: Line;
}

/** The growth law of each case and tool that was measured on at least two numbers of servers. */
export function growth(rows: readonly Figure[]): Growth[] {
  return caseNames.flatMap((name) =>
    tools.flatMap((tool) => {
      const these = rows.filter((row) => row.case === name && row.tool === tool);
      const seconds = fitLine(these.map(({ servers, seconds: { median: y } }) => ({ x: servers, y })));
      const memory = fitLine(these.map(({ servers, peakMb }) => ({ x: servers, y: peakMb })));
      if (seconds === undefined || memory === undefined) return [];
      return [{ case: name, tool, servers: these.map(({ servers }) => servers), seconds, memory }];
    }),
  );
}
