import { describe, expect, it } from "vitest";
import { problemsOf } from "../../../../scripts/parity/check";
import { lab, unit } from "../../../../scripts/parity/proof";
import { has, missing, part, replaced, replacedBy, type Row } from "../../../../scripts/parity/row";

const files: Readonly<Record<string, string>> = {
  "test/lab/deploy.test.ts": 'describe("a release", () => {\n  it("serves", () => {});\n});\n',
  "test/lab/fixtures.ts": 'const fixtures = [{ name: "wrong port" }];\n',
};
const serves = lab("deploy", "a release > serves");

function said(...rows: Row[]): string[] {
  return problemsOf([{ title: "All", rows }], (file) => files[file]);
}

describe("a table", () => {
  it("is right where each claim has its proof", () => {
    const wrongPort = { ...serves, case: { file: "test/lab/fixtures.ts", name: "wrong port" } };
    expect(
      said(
        has("a", "by this", serves, wrongPort),
        replaced("b", "by that", "it is shorter", serves),
        replacedBy("Pulumi", "c", "by its lock", "it has one"),
        part("d", "half of it lacks"),
        missing("e"),
      ),
    ).toEqual([]);
  });

  it("has a test for what is there, and for what the own code does otherwise", () => {
    expect(said(has("a", "by this"), replaced("b", "by that", "it is shorter"))).toEqual([
      "a: no test proves it, and its verdict is has",
      "b: no test proves it, and its verdict is replaced",
    ]);
  });

  it("says how and why", () => {
    expect(said(part("a", ""), replacedBy("npm", "b", "", ""), missing("c"))).toEqual([
      "a: nothing says how",
      "b: nothing says how",
      "b: nothing says why it is replaced",
    ]);
  });

  it("has no test for what is missing", () => {
    expect(said({ ...missing("a"), tests: [serves] })).toEqual(["a: it is missing, and has a test"]);
  });

  it("names tests that are there, with their groups, and their cases", () => {
    const gone = { ...serves, case: { file: "test/lab/fixtures.ts", name: "wrong" } };
    expect(
      said(
        has("a", "by this", lab("deploy", "serves")),
        part("b", "half of it lacks", unit("deploy", "serves")),
        has("c", "by this", gone),
      ),
    ).toEqual([
      'a: test/lab/deploy.test.ts has no test "serves"',
      "b: there is no file test/unit/deploy.test.ts",
      'c: test/lab/fixtures.ts has no case "wrong"',
    ]);
  });

  it("has each name once, in all areas", () => {
    const areas = [
      { title: "One", rows: [missing("a"), missing("b")] },
      { title: "Other", rows: [missing("a")] },
    ];
    expect(problemsOf(areas, () => undefined)).toEqual(["a: two rows have this name"]);
  });
});
