import { expect, it } from "vitest";
import { testTitles } from "../../../scripts/test-titles";

const source = `
describe.each(["a", "b"])("a table in one line: %s", () => {
  it("is in a group whose title is not read", () => {});
});

describe.sequential("a group", () => {
  it("has a test", async () => {
    expect("it(\\"is none\\")").toBe(test("is none"));
  });

  describe.skipIf(bare)(\`a group in it\`, () => {
    it.each<[string, () => void]>([
      ["first", () => {}],
    ])("%s", () => {});
  });

  test.each([
    [1, "one"],
  ] as const)(
    "number %i",
    () => {},
  );
});

it("is in no group", () => {});
it.each(names.map((name) => [name]))("%s alone", () => {});
`;

it("reads the titles of tests and groups, with the groups that each is in", () => {
  expect(testTitles(source).map(({ full }) => full)).toEqual([
    "is in a group whose title is not read",
    "a group",
    "a group > has a test",
    "a group > a group in it",
    "a group > a group in it > %s",
    "a group > number %i",
    "is in no group",
    "%s alone",
  ]);
  expect(testTitles(source)[2]?.title).toBe("has a test");
});
