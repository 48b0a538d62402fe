/** The frame around what a machine tells. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAnswers, type Answer } from "../../../../../provider/host/preflight/answers";

/** As host/preflight.sh frames it; its own test holds the two together. */
function frame(name: string, { code, text, error }: Answer): string {
  let end = ".";
  while (text.split("\n").includes(end)) end += ".";
  return `fact ${name} ${code ?? "-"} ${end} ${error}\n${text}\n${end}\n`;
}

const line = fc.oneof(
  fc.constantFrom("", ".", "..", "told", "fact a 0 . ", "fact b - .. x"),
  fc.string({ unit: "binary" }).map((said) => said.replaceAll("\n", "")),
);
const answer: fc.Arbitrary<Answer> = fc.record({
  code: fc.option(fc.nat(255), { nil: undefined }),
  text: fc.array(line, { maxLength: 8 }).map((lines) => lines.join("\n")),
  error: line,
});
const answers = fc.dictionary(fc.stringMatching(/^[a-z][a-z-]*$/), answer, {
  maxKeys: 6,
  noNullPrototype: true,
});

describe("what a machine tells", () => {
  it("is read as it was printed, whatever is in it", () => {
    fc.assert(
      fc.property(answers, (all) => {
        const output = Object.entries(all)
          .map(([name, each]) => frame(name, each))
          .join("");
        const read = parseAnswers(`${output}told\n`);
        expect(read.complete).toBe(true);
        expect(Object.fromEntries(read.told)).toEqual(all);
      }),
    );
  });

  it("is not complete where it breaks off, and what came before is read", () => {
    fc.assert(
      fc.property(answers, fc.nat(), (all, cut) => {
        const output = Object.entries(all)
          .map(([name, each]) => frame(name, each))
          .join("");
        const read = parseAnswers(`${output}told`.slice(0, cut % (output.length + 4)));
        expect(read.complete).toBe(false);
        for (const [name, each] of read.told) expect(each).toEqual(all[name]);
      }),
    );
    // Cut within a line that begins as the end does.
    expect(parseAnswers("fact a 0 . \nx\n.").told).toEqual(new Map());
  });

  it("may come after the greeting of a login", () => {
    const read = parseAnswers("Welcome.\n.\ntold\nfact a 0 . \nx\n.\ntold\nlogout\n");
    expect(read).toEqual({ told: new Map([["a", { code: 0, text: "x", error: "" }]]), complete: true });
  });

  it("is nothing where it is not of this form, and never throws", () => {
    expect(parseAnswers("sh: not found\n")).toEqual({ told: new Map(), complete: false });
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (output) => {
        parseAnswers(output);
      }),
    );
  });
});
