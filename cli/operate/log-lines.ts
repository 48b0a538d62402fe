/** Lines of several logs as one: pure. */
import { compare } from "../../provider/core/compare";

/** A line of a container's log. */
export interface LogLine {
  readonly host: string;
  readonly part: string;
  readonly container: string;
  /** RFC 3339 in UTC with nanoseconds, as Docker has it; as text these sort by time. Empty where Docker gave none. */
  readonly time: string;
  readonly text: string;
}

/** A line as `docker logs --timestamps` prints it. */
export function logLine(from: Omit<LogLine, "time" | "text">, printed: string): LogLine {
  const [, time = "", text = printed] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/s.exec(printed) ?? [];
  return { ...from, time, text };
}

/** By time; lines of the same moment stay in their order. Docker leaves zeros at the end of a fraction out. */
export function byTime(lines: readonly LogLine[]): LogLine[] {
  return lines
    .map((line) => ({ line, key: sortable(line.time) }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ line }) => line);
}

/** A time as text that sorts: with nine digits after the point. */
export function sortable(time: string): string {
  const [, whole = "", fraction = ""] = /^([^.Z]+)(?:\.(\d+))?Z$/.exec(time) ?? [];
  return `${whole}.${fraction.padEnd(9, "0")}`;
}

/** What is printed before the text: nothing where there is one container alone. */
export function prefix({ host, part }: Pick<LogLine, "host" | "part">, widest: number): string {
  return `${`${host} ${part}`.padEnd(widest)} | `;
}

/** The width of the longest of them. */
export const widestOf = (sources: readonly Pick<LogLine, "host" | "part">[]): number =>
  Math.max(0, ...sources.map(({ host, part }) => `${host} ${part}`.length));
