/** A test of each kind, for what the matrix says of them; it is run by matrix.test.ts alone. */
import { describe, expect, it } from "vitest";

describe("the suite", () => {
  it("passes", () => {
    expect(1).toBe(1);
  });
  it("fails", () => {
    throw new Error("no");
  });
  it("skips itself", ({ skip }) => {
    skip("this engine has no such store");
  });
  it.skip("is skipped", () => {
    throw new Error("it ran");
  });
});
