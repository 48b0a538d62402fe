/** A hook that fails, for what the matrix says of it; it is run by matrix.test.ts alone. */
import { beforeAll, describe, expect, it } from "vitest";

describe("the suite", () => {
  beforeAll(() => {
    throw new Error("the lab is down\nx");
  });
  it("stands on it", () => {
    expect(1).toBe(1);
  });
});
