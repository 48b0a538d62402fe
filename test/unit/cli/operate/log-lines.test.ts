import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byTime, logLine, prefix, sortable, widestOf } from "../../../../cli/operate/log-lines";
import { untilUnheard } from "../../../../cli/operate/logs";

const from = { host: "web-1", part: "shop/web", container: "shop-web-a" };
const at = (time: string, text = "x") => ({ ...from, time, text });

describe("lines of logs", () => {
  it("have the time that Docker printed, and the text as it was", () => {
    expect(logLine(from, "2026-01-31T09:00:00.12Z  two  spaces ")).toEqual({
      ...from,
      time: "2026-01-31T09:00:00.12Z",
      text: " two  spaces ",
    });
    expect(logLine(from, "2026-01-31T09:00:00.12Z")).toMatchObject({
      time: "2026-01-31T09:00:00.12Z",
      text: "",
    });
    expect(logLine(from, "Error response from daemon")).toEqual({
      ...from,
      time: "",
      text: "Error response from daemon",
    });
  });

  it("come by time, whatever zeros Docker left out", () => {
    const nanoseconds = fc.bigInt({ min: 0n, max: 10n ** 9n - 1n });
    const second = fc.integer({ min: 0, max: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(second, nanoseconds)), (times) => {
        const printed = times.map(([seconds, nanos]) => {
          const fraction = String(nanos).padStart(9, "0").replace(/0+$/, "");
          return at(`2026-01-31T09:00:0${seconds}${fraction === "" ? "" : `.${fraction}`}Z`);
        });
        const sorted = byTime(printed).map(({ time }) => sortable(time));
        const wanted = times
          .map(([seconds, nanos]) => BigInt(seconds) * 10n ** 9n + nanos)
          .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
          .map((all) => `2026-01-31T09:00:0${all / 10n ** 9n}.${String(all % 10n ** 9n).padStart(9, "0")}`);
        expect(sorted).toEqual(wanted);
      }),
    );
  });

  it("of one moment stay in their order", () => {
    const lines = ["a", "b", "c"].map((text) => at("2026-01-31T09:00:00Z", text));
    expect(byTime(lines).map(({ text }) => text)).toEqual(["a", "b", "c"]);
  });

  it("say where they are from, in a column", () => {
    const places = [from, { host: "web-10", part: "shop/job" }];
    expect(places.map((place) => prefix(place, widestOf(places)))).toEqual([
      "web-1 shop/web  | ",
      "web-10 shop/job | ",
    ]);
  });

  it("are watched by a command that is one word for a shell, whatever the name", () => {
    expect(untilUnheard("docker logs 'it'")).toMatch(/^sh -c '.*'$/);
  });
});
