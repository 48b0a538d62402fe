/** Spans as a trace that chrome://tracing and ui.perfetto.dev show. */
import type { Span } from "./spans";

interface Event {
  name: string;
  cat: string;
  ph: "X" | "M";
  pid: number;
  tid: number;
  /** Microseconds. */
  ts?: number;
  dur?: number;
  args?: Record<string, string>;
}

/** One track for each process, with as many lanes as it has spans at once. */
export function chromeTrace(spans: readonly Span[]): { traceEvents: Event[]; displayTimeUnit: "ms" } {
  const processes = [...new Set(spans.map((span) => span.process))];
  const events = processes.flatMap((process, at) => {
    const pid = at + 1;
    const name: Event = { name: "process_name", cat: "", ph: "M", pid, tid: 0, args: { name: process } };
    const own = spans.filter((span) => span.process === process);
    return [name, ...lanes(own).map(({ span, lane }) => event(span, pid, lane))];
  });
  return { traceEvents: events, displayTimeUnit: "ms" };
}

function event(span: Span, pid: number, tid: number): Event {
  const { name, process, start, end, resource, program } = span;
  const about = resource ?? program;
  return {
    name: about === undefined ? name : `${name.replace(/^\w+\//, "")} ${about}`,
    ...{
      cat: process,
      ph: "X",
      pid,
      tid,
      ts: Math.round(start * 1000),
      dur: Math.round((end - start) * 1000),
    },
    ...(about === undefined ? {} : { args: { call: name, about } }),
  };
}

/** A lane for each span in which it either lies within the one before, or comes after it. */
function lanes(spans: readonly Span[]): { span: Span; lane: number }[] {
  const open: Span[][] = [];
  const inOrder = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  return inOrder.map((span) => {
    let lane = open.findIndex((stack) => {
      const within = stack.filter(({ end }) => end > span.start);
      return within.every(({ end }) => end >= span.end);
    });
    if (lane < 0) lane = open.push([]) - 1;
    open[lane] = [...(open[lane] ?? []).filter(({ end }) => end > span.start), span];
    return { span, lane };
  });
}
