import { describe, expect, it } from "vitest";
import { isGood, verdict, type Expected, type Seen } from "../../../../bench/edits/verdict";

const data: Expected["data"] = {
  first: { row: "used", file: "used" },
  second: { row: "none", file: "used" },
};
const expected: Expected = { ends: "done", data, says: {} };
const well = { code: 0, text: "" };
const seen: Seen = {
  preview: well,
  update: well,
  again: well,
  touched: false,
  data,
  load: { requests: 100, lost: 0 },
};
const judge = (change: Partial<Expected>, found: Partial<Seen>) =>
  verdict("an edit", { ...expected, ...change }, { ...seen, ...found });
const good = { name: "an edit", data_kept: true, lost: 0, requests: 100, converged: true, said: true };

describe("an edit that came to what it should", () => {
  it("is good", () => {
    const { row, problems } = judge({}, {});
    expect([row, problems]).toEqual([good, []]);
    expect(isGood(row)).toBe(true);
  });

  it("may leave the data in its volume where that is what is meant", () => {
    const left = { ...data, first: { row: "there", file: "used" } } as const;
    expect(judge({ data: left }, { data: left }).row).toEqual(good);
    // More than that is no fault.
    expect(judge({ data: left }, {}).row).toEqual(good);
  });

  it("may be refused at preview, or fail in the update, where that is promised", () => {
    const failed = { code: 255, text: "" };
    const { update: _, ...refused } = { ...seen, preview: failed };
    expect(verdict("an edit", { ...expected, ends: "refused" }, refused).row).toEqual(good);
    expect(judge({ ends: "fails" }, { update: failed }).row).toEqual(good);
  });
});

describe("an edit that did not", () => {
  const bad = (change: Partial<Expected>, found: Partial<Seen>) => {
    const { row, problems } = judge(change, found);
    expect(isGood(row)).toBe(false);
    const no = (["data_kept", "converged", "said"] as const).filter((what) => !row[what]);
    return { no: row.lost > 0 ? [...no, "lost"] : no, problems };
  };

  it("lost data, or has it no more in the component", () => {
    const gone = { ...data, first: { row: "none", file: "used" } } as const;
    expect(bad({}, { data: gone })).toEqual({
      no: ["data_kept"],
      problems: ["the row on the first machine is none, and not used"],
    });
    const unused = { ...data, second: { row: "none", file: "there" } } as const;
    expect(bad({}, { data: unused }).problems).toEqual([
      "the file on the second machine is there, and not used",
    ]);
  });

  it("lost requests", () => {
    expect(bad({}, { load: { requests: 100, lost: 3 } })).toEqual({
      no: ["lost"],
      problems: ["3 of 100 requests were lost"],
    });
  });

  it("failed, or went through where it is to be refused, or was refused too late", () => {
    const failed = { code: 255, text: "" };
    expect(bad({}, { preview: failed }).no).toEqual(["converged"]);
    expect(bad({}, { update: failed }).no).toEqual(["converged"]);
    expect(bad({ ends: "refused" }, {}).no).toEqual(["converged"]);
    expect(bad({ ends: "refused" }, { update: failed }).no).toEqual(["converged"]);
    expect(bad({ ends: "fails" }, {}).no).toEqual(["converged"]);
    expect(bad({ ends: "refused" }, { preview: failed, touched: true }).problems).toContain(
      "what was refused has touched the machines",
    );
  });

  it("had no update at all", () => {
    const { update: _, ...none } = seen;
    expect(verdict("an edit", expected, none).problems).toEqual(["there was no update"]);
  });

  it("has something to do once more", () => {
    expect(bad({}, { again: { code: 1, text: "" } }).no).toEqual(["converged"]);
  });

  it("did not say in the preview what it had to, or said what it must not anywhere", () => {
    const said = { code: 0, text: "the volume is kept" };
    const says = { preview: [/is kept/] };
    expect(judge({ says }, { preview: said }).row).toEqual(good);
    expect(bad({ says }, { update: said })).toEqual({
      no: ["said"],
      problems: ["the preview does not say is kept"],
    });
    expect(bad({ says: { update: [/is kept/] } }, { preview: said }).no).toEqual(["said"]);
    for (const where of ["preview", "update"] as const)
      expect(bad({ says: { nowhere: [/is kept/] } }, { [where]: said }).no).toEqual(["said"]);
  });
});
