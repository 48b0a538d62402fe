import { expect, it } from "vitest";
import { lab } from "../../../../scripts/parity/proof";
import { countsOf, rendered, renderedProblems } from "../../../../scripts/parity/render";
import { has, missing, part, replacedBy } from "../../../../scripts/parity/row";

const rows = [
  has("deploy", "by this", lab("deploy", "serves"), lab("deploy", "serves again")),
  replacedBy("Pulumi", "lock", "its lock", "it has one"),
  part("audit", "half of it lacks"),
  missing("build push"),
];

it("shows each area with its numbers, and each row with its proof", () => {
  const areas = [
    { title: "Commands", rows },
    { title: "More", rows: [missing("start", "nothing starts")] },
  ];
  expect(rendered(areas)).toBe(
    [
      "Commands: 1 has, 1 replaced, 1 part, 1 missing",
      "  has       deploy      by this [lab/deploy]",
      "  replaced  lock        Pulumi: its lock; because it has one",
      "  part      audit       half of it lacks",
      "  missing   build push",
      "",
      "More: 1 missing",
      "  missing   start  nothing starts",
    ].join("\n"),
  );
});

it("breaks lines that are too long for a terminal, and puts what is said below a long name", () => {
  const name = `kamal ${"very ".repeat(10)}long`;
  const text = rendered([{ title: "Long", rows: [missing(name, "it ".repeat(40).trim())] }]);
  const [, first, ...more] = text.split("\n");
  expect(first).toBe(`  missing   ${name}`);
  expect(more.map((line) => line.trim()).join(" ")).toBe("it ".repeat(40).trim());
  for (const line of more) expect(line.length).toBeLessThanOrEqual(120);
});

it("counts each verdict, also one that no row has", () => {
  expect(countsOf(rows.slice(1))).toEqual({ has: 0, replaced: 1, part: 1, missing: 1 });
});

it("lists the problems with their number", () => {
  expect(renderedProblems(["a: b"])).toBe("1 problem:\n  a: b");
  expect(renderedProblems(["a: b", "c: d"])).toBe("2 problems:\n  a: b\n  c: d");
});
