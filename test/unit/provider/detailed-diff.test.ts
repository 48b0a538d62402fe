/** The properties that differ between two sets of inputs, as the engine names them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differences } from "../../../provider/detailed-diff";

const paths = (olds: Record<string, unknown>, news: Record<string, unknown>): string[] =>
  differences(olds, news).map(({ kind, path }) => `${kind} ${path}`);

describe("differences", () => {
  it("names the deepest property of an edit", () => {
    const route = { drainTimeout: "30s", hosts: ["a", "b"] };
    expect(paths({ route }, { route: { ...route, drainTimeout: "60s" } })).toEqual([
      "update route.drainTimeout",
    ]);
    expect(paths({ route }, { route: { ...route, hosts: ["a"] } })).toEqual(["delete route.hosts[1]"]);
    expect(paths({ image: "v1" }, { image: "v1", command: ["x"] })).toEqual(["add command"]);
  });

  it("quotes a name that is no word in a path", () => {
    const labels = { "sextant.owner": "a" };
    expect(paths({ labels }, { labels: { "sextant.owner": "b" } })).toEqual([
      'update labels["sextant.owner"]',
    ]);
    expect(paths({ env: {} }, { env: { 'a"b\\c': "1" } })).toEqual([String.raw`add env["a\"b\\c"]`]);
  });

  it("leaves out what is the library's own", () => {
    expect(paths({ __auth: "a" }, { __auth: "b" })).toEqual([]);
  });

  it("takes nothing and what is not there for the same", () => {
    expect(paths({ a: null }, {})).toEqual([]);
  });

  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "small" },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie("any"), { maxKeys: 3 }),
    ),
  })).any;
  const inputs = fc.dictionary(
    fc.string().filter((name) => !name.startsWith("__")),
    value,
    { maxKeys: 4 },
  );

  it("finds none between a set and itself, and one at least between two that differ", () => {
    fc.assert(
      fc.property(inputs, inputs, (one, other) => {
        expect(differences(one, structuredClone(one))).toEqual([]);
        expect(differences(one, other).length === 0).toBe(
          JSON.stringify(sorted(one)) === JSON.stringify(sorted(other)),
        );
        for (const { property, path } of differences(one, other)) {
          expect(property in one || property in other).toBe(true);
          expect(path).not.toBe("");
        }
      }),
    );
  });

  it("names what the one has and the other lacks the other way round", () => {
    const turned = { add: "delete", delete: "add", update: "update" } as const;
    fc.assert(
      fc.property(inputs, inputs, (one, other) => {
        const there = differences(one, other).map(({ kind, path }) => `${turned[kind]} ${path}`);
        const back = differences(other, one).map(({ kind, path }) => `${kind} ${path}`);
        expect(back.sort()).toEqual(there.sort());
      }),
    );
  });
});

/** With the members of objects in one order. */
function sorted(one: unknown): unknown {
  if (Array.isArray(one)) return one.map(sorted);
  if (typeof one !== "object" || one === null) return one;
  return Object.entries(one)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, sorted(each)]);
}
