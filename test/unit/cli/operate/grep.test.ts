import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grepOf, grepOptions } from "../../../../cli/operate/grep";
import type { LogLine } from "../../../../cli/operate/log-lines";

const none = {
  ignoreCase: false,
  invert: false,
  word: false,
  line: false,
  fixed: false,
  before: 0,
  after: 0,
};

/** Lines `CONTAINER text`, as they come. */
const shown = (pattern: string | undefined, options: string | undefined, ...lines: string[]): string[] => {
  const grep = grepOf(pattern, options);
  return lines
    .map((line): LogLine => {
      const [container = "", ...text] = line.split(" ");
      return { host: "web-1", part: "shop/web", container, time: "", text: text.join(" ") };
    })
    .flatMap(grep)
    .map(({ container, text }) => `${container} ${text}`);
};

describe("the options of grep", () => {
  it.each([
    ["", none],
    ["-i", { ...none, ignoreCase: true }],
    ["-vi -C 3", { ...none, ignoreCase: true, invert: true, before: 3, after: 3 }],
    ["-A2 -B 10", { ...none, after: 2, before: 10 }],
    ["--context=4 --ignore-case", { ...none, ignoreCase: true, before: 4, after: 4 }],
    ["--after-context 2 -wFx -E -P", { ...none, after: 2, word: true, fixed: true, line: true }],
  ])("%j", (text, options) => {
    expect(grepOptions(text)).toEqual(options);
  });

  it.each([
    ["-o", "-o"],
    ["-iz", "-iz"],
    ["error", "error"],
    ["--color", "--color"],
    ["-", "-"],
    ["-A", "-A without a number"],
    ["-C x", "-C without a number"],
  ])("are not %j", (text, said) => {
    expect(() => grepOptions(text)).toThrow(
      new Error(
        `logs: --grep-options has ${said}; it takes -i, -v, -w, -x, -F, and -A, -B and -C with a number of lines.`,
      ),
    );
  });
});

describe("lines that are shown", () => {
  it("are all without a pattern, and those that match it", () => {
    expect(shown(undefined, undefined, "a x", "a y")).toEqual(["a x", "a y"]);
    expect(shown("^ab?c$", undefined, "a ac", "a abc", "a abcd")).toEqual(["a ac", "a abc"]);
    expect(() => shown("(", undefined)).toThrow("logs: --grep ( is no regular expression");
    expect(() => shown(undefined, "-i")).toThrow("logs: --grep-options is for --grep; give that, too.");
  });

  it.each([
    ["error", "-i", ["a Error", "a terrors"]],
    ["error", "-v", ["a Error", "a a.b", "a axb"]],
    ["ERROR", "-iw", ["a Error"]],
    ["a.b", "-F", ["a a.b"]],
    ["a", "-x", []],
    ["a.b", "-x", ["a a.b", "a axb"]],
  ])("%s with %s", (pattern, options, lines) => {
    expect(shown(pattern, options, "a Error", "a terrors", "a a.b", "a axb")).toEqual(lines);
  });

  it("come with those around them of the same container, each once", () => {
    const lines = ["a 1", "b 1", "a 2", "a hit", "b 2", "a 3", "b hit", "a 4", "a hit", "a 5"];
    expect(shown("hit", "-C 1", ...lines)).toEqual([
      "a 2",
      "a hit",
      "a 3",
      "b 2",
      "b hit",
      "a 4",
      "a hit",
      "a 5",
    ]);
    expect(shown("hit", "-B 2", ...lines)).toEqual([
      "a 1",
      "a 2",
      "a hit",
      "b 1",
      "b 2",
      "b hit",
      "a 3",
      "a 4",
      "a hit",
    ]);
    expect(shown("hit", "-A 9", ...lines)).toEqual(["a hit", "a 3", "b hit", "a 4", "a hit", "a 5"]);
  });

  it("are never more than came, nor another order within a container", () => {
    const line = fc.tuple(fc.constantFrom("a", "b"), fc.constantFrom("hit", "x", "y"));
    fc.assert(
      fc.property(fc.array(line), fc.nat(3), fc.nat(3), (lines, before, after) => {
        const all = lines.map(([container, text], at) => `${container} ${text}${at}`);
        const seen = shown("hit", `-B ${before} -A ${after}`, ...all);
        expect(new Set(seen).size).toBe(seen.length);
        for (const container of ["a ", "b "]) {
          const own = (from: string[]): string[] => from.filter((each) => each.startsWith(container));
          expect(own(seen)).toEqual(own(all).filter((each) => seen.includes(each)));
        }
        for (const hit of all.filter((each) => each.includes("hit"))) expect(seen).toContain(hit);
      }),
    );
  });
});
