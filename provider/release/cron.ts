/**
 * A schedule as cron's five fields say it, and as systemd's timers do. Pure. The rules are those of Debian's cron, crontab(5): lists, ranges,
 * steps and names; and where neither the day of the month nor the day of the week begins with a star, either of them will do.
 */

/** What the fields of a schedule allow, each in ascending order. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  /** From 0, Sunday. */
  readonly weekdays: readonly number[];
  /** Whether a day will do that fits one of `days` and `weekdays`, and not both. */
  readonly either: boolean;
}

/** Why a text is no schedule. */
export interface CronFault {
  readonly rule: string;
  readonly cure: string;
}

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Names of the values from `least` on. */
  readonly names?: readonly string[];
}

const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const fields = [
  { name: "minute", least: 0, most: 59 },
  { name: "hour", least: 0, most: 23 },
  { name: "day of the month", least: 1, most: 31 },
  { name: "month", least: 1, most: 12, names: months },
  // 7 is Sunday as well.
  { name: "day of the week", least: 0, most: 7, names: weekdays },
] as const satisfies readonly Field[];
/** The days that a month has at most, from January on. */
const lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Reads a schedule. */
export function readCron(text: string): Cron | CronFault {
  const words = text.trim().split(/\s+/);
  if (/^@/.test(text.trim()))
    return { rule: "it has five fields, and none of cron's short words", cure: `write ${shortWord(text)}` };
  if (words.length !== fields.length)
    return {
      rule: "it has five fields: minute, hour, day of the month, month, day of the week",
      cure: 'write it like "15 3 * * *", each day at 3:15',
    };
  const read = fields.map((field, at) => readField(field, words[at] ?? ""));
  for (const each of read) if ("rule" in each) return each;
  const [minute, hour, day, month, weekday] = read as number[][];
  const found = {
    minutes: minute ?? [],
    hours: hour ?? [],
    days: day ?? [],
    months: month ?? [],
    weekdays: sorted((weekday ?? []).map((each) => each % 7)),
    either: !(words[2] ?? "").startsWith("*") && !(words[4] ?? "").startsWith("*"),
  };
  const exists = found.months.some((one) => found.days.some((each) => each <= (lengths[one - 1] ?? 0)));
  return exists || found.either
    ? found
    : {
        rule: "no month that it names has a day that it names, so that it would never run",
        cure: "name another day or month",
      };
}

/** Whether it is a schedule. */
export const isCron = (read: Cron | CronFault): read is Cron => "minutes" in read;

function shortWord(text: string): string {
  const plain: Readonly<Record<string, string>> = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
  };
  return `"${plain[text.trim()] ?? "15 3 * * *"}"`;
}

function readField(field: Field, text: string): number[] | CronFault {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const [, range = "", step] = /^([^/]+)(?:\/(\d{1,4}))?$/.exec(part) ?? [];
    const ends = rangeOf(field, range);
    // Of one number a step makes nothing (cron refuses it as well).
    const stepped = step === undefined || (Number(step) > 0 && (range === "*" || range.includes("-")));
    if (ends === undefined || !stepped) return faultOf(field, part);
    for (let value = ends[0]; value <= ends[1]; value += Number(step ?? 1)) found.add(value);
  }
  return sorted(found);
}

function rangeOf(field: Field, text: string): readonly [number, number] | undefined {
  if (text === "*") return [field.least, field.name === "day of the week" ? 6 : field.most];
  const values = text.split("-").map((word) => valueOf(field, word));
  const [first, last = first] = values;
  if (values.length > 2 || first === undefined || last === undefined || values.includes(undefined))
    return undefined;
  return first <= last ? [first, last] : undefined;
}

function valueOf({ least, most, names = [] }: Field, word: string): number | undefined {
  const named = names.indexOf(word.toLowerCase());
  const value = named >= 0 ? named + least : /^\d{1,2}$/.test(word) ? Number(word) : undefined;
  return value !== undefined && value >= least && value <= most ? value : undefined;
}

const faultOf = ({ name, least, most }: Field, part: string): CronFault => ({
  rule: `the ${name} is from ${least} to ${most}, as a number, a list, a range, or a range or star with a step, and not ${part === "" ? "empty" : part}`,
  cure: "write it like 5, 0,30, 1-5 or */15",
});

const sorted = (values: Iterable<number>): number[] => [...new Set(values)].sort((a, b) => a - b);

/**
 * The same for `OnCalendar=` of a timer, systemd.time(7): more than one where either of two days will do. In an hour that a clock leaves out
 * systemd starts nothing, and in one that comes twice it starts once.
 */
export function calendars(
  { minutes, hours, days, months, weekdays, either }: Cron,
  timeZone: string,
): string[] {
  const dates = (some: readonly number[]): string => `*-${list(months, 12)}-${list(some, 31)}`;
  const time = `${list(hours, 24)}:${list(minutes, 60)}:00 ${timeZone}`;
  const named = weekdays.length === 7 ? "" : `${weekdays.map((day) => names[day] ?? "").join(",")} `;
  const all = Array.from({ length: 31 }, (_, at) => at + 1);
  return either
    ? [`${dates(days)} ${time}`, `${named}${dates(all)} ${time}`]
    : [`${named}${dates(days)} ${time}`];
}

const names = weekdays.map((day) => `${day.slice(0, 1).toUpperCase()}${day.slice(1)}`);

const list = (values: readonly number[], all: number): string =>
  values.length === all ? "*" : values.map((value) => String(value).padStart(2, "0")).join(",");
