import fc from "fast-check";
import { expect, it } from "vitest";
import { isSupported } from "../../../lab/toolchain/node";

it("a Node counts as supported from version 22 on", () => {
  const parts = fc.tuple(fc.nat(60), fc.nat(30), fc.nat(30));
  fc.assert(
    fc.property(parts, (version) => {
      expect(isSupported(`v${version.join(".")}`)).toBe(version[0] >= 22);
    }),
  );
  expect(isSupported("")).toBe(false);
});
