/** Where the time of a `pulumi up` went: spans sorted into the parts of a deploy. */
import type { Span } from "./spans";

export interface Part {
  name: string;
  /** Seconds for which at least one of its spans was open. */
  wall: number;
  /** Seconds of all its spans together; more than `wall` where they ran at once. */
  sum: number;
  count: number;
  /** Seconds since the start at which the first began and the last ended. */
  from: number;
  to: number;
}

/** The parts, the longest first. Parts overlap where the engine works on several resources at once. */
export function parts(spans: readonly Span[]): Part[] {
  const groups = new Map<string, Pick<Span, "start" | "end">[]>();
  for (const span of [...spans, ...derived(spans)]) {
    const name = partOf(span);
    if (name !== undefined) groups.set(name, [...(groups.get(name) ?? []), span]);
  }
  return [...groups]
    .map(([name, these]) => ({
      name,
      wall: union(these) / 1000,
      sum: these.reduce((sum, { start, end }) => sum + end - start, 0) / 1000,
      count: these.length,
      from: Math.min(...these.map(({ start }) => start)) / 1000,
      to: Math.max(...these.map(({ end }) => end)) / 1000,
    }))
    .sort((a, b) => b.wall - a.wall);
}

/** What no span shows by itself, but the time between two of them. */
function derived(spans: readonly Span[]): Span[] {
  const first = (name: string): Span | undefined => spans.find((span) => span.name === name);
  const between = (name: string, start: number | undefined, end: number | undefined): Span[] =>
    start === undefined || end === undefined || end < start ? [] : [{ name, process: "", start, end }];
  const registrations = spans.filter(
    ({ name, process }) => name === "ResourceMonitor/RegisterResource" && process !== "pulumi-cli",
  );
  const whole = first("pulumi");
  const program = first("run-program");
  const node = first("execNodejs");
  return [
    ...between("engine start", whole?.start, program?.start),
    // The SDK registers the stack before it loads the program.
    ...between("SDK load", node?.start, registrations[0]?.start),
    ...between("program load", registrations[0]?.end, registrations[1]?.start),
    ...between("engine end", program?.end, whole?.end),
  ];
}

/** The part that a span counts for; undefined of what lies around other spans. */
function partOf({ name, resource = "", program }: Span): string | undefined {
  switch (name) {
    case "pulumi":
      return "whole run";
    case "engine start":
    case "SDK load":
    case "program load":
    case "engine end":
      return name;
    case "newPlugin":
      return program?.includes("(resource)") ? "plugin start" : "language host start";
    case "locateModule":
      return "language host: find the SDK";
  }
  if (name.startsWith("gocloud.dev/blob.")) return "state reads and writes";
  const method = /^ResourceProvider\/(\w+)$/.exec(name)?.[1];
  if (method === undefined) return undefined;
  if (["Create", "Update", "Delete"].includes(method)) return work(method, resource);
  if (["Configure", "CheckConfig", "DiffConfig", "Handshake", "GetSchema"].includes(method))
    return "provider set-up";
  if (["Check", "Diff", "Read"].includes(method)) return `provider: ${method.toLowerCase()}`;
  return undefined;
}

/** What is done to a resource on its host, in the words of a deploy. */
function work(method: string, resource: string): string {
  const type = resource.split(" ")[0] ?? "";
  const kind = type.split(":").at(-1) ?? type;
  const verb = /^sextant:index:/.test(type) ? kind : undefined;
  if (kind === "Container") return `container ${method.toLowerCase()}`;
  if (verb === "Ready") return "gate";
  if (verb === "Switch") return "switch and drain";
  if (verb !== undefined) return verb.toLowerCase();
  return `${kind} ${method.toLowerCase()}`.trim();
}

/** Milliseconds that are covered by at least one of the spans. */
function union(spans: readonly Pick<Span, "start" | "end">[]): number {
  let [covered, until] = [0, -Infinity];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    covered += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return covered;
}
