/** What is kept of each run, and of the machine that it ran on: the file that tables, plots and aims are made from. */
import type { CaseName, Failure, Tool } from "./cases";

/** Requests over some time. Times are in milliseconds. */
export interface Quality {
  requests: number;
  p50: number;
  p99: number;
  /** The longest time between two good answers. */
  gap: number;
}

/** One run of one tool. */
export interface Run {
  /** 0 is the warm-up, which no figure is made from. */
  round: number;
  servers: number;
  case: CaseName;
  tool: Tool;
  seconds: number;
  /** Of the traffic from start to end of the client; undefined where nothing served yet. */
  load?: Quality & { lost: number };
  /** Of the traffic from a second before the first new answer to a second after the last old one. */
  change?: Quality;
  client: {
    /** User and system time of all its processes. */
    cpuSeconds: number;
    /** The largest sum of its processes' memory (proportional set size). */
    peakMb: number;
    /** Processes that were seen; those that live for less than a tenth of a second may be missed. */
    processes: number;
  };
  hosts: {
    sshConnections: number;
    /** Over SSH, both ways, all hosts. */
    sshBytes: number;
    /** From the registry, all hosts. */
    registryBytes: number;
  };
}

/** The traffic on a tool's release while nothing is deployed. */
export interface Rest extends Quality {
  round: number;
  servers: number;
  tool: Tool;
  lost: number;
}

export interface Machine {
  cores: number;
  processor: string;
  memoryGb: number;
  kernel: string;
  node: string;
  versions: Record<string, string>;
}

export interface Results {
  /** When it was begun, as an ISO date. */
  begun: string;
  /** The commit of this library that was measured. */
  commit: string;
  machine: Machine;
  /** When it was gone on with, and on what. */
  resumed?: { at: string; machine: Machine }[];
  /** Requests a second, and seconds that one slow request at each target takes (0 = none). */
  traffic: { rate: number; slowSeconds: number };
  /** How many steps Pulumi was told to do at a time; undefined for its own number, four a core. */
  steps?: number;
  /** How a failing health check failed. */
  failure: Failure;
  runs: Run[];
  rests: Rest[];
}

/** The runs less those of a round of which some part is missing; undefined where none is. */
export function withoutCutOff(
  runs: readonly Run[],
  { servers, round }: { servers: number; round: number },
  parts: readonly { name: CaseName; tool: Tool }[],
): Run[] | undefined {
  const isOf = (run: Run, { name, tool }: { name: CaseName; tool: Tool }): boolean =>
    run.servers === servers && run.round === round && run.case === name && run.tool === tool;
  if (parts.every((part) => runs.some((run) => isOf(run, part)))) return undefined;
  return runs.filter((run) => !parts.some((part) => isOf(run, part)));
}

/** The runs that count. */
export function counted(results: Results): Run[] {
  return results.runs.filter(({ round }) => round > 0);
}

/** The file's text: one run a line, so that a difference between two files can be read. */
export function resultsText({ runs, rests, ...head }: Results): string {
  const lines = (name: string, rows: readonly unknown[]): string =>
    `  ${JSON.stringify(name)}: [${rows.map((row) => `\n    ${JSON.stringify(row)}`).join(",")}\n  ]`;
  const fields = Object.entries(head).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return `{\n${[...fields, lines("runs", runs), lines("rests", rests)].join(",\n")}\n}\n`;
}
