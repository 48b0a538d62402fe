import fc from "fast-check";
import { expect, it } from "vitest";
import { deepMerge } from "../../../../provider/core/deep-merge";
import { isObject } from "../../../../provider/core/is-object";

const merged = (under: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> =>
  deepMerge<unknown>(under, over, isObject);

it("lays objects in each other, and all else in place of what was there", () => {
  expect(merged({ a: { b: 1, c: [1] }, d: 1 }, { a: { c: [2] }, d: { e: 1 } })).toEqual({
    a: { b: 1, c: [2] },
    d: { e: 1 },
  });
});

it("has what lies above, wherever it is, also under names that objects have of themselves", () => {
  const tree = fc.object({ key: fc.oneof(fc.string(), fc.constant("__proto__")), maxDepth: 2 });
  fc.assert(
    fc.property(tree, tree, (under, over) => {
      expect(merged(merged(under, over), over)).toEqual(merged(under, over));
      expect(merged({}, over)).toEqual(over);
      expect(Object.keys(merged(under, over)).sort()).toEqual(
        [...new Set([...Object.keys(under), ...Object.keys(over)])].sort(),
      );
    }),
  );
});
