import { execFileSync, spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calendars, isCron, readCron, type Cron } from "../../../../provider/release/cron";

/** What is read of a schedule; it has to be one. */
function read(text: string): Cron {
  const found = readCron(text);
  if (!isCron(found)) throw new Error(`${text}: ${found.rule}`);
  return found;
}

/** Whether it runs in a minute, by its fields alone. */
function runs(cron: Cron, at: Date): boolean {
  const day = cron.days.includes(at.getUTCDate());
  const weekday = cron.weekdays.includes(at.getUTCDay());
  return (
    cron.minutes.includes(at.getUTCMinutes()) &&
    cron.hours.includes(at.getUTCHours()) &&
    cron.months.includes(at.getUTCMonth() + 1) &&
    (cron.either ? day || weekday : day && weekday)
  );
}

/** A field's text with the values that it stands for, made of the rules and not of the reader. */
const field = (least: number, most: number): fc.Arbitrary<{ text: string; values: number[] }> => {
  const value = fc.integer({ min: least, max: most });
  const all = Array.from({ length: most - least + 1 }, (_, at) => at + least);
  const range = fc.tuple(value, value).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const part = fc.oneof(
    value.map((one) => ({ text: String(one), values: [one] })),
    range.map(([a, b]) => ({ text: `${a}-${b}`, values: all.filter((one) => one >= a && one <= b) })),
    fc.tuple(range, fc.integer({ min: 1, max: 9 })).map(([[a, b], step]) => ({
      text: `${a}-${b}/${step}`,
      values: all.filter((one) => one >= a && one <= b && (one - a) % step === 0),
    })),
    fc.integer({ min: 1, max: 9 }).map((step) => ({
      text: `*/${step}`,
      values: all.filter((one) => (one - least) % step === 0),
    })),
  );
  return fc.oneof(
    fc.constant({ text: "*", values: all }),
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => ({
      text: parts.map(({ text }) => text).join(","),
      values: [...new Set(parts.flatMap(({ values }) => values))].sort((a, b) => a - b),
    })),
  );
};
const text = fc.tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6)).map((fields) => ({
  text: fields.map((each) => each.text).join(" "),
  values: fields.map((each) => each.values),
}));

describe("a schedule of five fields", () => {
  it("has the values of each, whatever lists, ranges and steps they are written with", () => {
    fc.assert(
      fc.property(text, (given) => {
        // Of some no month has a day.
        fc.pre(isCron(readCron(given.text)));
        const { minutes, hours, days, months, weekdays } = read(given.text);
        expect([minutes, hours, days, months, weekdays]).toEqual(given.values);
      }),
    );
  });

  it("takes the names of months and days, and 7 for Sunday", () => {
    expect(read("0 6 * jan,Dec MON-fri")).toMatchObject({ months: [1, 12], weekdays: [1, 2, 3, 4, 5] });
    expect(read("0 6 * * 7").weekdays).toEqual([0]);
    expect(read("0 6 * * 5-7").weekdays).toEqual([0, 5, 6]);
    expect(read("0 6 * * *").weekdays).toHaveLength(7);
  });

  it("takes a day that fits either, where both are named; a star is no name", () => {
    expect(read("0 6 1 * 1").either).toBe(true);
    for (const both of ["0 6 1 * *", "0 6 * * 1", "0 6 */2 * 1", "0 6 1 * */2"])
      expect(read(both).either).toBe(false);
  });

  it.each([
    ["", "five fields"],
    ["0 3 * *", "five fields"],
    ["0 0 3 * * *", "five fields"],
    ["@daily", "none of cron's short words"],
    ["60 3 * * *", "the minute is from 0 to 59"],
    ["0 24 * * *", "the hour is from 0 to 23"],
    ["0 3 0 * *", "the day of the month is from 1 to 31"],
    ["0 3 * 13 *", "the month is from 1 to 12"],
    ["0 3 * * 8", "the day of the week is from 0 to 7"],
    ["5/10 3 * * *", "not 5/10"],
    ["*/0 3 * * *", "not */0"],
    ["9-5 3 * * *", "not 9-5"],
    ["1,,2 3 * * *", "not empty"],
    ["0 3 L * *", "not L"],
    ["0 3 31 2,4 *", "never run"],
  ])("%s is refused", (wrong, rule) => {
    const found = readCron(wrong);
    expect(isCron(found) ? "read" : found.rule).toContain(rule);
  });

  it("runs on the 29th of February, and on a weekday beside a day that no month has", () => {
    expect(read("0 3 29 2 *").days).toEqual([29]);
    expect(read("0 3 31 2 1").either).toBe(true);
  });
});

describe("the timer of a schedule", () => {
  it("has a line of dates and times, two where either of two days will do", () => {
    expect(calendars(read("15 3 * * *"), "Europe/Berlin")).toEqual(["*-*-* 03:15:00 Europe/Berlin"]);
    expect(calendars(read("*/30 8-10 * 1,7 mon-fri"), "UTC")).toEqual([
      "Mon,Tue,Wed,Thu,Fri *-01,07-* 08,09,10:00,30:00 UTC",
    ]);
    expect(calendars(read("0 0 1,15 * 1"), "UTC")).toEqual([
      "*-*-01,15 00:00:00 UTC",
      "Mon *-*-* 00:00:00 UTC",
    ]);
  });

  /** The next times of a line, by systemd itself. */
  const next = (calendar: string, from: Date, count: number): number[] =>
    [
      ...execFileSync(
        "systemd-analyze",
        [
          "calendar",
          `--base-time=${from.toISOString().slice(0, 19).replace("T", " ")} UTC`,
          `--iterations=${count}`,
          calendar,
        ],
        { encoding: "utf8", env: { ...process.env, TZ: "UTC", LC_ALL: "C" } },
      ).matchAll(/(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC/g),
    ].map(([, time = ""]) => Date.parse(`${time.replace(" ", "T")}Z`));

  it.skipIf(spawnSync("systemd-analyze", ["--version"]).status !== 0)(
    "runs by systemd when it runs by its fields",
    () => {
      const from = new Date("2027-02-26T23:59:30Z");
      fc.assert(
        fc.property(text, (given) => {
          fc.pre(isCron(readCron(given.text)));
          const cron = read(given.text);
          const times = [...new Set(calendars(cron, "UTC").flatMap((line) => next(line, from, 3)))].sort(
            (a, b) => a - b,
          );
          const [first = 0] = times;
          expect(runs(cron, new Date(first))).toBe(true);
          const end = Math.min(first, from.getTime() + 3 * 86_400_000);
          for (let at = from.getTime() + 30_000; at < end; at += 60_000)
            if (runs(cron, new Date(at))) throw new Error(`${given.text} at ${new Date(at).toISOString()}`);
        }),
        { numRuns: 25 },
      );
    },
  );
});
