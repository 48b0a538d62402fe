import { describe, expect, it } from "vitest";
import { causes } from "../../../../provider/diagnosis/causes";
import { fixtures, lookAlikes } from "../../../lab/faults/fixtures";

const causeOf = (name: string): string | undefined => fixtures.find((each) => each.name === name)?.cause;

describe("the fixtures", () => {
  it("are enough, and each has a name of its own", () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(34);
    expect(new Set(fixtures.map(({ name }) => name)).size).toBe(fixtures.length);
  });

  it("have causes that there are", () => {
    const known = new Set(causes.map(({ id }) => id));
    expect(fixtures.filter(({ cause }) => !known.has(cause))).toEqual([]);
  });

  it("undo what they do to a host", () => {
    const oneSided = fixtures.filter(
      ({ setUp, tearDown }) => (setUp === undefined) !== (tearDown === undefined),
    );
    expect(oneSided).toEqual([]);
  });

  it.each(lookAlikes.map(([one, other]) => [one, other] as const))(
    "%s and %s look alike, and have different causes",
    (one, other) => {
      const causes = [causeOf(one), causeOf(other)];
      expect(causes).not.toContain(undefined);
      expect(causes[0]).not.toBe(causes[1]);
    },
  );
});
